package dev.breaker;

/**
 * Hears which breakers a {@link CircuitBreakerRegistry} has. A breaker that is added
 * while the listener is may be heard twice.
 */
public interface RegistryListener {

	/**
	 * A breaker was made.
	 * @param breaker the breaker
	 */
	default void onAdded(CircuitBreaker breaker) {
	}

	/**
	 * A breaker was removed.
	 * @param breaker the breaker
	 */
	default void onRemoved(CircuitBreaker breaker) {
	}

}
