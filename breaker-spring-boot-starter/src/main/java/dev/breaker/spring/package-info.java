/**
 * What an application imports from the starter.
 */
@NullMarked
package dev.breaker.spring;

import org.jspecify.annotations.NullMarked;
