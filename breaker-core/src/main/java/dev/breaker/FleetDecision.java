package dev.breaker;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What a fleet of processes has decided on a breaker that they share. Immutable, and safe
 * for use by many threads.
 *
 * @param state {@link State#CLOSED}, {@link State#OPEN} or {@link State#HALF_OPEN}
 * @param remaining what is left of the wait of {@link State#OPEN}, zero or more;
 * otherwise zero
 * @param openings OPEN periods in a row without a recovery, as the fleet counts them,
 * zero or more
 * @param why such as "7 of 10 instances", of which {@value Signal#MAX_REASON_LENGTH}
 * characters are kept; {@code null} for none
 * @see CircuitBreaker#follow(FleetDecision)
 */
public record FleetDecision(State state, Duration remaining, int openings, @Nullable String why) {

	/**
	 * Creates a decision.
	 * @throws IllegalArgumentException if the state is another one, a state that is not
	 * OPEN has something left of a wait, or a number is below zero
	 */
	public FleetDecision {
		Objects.requireNonNull(state, "state");
		Objects.requireNonNull(remaining, "remaining");
		if (state != State.CLOSED && state != State.OPEN && state != State.HALF_OPEN) {
			throw new IllegalArgumentException("Invalid state of a fleet (" + state
					+ "): must be CLOSED, OPEN or HALF_OPEN; to be " + state + " takes a command");
		}
		if (remaining.isNegative()) {
			throw new IllegalArgumentException(
					"Invalid remaining wait of a fleet (" + remaining + "): must be zero or more");
		}
		if (state != State.OPEN && !remaining.isZero()) {
			throw new IllegalArgumentException("Invalid remaining wait of a fleet (" + remaining + "): must be zero in "
					+ state + ", OPEN has one");
		}
		if (openings < 0) {
			throw new IllegalArgumentException("Invalid openings of a fleet (" + openings + "): must be zero or more");
		}
		why = (why != null) ? Signals.cut(why) : null;
	}

}
