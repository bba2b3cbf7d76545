package dev.breaker;

import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * The calls of the last N seconds, in a ring of one-second buckets.
 *
 * <p>
 * Fast successes, the bulk of the calls, go into a striped counter of the newest bucket
 * without a lock, since they cannot open anything: who next has something to decide or to
 * show finds them there, and with them the end of a row of failures. A bucket is never
 * used for a second time, so one that comes late to it harms nothing.
 */
final class TimeWindow extends SlidingWindow {

	private static final long SECOND = 1_000_000_000;

	/**
	 * A whole second of the clock, so that buckets begin where the clock's seconds do.
	 */
	private final long origin;

	private final @Nullable Bucket[] ring;

	/** Written under the lock. */
	private volatile Bucket newest;

	private int consecutiveFailures;

	TimeWindow(int seconds, long now) {
		this.ring = new @Nullable Bucket[seconds];
		this.origin = now - Math.floorMod(now, SECOND);
		this.newest = new Bucket(0);
		this.ring[0] = this.newest;
	}

	@Override
	boolean timeBased() {
		return true;
	}

	@Override
	boolean fits(CircuitBreakerConfig config) {
		return config.slidingWindowType() == SlidingWindowType.TIME_BASED
				&& config.slidingWindowSize() == this.ring.length;
	}

	@Override
	@Nullable Trip record(boolean failed, boolean slow, long now, @Nullable Rules judge) {
		if (!failed && !slow) {
			succeed(now);
			return null;
		}
		lock();
		try {
			if (this.trip != null) {
				return this.trip;
			}
			settle();
			Bucket bucket = bucket(now);
			bucket.spots++;
			bucket.failed += failed ? 1 : 0;
			bucket.slow += slow ? 1 : 0;
			this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
			if (judge != null) {
				Figures figures = counts(now, judge);
				Reason reason = judge.trip(figures.calls(), figures.failed(), figures.slow(),
						figures.consecutiveFailures());
				this.trip = (reason != null) ? new Trip(reason, figures) : null;
			}
			return this.trip;
		}
		finally {
			this.held = 0;
		}
	}

	private void succeed(long now) {
		Bucket bucket = this.newest;
		if (second(now) > bucket.second) {
			lock();
			try {
				// Before a bucket leaves, with what it knows of a row of failures.
				settle();
				bucket = bucket(now);
			}
			finally {
				this.held = 0;
			}
		}
		bucket.increment();
	}

	@Override
	void settle() {
		for (Bucket bucket : this.ring) {
			long sum = (bucket != null) ? bucket.sum() : 0;
			if (bucket != null && sum != bucket.settled) {
				bucket.settled = sum;
				this.consecutiveFailures = 0;
			}
		}
	}

	private long second(long now) {
		return Math.floorDiv(now - this.origin, SECOND);
	}

	/** The bucket of this second; the newest one where the clock went back. */
	private Bucket bucket(long now) {
		Bucket latest = this.newest;
		long second = second(now);
		if (second <= latest.second) {
			return latest;
		}
		Bucket bucket = new Bucket(second);
		this.ring[(int) (second % this.ring.length)] = bucket;
		this.newest = bucket;
		return bucket;
	}

	@Override
	Figures counts(long now, Rules rules) {
		long tooOld = Math.max(second(now), this.newest.second) - this.ring.length;
		long calls = 0;
		long failed = 0;
		long slow = 0;
		for (Bucket bucket : this.ring) {
			if (bucket != null && bucket.second > tooOld) {
				calls += bucket.settled + bucket.spots;
				failed += bucket.failed;
				slow += bucket.slow;
			}
		}
		return new Figures(saturated(calls), saturated(failed), saturated(slow), this.consecutiveFailures,
				rules.callsUntilEvaluated(saturated(calls)));
	}

	private static int saturated(long count) {
		return (int) Math.min(count, Integer.MAX_VALUE);
	}

	/**
	 * One second: its fast successes in the adder itself, the others in fields that the
	 * window's lock guards.
	 */
	private static final class Bucket extends LongAdder {

		private static final long serialVersionUID = 1L;

		private final long second;

		/** How many of the fast successes were taken notice of. */
		private long settled;

		/** Calls that failed or were slow. */
		private long spots;

		private long failed;

		private long slow;

		Bucket(long second) {
			this.second = second;
		}

	}

}
