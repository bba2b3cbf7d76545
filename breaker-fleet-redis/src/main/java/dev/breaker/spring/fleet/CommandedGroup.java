package dev.breaker.spring.fleet;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.Reason;
import dev.breaker.StandingCommand;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;

/**
 * A group of breakers made by key, as the fleet commands it. In its place a breaker of
 * its name is shared that no call asks, and what that is commanded is handed on to the
 * group: to the keys that this instance has, and to those made while the command holds.
 */
final class CommandedGroup implements CircuitBreakerListener {

	private static final String UNKNOWN_ACTOR = "anonymous";

	private final CircuitBreakerGroup group;

	private final CircuitBreaker breaker;

	CommandedGroup(CircuitBreakerGroup group) {
		this.group = group;
		// Not called, it is never seen to recover: its openings say nothing of the keys.
		this.breaker = CircuitBreaker.of(group.name(),
				group.config().toBuilder().initialState(State.CLOSED).waitDurationMultiplier(1).build());
		this.breaker.addListener(this);
	}

	@SuppressWarnings("ReferenceEquality") // one that was made anew is another one
	boolean isOf(CircuitBreakerGroup other) {
		return this.group == other;
	}

	/** What is shared in place of the group. */
	CircuitBreaker breaker() {
		return this.breaker;
	}

	/**
	 * A command that every instance hears: without a word it is none where the state is
	 * the same.
	 */
	static StateCommand withActor(StateCommand command) {
		return (command.actor() != null || command.comment() != null) ? command : command.actor(UNKNOWN_ACTOR);
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		StandingCommand standing = (change.reason() == Reason.COMMAND) ? breaker.explain().command() : null;
		if (standing != null && !standing.command().isReset()) {
			this.group.apply(standing.command());
		}
	}

	@Override
	public void onReset(CircuitBreaker breaker) {
		this.group.apply(StateCommand.reset());
	}

}
