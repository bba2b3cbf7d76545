package dev.breaker;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * The last N calls: two bits a call in a ring, and running counts.
 *
 * <p>
 * A fast success that meets a full window of fast successes would leave it as it is, so
 * it writes nothing: a healthy breaker costs one volatile read here. Otherwise it takes
 * no lock either, since it cannot open anything: it waits in a striped counter, and the
 * next decision or reading puts it into the ring first.
 */
final class CountWindow extends SlidingWindow {

	private static final long FAILED = 0b01;

	private static final long SLOW = 0b10;

	/** Those bits of all the 32 calls in a word. */
	private static final long ALL_FAILED = 0x5555_5555_5555_5555L;

	private static final long ALL_SLOW = ALL_FAILED << 1;

	/**
	 * One waiting success of so many puts them all into the ring: otherwise a window that
	 * is spotless again is not noticed.
	 */
	private static final int SETTLING = 64;

	private final int size;

	private final long[] ring;

	/** The place of the oldest call, in a full ring. */
	private int next;

	private int calls;

	private int failed;

	private int slow;

	private int consecutiveFailures;

	/** Fast successes, but those that a spotless window did not need. */
	private final LongAdder successes = new LongAdder();

	/** How many of them were put into the ring. */
	private long settled;

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
	@Nullable Decision record(boolean failed, boolean slow, long now, @Nullable Rules judge) {
		if (failed || slow) {
			return recordSpot(failed, slow, now, judge);
		}
		if (!this.spotless) {
			this.successes.increment();
			if (ThreadLocalRandom.current().nextInt(SETTLING) == 0) {
				lock();
				try {
					settle();
				}
				finally {
					this.held = 0;
				}
			}
		}
		return null;
	}

	private @Nullable Decision recordSpot(boolean failed, boolean slow, long now, @Nullable Rules judge) {
		lock();
		try {
			if (this.trip != null) {
				return this.trip;
			}
			settle();
			putSpot(failed, slow);
			this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
			if (judge != null) {
				Reason reason = judge.trip(this.calls, this.failed, this.slow, this.consecutiveFailures);
				this.trip = (reason != null) ? Decision.ofCall(reason, present(now, judge)) : null;
			}
			return this.trip;
		}
		finally {
			this.held = 0;
		}
	}

	@Override
	@Nullable Decision recordHung(long due, @Nullable Rules judge) {
		lock();
		try {
			if (this.trip != null) {
				return this.trip;
			}
			settle();
			putSpot(false, true);
			if (judge != null) {
				Reason reason = judge.trip(this.calls, this.failed, this.slow, this.consecutiveFailures);
				this.trip = (reason != null) ? Decision.ofHungCall(reason, present(due, judge), due) : null;
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
			settle();
			if (!failed) {
				this.consecutiveFailures = 0;
				return null;
			}
			addFailure();
			this.consecutiveFailures++;
			if (judge != null) {
				Reason reason = judge.trip(this.calls, this.failed, this.slow, this.consecutiveFailures);
				this.trip = (reason != null) ? Decision.ofCall(reason, present(now, judge)) : null;
			}
			return this.trip;
		}
		finally {
			this.held = 0;
		}
	}

	/** To the newest call that has not failed. */
	private void addFailure() {
		int unfailed = newestUnfailed();
		if (unfailed < 0) {
			putSpot(true, false);
			return;
		}
		this.ring[unfailed >> 5] |= FAILED << (2 * (unfailed & 31));
		this.failed++;
		if (this.spotless) {
			this.spotless = false;
		}
	}

	/** Its place, or below zero where there is none. Looks at a word at a time. */
	private int newestUnfailed() {
		if (this.failed == this.calls) {
			return -1;
		}
		int end = this.next;
		for (int left = this.calls; left > 0;) {
			int last = (end == 0) ? this.size - 1 : end - 1;
			int run = Math.min(left, (last & 31) + 1);
			int first = last - run + 1;
			long unfailed = ~this.ring[last >> 5] & ALL_FAILED & ((-1L >>> (64 - 2 * run)) << (2 * (first & 31)));
			if (unfailed != 0) {
				return (last & ~31) + ((63 - Long.numberOfLeadingZeros(unfailed)) >> 1);
			}
			end = first;
			left -= run;
		}
		return -1;
	}

	/** Puts the waiting successes into the ring. */
	@Override
	void settle() {
		long sum = this.successes.sum();
		long waiting = sum - this.settled;
		if (waiting == 0) {
			return;
		}
		this.settled = sum;
		this.consecutiveFailures = 0;
		putSuccesses((int) Math.min(waiting, this.size));
		if (this.failed == 0 && this.slow == 0 && this.calls == this.size && !this.spotless) {
			this.spotless = true;
		}
	}

	private void putSpot(boolean failed, boolean slow) {
		int place = this.next;
		putSuccesses(1);
		this.ring[place >> 5] |= ((failed ? FAILED : 0) | (slow ? SLOW : 0)) << (2 * (place & 31));
		this.failed += failed ? 1 : 0;
		this.slow += slow ? 1 : 0;
		if (this.spotless) {
			this.spotless = false;
		}
	}

	/** At most as many as fit in, a word at a time. */
	private void putSuccesses(int successes) {
		this.calls = Math.min(this.size, this.calls + successes);
		for (int left = successes; left > 0;) {
			int first = this.next & 31;
			int run = Math.min(left, Math.min(32 - first, this.size - this.next));
			long oldest = this.ring[this.next >> 5] & ((-1L >>> (64 - 2 * run)) << (2 * first));
			int failedOnes = Long.bitCount(oldest & ALL_FAILED);
			int slowOnes = Long.bitCount(oldest & ALL_SLOW);
			// From here on no call that a stack's end could stop half-way
			this.ring[this.next >> 5] ^= oldest;
			this.failed -= failedOnes;
			this.slow -= slowOnes;
			this.next = (this.next + run == this.size) ? 0 : this.next + run;
			left -= run;
		}
	}

	@Override
	WindowCounts present(long now, Rules rules) {
		return new WindowCounts(this.calls, this.failed, this.slow, this.consecutiveFailures,
				rules.callsUntilEvaluated(this.calls));
	}

}
