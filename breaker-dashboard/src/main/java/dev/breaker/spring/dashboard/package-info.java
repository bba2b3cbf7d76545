/**
 * A page that shows the circuit breakers live, and the history that it draws: two
 * actuator endpoints.
 */
@NullMarked
package dev.breaker.spring.dashboard;

import org.jspecify.annotations.NullMarked;
