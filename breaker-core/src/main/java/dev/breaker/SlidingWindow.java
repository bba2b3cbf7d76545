package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * Counts the recorded calls of one period. Safe for use by many threads; once it has
 * tripped it changes no more, so that all who see the trip see the same figures.
 */
abstract sealed class SlidingWindow extends SpinLock permits CountWindow, TimeWindow {

	/** Guarded by the lock. */
	@Nullable Trip trip;

	static SlidingWindow of(CircuitBreakerConfig config, long now) {
		return switch (config.slidingWindowType()) {
			case COUNT_BASED -> new CountWindow(config.slidingWindowSize());
			case TIME_BASED -> new TimeWindow(config.slidingWindowSize(), now);
		};
	}

	/** Whether {@code now} matters to {@link #record}. */
	abstract boolean timeBased();

	abstract boolean fits(CircuitBreakerConfig config);

	/**
	 * Records a call.
	 * @param judge what decides whether the window trips, or null where nothing does
	 * @return the trip, at each call from the one that caused it on
	 */
	abstract @Nullable Trip record(boolean failed, boolean slow, long now, @Nullable Rules judge);

	/** Why it has tripped, or null where it has not. */
	final @Nullable Reason tripped() {
		lock();
		try {
			return (this.trip != null) ? this.trip.reason() : null;
		}
		finally {
			this.held = 0;
		}
	}

	/** What it holds at this moment, or held when it tripped. */
	final Figures figures(long now, Rules rules) {
		lock();
		try {
			if (this.trip != null) {
				return this.trip.figures();
			}
			settle();
			return counts(now, rules);
		}
		finally {
			this.held = 0;
		}
	}

	/** Takes notice, under the lock, of the successes that came without it. */
	abstract void settle();

	/** What it holds, under the lock. */
	abstract Figures counts(long now, Rules rules);

}
