package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * The right to make one call. It is given back once, by one of its methods; a second time
 * does nothing. Safe for use by several threads: the first one to give it back wins.
 *
 * <p>
 * A permit that never comes back harms nothing while the breaker is {@link State#CLOSED},
 * but that the breaker of a {@link CircuitBreakerGroup} then makes room for no other; in
 * {@link State#HALF_OPEN} it is a probe, which counts as lost after
 * {@code maxWaitDurationInHalfOpenState}.
 *
 * <pre>{@code
 * Permit permit = breaker.acquire();
 * long start = System.nanoTime();
 * try {
 *     Receipt receipt = client.pay(order);
 *     permit.success(receipt, System.nanoTime() - start);
 *     return receipt;
 * }
 * catch (Throwable ex) {
 *     permit.failure(ex, System.nanoTime() - start);
 *     throw ex;
 * }
 * }</pre>
 */
public interface Permit {

	/**
	 * The call returned. The {@code recordResult} rule may still make it a failure.
	 * @param result what it returned
	 * @param elapsedNanos how long it took, in nanoseconds; below zero counts as zero
	 */
	void success(@Nullable Object result, long elapsedNanos);

	/**
	 * The call threw. The exception rules may still ignore it, or take it for a success
	 * or for nothing.
	 * @param thrown what it threw
	 * @param elapsedNanos how long it took, in nanoseconds; below zero counts as zero
	 */
	void failure(Throwable thrown, long elapsedNanos);

	/**
	 * The call was not made, or was cancelled: nothing is recorded, and a probe's place
	 * is free again.
	 */
	void release();

}
