package dev.breaker;

import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * The calls of the last N seconds, in a ring with a place for each second.
 *
 * <p>
 * Fast successes, the bulk of the calls, go into a striped counter without a lock, since
 * they cannot open anything. The next decision, reading or new second puts them into the
 * ring first, into the second that is the newest then, and with them the end of a row of
 * failures.
 */
final class TimeWindow extends SlidingWindow {

	private static final long SECOND = 1_000_000_000;

	/**
	 * A whole second of the clock, so that those of the window begin where the clock's
	 * do.
	 */
	private final long origin;

	private final int[] calls;

	private final int[] failed;

	private final int[] slow;

	// Running sums, so that a failed call costs the same however long the window is.
	private long allCalls;

	private long allFailed;

	private long allSlow;

	/** The newest second's place in the ring. */
	private int place;

	/** The newest second. Written under the lock. */
	private volatile long newest;

	private int consecutiveFailures;

	private final LongAdder successes = new LongAdder();

	/** How many of them were put into the ring. */
	private long settled;

	TimeWindow(int seconds, long now) {
		this.origin = now - Math.floorMod(now, SECOND);
		this.calls = new int[seconds];
		this.failed = new int[seconds];
		this.slow = new int[seconds];
	}

	@Override
	boolean timeBased() {
		return true;
	}

	@Override
	boolean fits(CircuitBreakerConfig config) {
		return config.slidingWindowType() == SlidingWindowType.TIME_BASED
				&& config.slidingWindowSize() == this.calls.length;
	}

	@Override
	@Nullable Decision record(boolean failed, boolean slow, long now, @Nullable Rules judge) {
		if (!failed && !slow) {
			succeed(now);
			return null;
		}
		lock();
		try {
			if (this.trip != null) {
				return this.trip;
			}
			advance(now);
			putSpot(failed, slow);
			this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
			if (judge != null) {
				Reason reason = judge.trip(this.allCalls, this.allFailed, this.allSlow, this.consecutiveFailures);
				this.trip = (reason != null) ? Decision.ofCall(reason, sums(judge)) : null;
			}
			return this.trip;
		}
		finally {
			this.held = 0;
		}
	}

	private void putSpot(boolean failed, boolean slow) {
		this.calls[this.place]++;
		this.allCalls++;
		this.failed[this.place] += failed ? 1 : 0;
		this.allFailed += failed ? 1 : 0;
		this.slow[this.place] += slow ? 1 : 0;
		this.allSlow += slow ? 1 : 0;
	}

	@Override
	@Nullable Decision recordHung(long due, @Nullable Rules judge) {
		lock();
		try {
			if (this.trip != null) {
				return this.trip;
			}
			advance(due);
			putSpot(false, true);
			if (judge != null) {
				Reason reason = judge.trip(this.allCalls, this.allFailed, this.allSlow, this.consecutiveFailures);
				this.trip = (reason != null) ? Decision.ofHungCall(reason, sums(judge), due) : null;
			}
			return this.trip;
		}
		finally {
			this.held = 0;
		}
	}

	@Override
	@Nullable Decision recordEndOfHung(boolean failed, long now, @Nullable Rules judge) {
		lock();
		try {
			if (this.trip != null) {
				return this.trip;
			}
			advance(now);
			if (!failed) {
				this.consecutiveFailures = 0;
				return null;
			}
			addFailure();
			this.consecutiveFailures++;
			if (judge != null) {
				Reason reason = judge.trip(this.allCalls, this.allFailed, this.allSlow, this.consecutiveFailures);
				this.trip = (reason != null) ? Decision.ofCall(reason, sums(judge)) : null;
			}
			return this.trip;
		}
		finally {
			this.held = 0;
		}
	}

	/** To the newest second with a call that has not failed. */
	private void addFailure() {
		if (this.allFailed == this.allCalls) {
			putSpot(true, false);
			return;
		}
		int second = this.place;
		while (this.failed[second] == this.calls[second]) {
			second = (second == 0) ? this.calls.length - 1 : second - 1;
		}
		this.failed[second]++;
		this.allFailed++;
	}

	private void succeed(long now) {
		if (second(now) > this.newest) {
			lock();
			try {
				advance(now);
			}
			finally {
				this.held = 0;
			}
		}
		this.successes.increment();
	}

	private long second(long now) {
		return Math.floorDiv(now - this.origin, SECOND);
	}

	/**
	 * Begins a new second where one is due. Where the clock went back, or a thread comes
	 * late, calls join the newest one.
	 */
	private void advance(long now) {
		settle();
		long second = second(now);
		long forgotten = Math.min(second - this.newest, this.calls.length);
		if (forgotten <= 0) {
			return;
		}
		// From here on no call that a stack's end could stop half-way
		for (long i = 0; i < forgotten; i++) {
			this.place = (this.place + 1 == this.calls.length) ? 0 : this.place + 1;
			this.allCalls -= this.calls[this.place];
			this.allFailed -= this.failed[this.place];
			this.allSlow -= this.slow[this.place];
			this.calls[this.place] = 0;
			this.failed[this.place] = 0;
			this.slow[this.place] = 0;
		}
		this.newest = second;
	}

	/** Puts the waiting successes into the newest second. */
	@Override
	void settle() {
		long sum = this.successes.sum();
		if (sum != this.settled) {
			int counted = saturated(this.calls[this.place] + sum - this.settled);
			this.allCalls += counted - this.calls[this.place];
			this.calls[this.place] = counted;
			this.settled = sum;
			this.consecutiveFailures = 0;
		}
	}

	@Override
	WindowCounts present(long now, Rules rules) {
		advance(now);
		return sums(rules);
	}

	private WindowCounts sums(Rules rules) {
		int calls = saturated(this.allCalls);
		return new WindowCounts(calls, saturated(this.allFailed), saturated(this.allSlow), this.consecutiveFailures,
				rules.callsUntilEvaluated(calls));
	}

	private static int saturated(long count) {
		return (int) Math.min(count, Integer.MAX_VALUE);
	}

}
