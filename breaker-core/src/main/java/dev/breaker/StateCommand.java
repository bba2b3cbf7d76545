package dev.breaker;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * An operator's command to a circuit breaker or to a {@link CircuitBreakerGroup}: the
 * state to be in, for how long, why, and by whom. Immutable, and safe for use by many
 * threads.
 *
 * <pre>{@code
 * breaker.apply(StateCommand.to(State.FORCED_OPEN)
 *     .hold(Duration.ofMinutes(10))
 *     .comment("the partner asked for a break")
 *     .actor("alice"));
 * }</pre>
 */
public final class StateCommand {

	private final @Nullable State state;

	private final @Nullable Duration hold;

	private final @Nullable String comment;

	private final @Nullable String actor;

	private StateCommand(@Nullable State state, @Nullable Duration hold, @Nullable String comment,
			@Nullable String actor) {
		this.state = state;
		this.hold = hold;
		this.comment = comment;
		this.actor = actor;
	}

	/**
	 * A command to be in a state. {@link State#CLOSED}, {@link State#OPEN} and
	 * {@link State#HALF_OPEN} go on by themselves from there, as if the rules had decided
	 * so; {@link State#FORCED_OPEN}, {@link State#DISABLED} and
	 * {@link State#METRICS_ONLY} last until another command. {@link State#CLOSED} and
	 * {@link State#HALF_OPEN} clear all signals; in the others they are kept, and a
	 * signal that still lives at the end of a hold opens the breaker.
	 * @param state the state
	 * @return a command without hold, comment and actor
	 */
	public static StateCommand to(State state) {
		return new StateCommand(Objects.requireNonNull(state, "state"), null, null, null);
	}

	/**
	 * A command to be {@link State#CLOSED}, with an empty window, totals of zero and no
	 * memory of earlier openings.
	 * @return a command without comment and actor
	 */
	public static StateCommand reset() {
		return new StateCommand(null, null, null, null);
	}

	/**
	 * The same command with an end: {@link State#OPEN} goes half-open then, instead of
	 * after its own wait; {@link State#FORCED_OPEN} and {@link State#DISABLED} go closed
	 * then, instead of lasting until another command.
	 * @param hold how long, zero or more
	 * @return a new command
	 * @throws IllegalArgumentException if the hold is negative, or the state takes none
	 */
	public StateCommand hold(Duration hold) {
		if (Objects.requireNonNull(hold, "hold").isNegative()) {
			throw new IllegalArgumentException("Invalid " + ((this.state == State.OPEN) ? "wait" : "hold") + " (" + hold
					+ "): must be zero or more");
		}
		if (!takesHold(this.state)) {
			throw new IllegalArgumentException(
					"Invalid hold (" + hold + "): " + ((this.state != null) ? this.state : "a reset")
							+ " takes none; OPEN, FORCED_OPEN and DISABLED do");
		}
		return new StateCommand(this.state, hold, this.comment, this.actor);
	}

	private static boolean takesHold(@Nullable State state) {
		return state == State.OPEN || state == State.FORCED_OPEN || state == State.DISABLED;
	}

	/**
	 * The same command with a comment.
	 * @param comment why; {@code null} for none
	 * @return a new command
	 */
	public StateCommand comment(@Nullable String comment) {
		return new StateCommand(this.state, this.hold, comment, this.actor);
	}

	/**
	 * The same command with an actor.
	 * @param actor who gives it; {@code null} where that is not known
	 * @return a new command
	 */
	public StateCommand actor(@Nullable String actor) {
		return new StateCommand(this.state, this.hold, this.comment, actor);
	}

	/**
	 * The state to be in.
	 * @return the state; {@link State#CLOSED} of a reset
	 */
	public State state() {
		return (this.state != null) ? this.state : State.CLOSED;
	}

	/** Whether signals that were given before it are cleared. */
	boolean clearsSignals() {
		return state() == State.CLOSED || state() == State.HALF_OPEN;
	}

	/**
	 * Whether it resets.
	 * @return whether window, totals and backoff are cleared
	 */
	public boolean isReset() {
		return this.state == null;
	}

	/**
	 * How long it holds.
	 * @return the duration; {@code null} where it has no end of its own
	 */
	public @Nullable Duration hold() {
		return this.hold;
	}

	/**
	 * Why it is given.
	 * @return the comment, or {@code null}
	 */
	public @Nullable String comment() {
		return this.comment;
	}

	/**
	 * Who gives it.
	 * @return the actor, or {@code null}
	 */
	public @Nullable String actor() {
		return this.actor;
	}

	@Override
	public String toString() {
		return "StateCommand[" + ((this.state != null) ? this.state : "reset")
				+ ((this.hold != null) ? " for " + this.hold : "") + "]";
	}

}
