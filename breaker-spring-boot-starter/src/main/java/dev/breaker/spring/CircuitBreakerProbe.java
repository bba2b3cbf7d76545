package dev.breaker.spring;

import dev.breaker.CircuitBreaker;

/**
 * Finds out whether the other side of a circuit breaker is well, while no call of a user
 * passes. A bean of this type is named by the property {@code probe}. It runs in the
 * dark, on a thread of its own, one at a time for a breaker: when it returns the other
 * side is well, and whatever it throws is a failure, whichever exceptions the breaker
 * ignores. One that takes longer than {@code probe-timeout} has failed, and is
 * interrupted.
 *
 * <p>
 * Calls of the same breaker that it makes on its thread pass, are recorded nowhere, and
 * have no fallback: it can use the guarded client, whose exceptions reach it. No rule
 * judges a result: it throws itself where one says that the other side is not well. It
 * should change nothing on the other side. Where several breakers name it, it must be
 * safe for use by several threads.
 *
 * <pre>{@code
 * CircuitBreakerProbe paymentsProbe(PaymentClient client) {
 *     return () -> client.status();
 * }
 * }</pre>
 */
@FunctionalInterface
public interface CircuitBreakerProbe {

	/**
	 * Looks at the other side.
	 * @throws Exception when it is not well
	 */
	void probe() throws Exception;

	/**
	 * Looks at the other side of one breaker. Breakers of keys share the probe of their
	 * group, which can tell them apart by their names.
	 * @param breaker the breaker that is to close
	 * @throws Exception when it is not well
	 */
	default void probe(CircuitBreaker breaker) throws Exception {
		probe();
	}

}
