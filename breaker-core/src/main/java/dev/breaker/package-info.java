/**
 * A circuit breaker without threads, timers or dependencies:
 * {@link dev.breaker.CircuitBreaker} guards calls,
 * {@link dev.breaker.CircuitBreakerConfig} says when it opens,
 * {@link dev.breaker.CircuitBreakerRegistry} keeps one for each name.
 */
@NullMarked
package dev.breaker;

import org.jspecify.annotations.NullMarked;
