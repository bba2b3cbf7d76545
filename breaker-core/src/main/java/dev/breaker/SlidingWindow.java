package dev.breaker;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Counts the recorded calls of one period. Safe for use by many threads; once it has
 * tripped it changes no more, so that all who see the trip see the same counts.
 */
abstract sealed class SlidingWindow extends SpinLock permits CountWindow, TimeWindow {

	/** That its breaker must open. Guarded by the lock. */
	@Nullable Decision trip;

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
	 * @return the decision to open, at each call from the one that caused it on
	 */
	abstract @Nullable Decision record(boolean failed, boolean slow, long now, @Nullable Rules judge);

	/**
	 * Records a call that is under way and slow. It ends no row of failures: how it ends
	 * is not known.
	 * @param due the moment from which it is slow
	 * @param judge what decides whether the window trips, or null where nothing does
	 * @return the decision to open, at each call from the one that caused it on
	 */
	abstract @Nullable Decision recordHung(long due, @Nullable Rules judge);

	/**
	 * Records the end of such a call, which the window has already: a failure is added to
	 * the newest call that has none, or is a call of its own where there is none; a
	 * success ends a row of failures.
	 * @param judge what decides whether the window trips, or null where nothing does
	 * @return the decision to open, at each call from the one that caused it on
	 */
	abstract @Nullable Decision recordEndOfHung(boolean failed, long now, @Nullable Rules judge);

	/** Why its breaker must open, or null where it need not. */
	final @Nullable Decision decision() {
		lock();
		try {
			return this.trip;
		}
		finally {
			this.held = 0;
		}
	}

	/** What it holds at this moment, or held when it tripped. */
	final WindowCounts counts(long now, Rules rules) {
		lock();
		try {
			if (this.trip != null) {
				return Objects.requireNonNull(this.trip.counts);
			}
			settle();
			return present(now, rules);
		}
		finally {
			this.held = 0;
		}
	}

	/** Takes notice, under the lock, of the successes that came without it. */
	abstract void settle();

	/**
	 * What it holds at that moment, under the lock, after the waiting successes were
	 * settled.
	 */
	abstract WindowCounts present(long now, Rules rules);

}
