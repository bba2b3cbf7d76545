package dev.breaker;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A nanosecond clock that is moved by hand.
 */
final class HandClock implements LongSupplier {

	private final AtomicLong now;

	HandClock(long start) {
		this.now = new AtomicLong(start);
	}

	HandClock() {
		this(0);
	}

	void advance(Duration duration) {
		advance(duration.toNanos());
	}

	void advance(long nanos) {
		this.now.addAndGet(nanos);
	}

	@Override
	public long getAsLong() {
		return this.now.get();
	}

}
