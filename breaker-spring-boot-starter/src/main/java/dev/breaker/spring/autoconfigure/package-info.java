/**
 * Auto-configuration, one class an audience.
 */
@NullMarked
package dev.breaker.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
