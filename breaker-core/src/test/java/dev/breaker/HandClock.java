package dev.breaker;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Monotonic time that moves only when a test says so, and counts how often it was read.
 */
final class HandClock implements LongSupplier {

	private final AtomicLong reads = new AtomicLong();

	private volatile long nanos;

	private volatile Throwable trouble;

	HandClock() {
		this(0);
	}

	HandClock(long origin) {
		this.nanos = origin;
	}

	@Override
	public long getAsLong() {
		this.reads.incrementAndGet();
		Throwable thrown = this.trouble;
		if (thrown != null) {
			throw Sneaky.unchecked(thrown);
		}
		return this.nanos;
	}

	void advance(Duration duration) {
		this.nanos += duration.toNanos();
	}

	long now() {
		return this.nanos;
	}

	long reads() {
		return this.reads.get();
	}

	/** From now on every reading throws; {@code null} mends the clock. */
	void breakDown(Throwable thrown) {
		this.trouble = thrown;
	}

}
