package dev.breaker;

/**
 * Which calls a circuit breaker refuses while calls fail.
 */
public enum Refuse {

	/** All of them once the breaker is open, and none while it is closed. */
	ALL,

	/**
	 * A share of them while the breaker is closed: that by which the calls in the window
	 * exceed {@link CircuitBreakerConfig.Builder#shareFactor} times the successes in it,
	 * at most 90 percent. All of them once it is open.
	 */
	SHARE

}
