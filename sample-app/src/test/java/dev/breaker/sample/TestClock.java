package dev.breaker.sample;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The real clock, which a test can move ahead: calls over HTTP take their real time, and
 * no test waits for a wait to elapse.
 */
final class TestClock implements LongSupplier {

	private final AtomicLong ahead = new AtomicLong();

	void advance(Duration duration) {
		this.ahead.addAndGet(duration.toNanos());
	}

	@Override
	public long getAsLong() {
		return System.nanoTime() + this.ahead.get();
	}

}
