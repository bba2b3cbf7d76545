package dev.breaker.spring.event;

import java.time.Duration;
import java.time.Instant;

import dev.breaker.Reason;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a circuit breaker, as it is kept and shown. Holds no
 * {@link Throwable}.
 *
 * @param time when
 * @param circuitBreaker the breaker's name
 * @param type what
 * @param from the state that ended, of a change of state
 * @param to the state that began, of a change of state
 * @param reason why, of a change of state
 * @param exception class and message of what was thrown; of a change of state, of the
 * last failure before it
 * @param elapsed how long the call took
 * @param comment what the operator said, of a change of state by command
 * @param actor the operator, of a change of state by command
 * @param enforced {@code false} of a change of state that is not enforced, so that no
 * call is refused after it; {@code null} of every other event
 */
public record BreakerEvent(Instant time, String circuitBreaker, Type type, @Nullable State from, @Nullable State to,
		@Nullable Reason reason, @Nullable String exception, @Nullable Duration elapsed, @Nullable String comment,
		@Nullable String actor, @Nullable Boolean enforced) {

	/**
	 * An event of a breaker that enforces.
	 * @param time when
	 * @param circuitBreaker the breaker's name
	 * @param type what
	 * @param from the state that ended, of a change of state
	 * @param to the state that began, of a change of state
	 * @param reason why, of a change of state
	 * @param exception class and message of what was thrown
	 * @param elapsed how long the call took
	 * @param comment what the operator said, of a change of state by command
	 * @param actor the operator, of a change of state by command
	 */
	public BreakerEvent(Instant time, String circuitBreaker, Type type, @Nullable State from, @Nullable State to,
			@Nullable Reason reason, @Nullable String exception, @Nullable Duration elapsed, @Nullable String comment,
			@Nullable String actor) {
		this(time, circuitBreaker, type, from, to, reason, exception, elapsed, comment, actor, null);
	}

	/**
	 * An event that no operator caused.
	 * @param time when
	 * @param circuitBreaker the breaker's name
	 * @param type what
	 * @param from the state that ended, of a change of state
	 * @param to the state that began, of a change of state
	 * @param reason why, of a change of state
	 * @param exception class and message of what was thrown
	 * @param elapsed how long the call took
	 */
	public BreakerEvent(Instant time, String circuitBreaker, Type type, @Nullable State from, @Nullable State to,
			@Nullable Reason reason, @Nullable String exception, @Nullable Duration elapsed) {
		this(time, circuitBreaker, type, from, to, reason, exception, elapsed, null, null);
	}

	/**
	 * What happened.
	 */
	public enum Type {

		/** The state changed. */
		STATE_CHANGE,

		/** The breaker was reset. */
		RESET,

		/** A failure was recorded. */
		FAILURE,

		/** A call threw or returned what the rules ignore. */
		IGNORED,

		/** A call was refused. */
		NOT_PERMITTED,

		/** A call was let through that would have been refused if it was enforced. */
		WOULD_REFUSE,

		/** A success was recorded. */
		SUCCESS

	}

}
