/**
 * What operators see and command: the Actuator endpoints and the health of circuit
 * breakers.
 */
@NullMarked
package dev.breaker.spring.actuate;

import org.jspecify.annotations.NullMarked;
