package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The state of a circuit breaker at one moment, for another breaker to go on from, such
 * as that of the same name after a restart. Immutable, and safe for use by many threads.
 *
 * @param state the state
 * @param since when that began
 * @param at the moment
 * @param left what is left of the wait or the hold; {@code null} where time does not end
 * the state
 * @param openings OPEN periods in a row without a recovery
 * @param command the command that made the state; {@code null} where the rules did, or
 * where the breaker began with it
 * @see CircuitBreaker#export()
 * @see CircuitBreaker#restore(ExportedState)
 */
public record ExportedState(State state, Instant since, Instant at, @Nullable Duration left, int openings,
		@Nullable StateCommand command) {

	/**
	 * Creates a state, such as from a file.
	 * @throws IllegalArgumentException if what is left or the number of openings is below
	 * zero, time does not end the state, or the command is for another one
	 */
	public ExportedState {
		Objects.requireNonNull(state, "state");
		Objects.requireNonNull(since, "since");
		Objects.requireNonNull(at, "at");
		if (left != null && left.isNegative()) {
			throw new IllegalArgumentException("Invalid time that is left (" + left + "): must be zero or more");
		}
		if (left != null && state != State.OPEN && state != State.FORCED_OPEN && state != State.DISABLED) {
			throw new IllegalArgumentException("Invalid time that is left (" + left + "): time does not end " + state
					+ "; OPEN, FORCED_OPEN and DISABLED it does");
		}
		if (openings < 0) {
			throw new IllegalArgumentException("Invalid openings (" + openings + "): must be zero or more");
		}
		if (command != null && command.state() != state) {
			throw new IllegalArgumentException(
					"Invalid command (" + command + "): must be one to " + state + ", the state that it made");
		}
	}

}
