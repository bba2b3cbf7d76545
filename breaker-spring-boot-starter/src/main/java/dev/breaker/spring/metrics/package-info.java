/**
 * The meters of circuit breakers, and what they record on observations, for Micrometer.
 */
@NullMarked
package dev.breaker.spring.metrics;

import org.jspecify.annotations.NullMarked;
