package dev.breaker;

/**
 * Hears which breakers and groups a {@link CircuitBreakerRegistry} has. It is told by the
 * thread that made or removed the breaker, under no lock, and so two threads may be heard
 * in another order than they came: what counts is whether the breaker is there now. A
 * breaker that is added while the listener is may be heard twice; one of a
 * {@link CircuitBreakerGroup} may be removed and added again. What it throws is logged
 * once, and goes no further.
 */
public interface CircuitBreakerRegistryListener {

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

	/**
	 * A group was made. It is heard before its breakers, but for one that another thread
	 * makes at that moment.
	 * @param group the group
	 */
	default void onGroupAdded(CircuitBreakerGroup group) {
	}

	/**
	 * A group was removed. It is heard after its breakers, but for one that another
	 * thread makes at that moment.
	 * @param group the group
	 */
	default void onGroupRemoved(CircuitBreakerGroup group) {
	}

}
