package dev.breaker.fleet;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The store's clock, as seen from this process: an offset to its monotonic clock. Of what
 * the answers allow, the offset is at the lower end, so that this clock is never ahead of
 * the store's by more than both drift between two exchanges. No wall clock is read.
 * Written by the engine, read by any thread.
 */
final class StoreClock {

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private volatile long offset;

	private volatile boolean set;

	/**
	 * The store has answered.
	 * @param millis what its clock said
	 * @param began a reading from before the exchange
	 * @param arrived a reading from after it
	 */
	void answered(long millis, long began, long arrived) {
		long lowest = millis * MILLI - arrived;
		long highest = (millis + 1) * MILLI - began;
		if (!this.set || this.offset - lowest < 0 || this.offset - highest > 0) {
			this.offset = lowest;
		}
		this.set = true;
	}

	/** The store has said so at some time before: its clock is not behind that. */
	void heard(long millis, long arrived) {
		long lowest = millis * MILLI - arrived;
		if (this.offset - lowest < 0) {
			this.offset = lowest;
		}
	}

	/**
	 * What is left of the time until a moment of the store's clock.
	 * @return the time; zero where the moment has come
	 */
	Duration until(long millis, long reading) {
		return Duration.ofNanos(Math.max(0, millis * MILLI - (reading + this.offset)));
	}

	/** How long ago the store said so, and never less than zero. */
	Duration since(long millis, long reading) {
		return Duration.ofNanos(Math.max(0, reading + this.offset - millis * MILLI));
	}

}
