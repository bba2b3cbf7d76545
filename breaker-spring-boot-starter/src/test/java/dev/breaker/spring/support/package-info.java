/**
 * What several tests need.
 */
@NullMarked
package dev.breaker.spring.support;

import org.jspecify.annotations.NullMarked;
