package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * The right to make one call. It is given back once, by one of its methods; a second time
 * does nothing. Safe for use by several threads: the first one to give it back wins.
 *
 * <p>
 * A permit that never comes back harms nothing while the breaker is {@link State#CLOSED},
 * but that it counts as slow where hung calls are counted ({@code countHungCalls}), and
 * that the breaker of a {@link CircuitBreakerGroup} then makes room for no other; in
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
	 * @param elapsedNanos how long it took, in nanoseconds; below zero counts as zero.
	 * Where hung calls are counted, the breaker's clock says what is slow
	 */
	void success(@Nullable Object result, long elapsedNanos);

	/**
	 * The call threw. The exception rules may still ignore it, or take it for a success
	 * or for nothing.
	 * @param thrown what it threw
	 * @param elapsedNanos how long it took, in nanoseconds; below zero counts as zero.
	 * Where hung calls are counted, the breaker's clock says what is slow
	 */
	void failure(Throwable thrown, long elapsedNanos);

	/**
	 * The call ended, and what it counts as is known: no rule is asked. An implementation
	 * that has no other way gives it to {@link #success} or {@link #failure}.
	 * @param failure what it failed with; {@code null} where it succeeded
	 * @param elapsedNanos how long it took, in nanoseconds; below zero counts as zero.
	 * Where hung calls are counted, the breaker's clock says what is slow
	 */
	default void ended(@Nullable Throwable failure, long elapsedNanos) {
		if (failure != null) {
			failure(failure, elapsedNanos);
		}
		else {
			success(null, elapsedNanos);
		}
	}

	/**
	 * Does work of the call on this thread. Where the call is a probe, calls of the same
	 * breaker that the work makes on this thread are inside of it: until the permit is
	 * given back they pass, need no place of their own, and are recorded nowhere. Inside
	 * of one that {@link CircuitBreaker#tryAcquireProbe()} gave, no fallback of these
	 * calls runs: what they throw is for the work to see. Whatever comes of the work, the
	 * permit is still to be given back.
	 * @param <X> what the work may throw
	 * @param work the work
	 * @throws X what the work throws, as it is
	 */
	default <X extends Throwable> void run(ThrowingRunnable<X> work) throws X {
		work.run();
	}

	/**
	 * The call was not made, or was cancelled: nothing is recorded, and a probe's place
	 * is free again. Where it counts as a hung call already, that stays so, and a probe
	 * keeps its place.
	 */
	void release();

}
