package dev.breaker;

import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the clock that decides, and never throws. While a clock of the user's throws, or
 * is behind what it said before, time stands still.
 */
final class NanoClock {

	/**
	 * The system's monotonic clock. One instance, so that it is known when it was not
	 * replaced.
	 */
	static final LongSupplier SYSTEM = System::nanoTime;

	private static final NanoClock SYSTEM_CLOCK = new NanoClock(SYSTEM);

	private static final Logger logger = LoggerFactory.getLogger(NanoClock.class);

	private final LongSupplier source;

	private volatile long lastReading;

	private volatile boolean answered;

	private volatile boolean complained;

	private NanoClock(LongSupplier source) {
		this.source = source;
	}

	static NanoClock of(LongSupplier source) {
		return (source == SYSTEM) ? SYSTEM_CLOCK : new NanoClock(source);
	}

	long read() {
		return (this.source == SYSTEM) ? System.nanoTime() : readCarefully();
	}

	/** Of two readings, compared as {@link System#nanoTime()} wants it. */
	static long later(long one, long other) {
		return one + Math.max(0, other - one);
	}

	private long readCarefully() {
		try {
			long reading = this.source.getAsLong();
			if (this.answered) {
				reading = later(this.lastReading, reading);
			}
			this.lastReading = reading;
			this.answered = true;
			return reading;
		}
		catch (Throwable ex) {
			if (!this.complained) {
				this.complained = true;
				HookFailures.log(logger,
						"The nanoClock of a circuit breaker failed: its time stands still until it answers again", ex);
			}
			return this.lastReading;
		}
	}

}
