package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * What a breaker was told, what it has to tell, and what else has a say in its state. One
 * value beside a {@link Period}, since most breakers have {@link #NONE} of it. Immutable.
 *
 * @param lastChange the last change of state; null where there was none yet
 * @param commanded what the present period began by; null where that was no command
 * @param news the last news of the breaker
 * @param signals those that live; in CLOSED and HALF_OPEN there are none, since a signal
 * opens the breaker
 * @param lastFailure in OPEN and FORCED_OPEN: the last failure when it opened, whatever
 * calls of before come to since; null where it was a result, or there was none
 * @param gate what gives out the places of probes; null where the breaker does
 */
record Circumstances(@Nullable StateChange lastChange, @Nullable StandingCommand commanded, News news, Signals signals,
		@Nullable Failure lastFailure, @Nullable GuardedGate gate) {

	/** What each breaker begins with. */
	static final Circumstances NONE = new Circumstances(null, null, News.NONE, Signals.NONE, null, null);

	Circumstances with(@Nullable StandingCommand other) {
		return new Circumstances(this.lastChange, other, this.news, this.signals, this.lastFailure, this.gate);
	}

	Circumstances with(Signals other) {
		return new Circumstances(this.lastChange, this.commanded, this.news, other, this.lastFailure, this.gate);
	}

	Circumstances with(@Nullable GuardedGate other) {
		return new Circumstances(this.lastChange, this.commanded, this.news, this.signals, this.lastFailure, other);
	}

}
