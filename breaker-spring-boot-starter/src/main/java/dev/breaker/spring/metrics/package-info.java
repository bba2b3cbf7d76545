/**
 * The meters of circuit breakers, for Micrometer.
 */
@NullMarked
package dev.breaker.spring.metrics;

import org.jspecify.annotations.NullMarked;
