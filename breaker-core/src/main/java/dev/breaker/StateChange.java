package dev.breaker;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One change of state, or a command for the state that the breaker is in already: then
 * {@code from} and {@code to} are the same, and {@code reason} is {@link Reason#COMMAND}.
 *
 * @param from the state that ended
 * @param to the state that began
 * @param reason why
 * @param at when, by the clock that is shown to people; what time decided has the time at
 * which it was decided
 * @param lastFailure the last recorded failure before the change, since the breaker was
 * last closed; {@code null} where there was none, or where the last one was a result
 * @param comment what the operator said, why a signal was given, or why a fleet decided;
 * {@code null} where the rules decided, or where nothing was said
 * @param actor the operator, or the source of a signal; {@code null} where the rules
 * decided, or where the operator is not known
 * @param enforced whether the breaker {@linkplain CircuitBreakerConfig.Builder#enforce
 * enforces}; where not, no call is refused after the change
 */
public record StateChange(State from, State to, Reason reason, Instant at, @Nullable Failure lastFailure,
		@Nullable String comment, @Nullable String actor, boolean enforced) {

	/**
	 * A change of a breaker that enforces.
	 * @param from the state that ended
	 * @param to the state that began
	 * @param reason why
	 * @param at when
	 * @param lastFailure the last recorded failure before the change, or {@code null}
	 * @param comment what the operator said, or {@code null}
	 * @param actor the operator, or {@code null}
	 */
	public StateChange(State from, State to, Reason reason, Instant at, @Nullable Failure lastFailure,
			@Nullable String comment, @Nullable String actor) {
		this(from, to, reason, at, lastFailure, comment, actor, true);
	}

}
