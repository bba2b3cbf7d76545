package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * The last N calls: two bits a call in a ring, and running counts.
 *
 * <p>
 * A success that meets a full window of fast successes would leave it as it is, so it
 * writes nothing, and takes no lock: a healthy breaker costs one volatile read here.
 */
final class CountWindow extends SlidingWindow {

	private static final int FAILED = 1;

	private static final int SLOW = 2;

	private final int size;

	private final long[] ring;

	private int next;

	private int calls;

	private int failed;

	private int slow;

	private int consecutiveFailures;

	private @Nullable Trip trip;

	/** Full, and every call in it a fast success. Written under the lock. */
	private volatile boolean spotless;

	CountWindow(int size) {
		this.size = size;
		this.ring = new long[(size + 31) >> 5];
	}

	@Override
	boolean timeBased() {
		return false;
	}

	@Override
	boolean fits(CircuitBreakerConfig config) {
		return config.slidingWindowType() == SlidingWindowType.COUNT_BASED && config.slidingWindowSize() == this.size;
	}

	@Override
	@Nullable Trip record(boolean failed, boolean slow, long now, @Nullable Rules judge) {
		boolean spot = failed || slow;
		if (!spot && this.spotless) {
			return null;
		}
		lock();
		try {
			if (this.trip != null) {
				return this.trip;
			}
			replaceOldest((failed ? FAILED : 0) | (slow ? SLOW : 0));
			this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
			boolean clean = this.failed == 0 && this.slow == 0 && this.calls == this.size;
			if (clean != this.spotless) {
				this.spotless = clean;
			}
			if (spot && judge != null) {
				Reason reason = judge.trip(this.calls, this.failed, this.slow, this.consecutiveFailures);
				this.trip = (reason != null) ? new Trip(reason, counts(judge)) : null;
			}
			return this.trip;
		}
		finally {
			this.held = 0;
		}
	}

	private void replaceOldest(int call) {
		int word = this.next >> 5;
		int shift = (this.next & 31) << 1;
		int oldest = (int) (this.ring[word] >>> shift) & 3;
		this.ring[word] ^= (long) (oldest ^ call) << shift;
		this.failed += (call & FAILED) - (oldest & FAILED);
		this.slow += (call - (call & FAILED) - oldest + (oldest & FAILED)) >> 1;
		this.next = (this.next + 1 == this.size) ? 0 : this.next + 1;
		if (this.calls < this.size) {
			this.calls++;
		}
	}

	@Override
	@Nullable Reason tripped() {
		lock();
		try {
			return (this.trip != null) ? this.trip.reason() : null;
		}
		finally {
			this.held = 0;
		}
	}

	@Override
	Figures figures(long now, Rules rules) {
		lock();
		try {
			return (this.trip != null) ? this.trip.figures() : counts(rules);
		}
		finally {
			this.held = 0;
		}
	}

	private Figures counts(Rules rules) {
		return new Figures(this.calls, this.failed, this.slow, this.consecutiveFailures,
				rules.callsUntilEvaluated(this.calls));
	}

}
