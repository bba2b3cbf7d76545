/**
 * A circuit breaker without threads and timers, and without dependencies but the SLF4J
 * API and JSpecify's annotations: {@link dev.breaker.CircuitBreaker} guards calls,
 * {@link dev.breaker.CircuitBreakerConfig} says when it opens,
 * {@link dev.breaker.CircuitBreakerRegistry} keeps one for each name.
 */
@NullMarked
package dev.breaker;

import org.jspecify.annotations.NullMarked;
