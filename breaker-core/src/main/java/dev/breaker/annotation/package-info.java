/**
 * The annotation that puts a method behind a circuit breaker, and the one that leaves it
 * out.
 */
@NullMarked
package dev.breaker.annotation;

import org.jspecify.annotations.NullMarked;
