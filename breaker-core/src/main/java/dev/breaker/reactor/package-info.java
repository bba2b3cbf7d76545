/**
 * Circuit breakers for Project Reactor, an optional dependency:
 * {@link dev.breaker.reactor.CircuitBreakerOperator} guards the subscriptions of a
 * {@code Mono} or {@code Flux}.
 */
@NullMarked
package dev.breaker.reactor;

import org.jspecify.annotations.NullMarked;
