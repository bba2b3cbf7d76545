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
 * @param gate what gives out the places of probes; null where the breaker does
 */
record Circumstances(@Nullable StateChange lastChange, @Nullable StandingCommand commanded, News news, Signals signals,
		@Nullable GuardedGate gate) {

	/** What each breaker begins with. */
	static final Circumstances NONE = new Circumstances(null, null, News.NONE, Signals.NONE, null);

	Circumstances with(@Nullable StandingCommand other) {
		return new Circumstances(this.lastChange, other, this.news, this.signals, this.gate);
	}

	Circumstances with(Signals other) {
		return new Circumstances(this.lastChange, this.commanded, this.news, other, this.gate);
	}

	Circumstances with(@Nullable GuardedGate other) {
		return new Circumstances(this.lastChange, this.commanded, this.news, this.signals, other);
	}

}
