package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * Hears what happens to a circuit breaker. Each method has an empty default, and a
 * breaker calls only those that a listener overrides: one that hears state changes alone
 * costs the calls nothing.
 *
 * <p>
 * Methods run after the step that they hear of is complete, and under no lock. How a call
 * ends is told by the thread that ends it. Changes of state and resets are told by the
 * thread that made them or by one that made others at the same time, one at a time and in
 * their order; the call that led to a change is told before the change. These threads
 * wait for the listener, so it should be quick. What it throws is logged once a breaker,
 * and never reaches the call. A call that was under way when the first listener to calls
 * was added may be told with a time of zero.
 *
 * <pre>{@code
 * registry.addListener(new CircuitBreakerListener() {
 *
 *     public void onStateChange(CircuitBreaker breaker, StateChange change) {
 *         pager.send(breaker.name() + " is " + change.to());
 *     }
 *
 * });
 * }</pre>
 */
public interface CircuitBreakerListener {

	/**
	 * The state changed, or a command was given for the same state: {@code from} and
	 * {@code to} are the same then. Such a command is told where it, or what was told
	 * last, has a comment or an actor.
	 * @param breaker the breaker
	 * @param change from, to, why and when
	 */
	default void onStateChange(CircuitBreaker breaker, StateChange change) {
	}

	/**
	 * A success was recorded.
	 * @param breaker the breaker
	 * @param elapsedNanos how long the call took, in nanoseconds
	 */
	default void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
	}

	/**
	 * A failure was recorded.
	 * @param breaker the breaker
	 * @param thrown what the call threw; {@code null} where its result counted as failure
	 * @param elapsedNanos how long the call took, in nanoseconds
	 */
	default void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
	}

	/**
	 * A call that was recorded took longer than {@code slowCallDurationThreshold}. Told
	 * after {@link #onSuccess} or {@link #onFailure} of the same call; with
	 * {@code countHungCalls} before them, as soon as it is found to be slow, and not at
	 * its end.
	 * @param breaker the breaker
	 * @param elapsedNanos how long the call took, in nanoseconds; how long it has taken
	 * so far, where it is still under way
	 */
	default void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
	}

	/**
	 * A call threw what the rules ignore.
	 * @param breaker the breaker
	 * @param thrown what the call threw
	 * @param elapsedNanos how long the call took, in nanoseconds
	 */
	default void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
	}

	/**
	 * A call returned a result that the rules ignore, such as an HTTP answer whose status
	 * is one of those that are ignored.
	 * @param breaker the breaker
	 * @param elapsedNanos how long the call took, in nanoseconds
	 */
	default void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
	}

	/**
	 * A call was refused.
	 * @param breaker the breaker
	 */
	default void onNotPermitted(CircuitBreaker breaker) {
	}

	/**
	 * A call is let through that would have been refused: the breaker does not
	 * {@linkplain CircuitBreakerConfig.Builder#enforce enforce}. Told before the call is
	 * made; how it ends is told as of any other call.
	 * @param breaker the breaker
	 */
	default void onWouldRefuse(CircuitBreaker breaker) {
	}

	/**
	 * The breaker was reset.
	 * @param breaker the breaker
	 */
	default void onReset(CircuitBreaker breaker) {
	}

	/**
	 * A signal was given, or cleared, whatever state the breaker is in. Told by the
	 * thread that did it, after the change of state that followed.
	 * @param breaker the breaker
	 * @param signal the signal; {@code remaining} is zero where it was cleared
	 */
	default void onSignal(CircuitBreaker breaker, Signal signal) {
	}

}
