package dev.breaker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The time on the wall, set by hand.
 */
final class HandWallClock extends Clock {

	static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

	private volatile Instant now = START;

	private volatile Throwable trouble;

	private final AtomicReference<Runnable> meanwhile = new AtomicReference<>();

	void advance(Duration duration) {
		this.now = this.now.plus(duration);
	}

	void breakDown(Throwable thrown) {
		this.trouble = thrown;
	}

	/** Lets this happen while somebody takes the next reading. */
	void duringTheNextReading(Runnable event) {
		this.meanwhile.set(event);
	}

	@Override
	public Instant instant() {
		Runnable event = this.meanwhile.getAndSet(null);
		if (event != null) {
			event.run();
		}
		Throwable thrown = this.trouble;
		if (thrown != null) {
			throw Sneaky.unchecked(thrown);
		}
		return this.now;
	}

	@Override
	public ZoneId getZone() {
		return ZoneOffset.UTC;
	}

	@Override
	public Clock withZone(ZoneId zone) {
		return this;
	}

}
