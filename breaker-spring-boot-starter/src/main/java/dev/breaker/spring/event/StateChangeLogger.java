package dev.breaker.spring.event;

import dev.breaker.CircuitBreakerListener;

/**
 * Logs the changes of state of all breakers, those while the context starts at once. A
 * bean of this type of the application's own takes the place of the starter's, which
 * writes one line for each change.
 */
public interface StateChangeLogger extends CircuitBreakerListener {

}
