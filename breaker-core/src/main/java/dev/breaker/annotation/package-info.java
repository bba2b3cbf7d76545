/**
 * The annotation that puts a method behind a circuit breaker.
 */
@NullMarked
package dev.breaker.annotation;

import org.jspecify.annotations.NullMarked;
