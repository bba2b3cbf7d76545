package dev.breaker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Calls of a breaker that keeps their outcomes, on clocks that go together.
 */
final class RecordedTraffic {

	static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

	static final Duration AT_ONCE = Duration.ZERO;

	final HandClock clock = new HandClock();

	final CircuitBreaker breaker;

	RecordedTraffic(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		this.breaker = CircuitBreaker
			.of("payments",
					settings.apply(CircuitBreakerConfig.builder()
						.recordOutcomes(10_000)
						.nanoClock(this.clock)
						.clock(new WallClock(this.clock))).build());
	}

	/** A breaker whose rules never open it. */
	static RecordedTraffic unhindered() {
		return new RecordedTraffic(CircuitBreakerConfig.Builder::withoutFailureRateThreshold);
	}

	void pass(Duration time) {
		this.clock.advance(time);
	}

	/** Makes calls one after the other, each with a pause after it. */
	void succeed(int times, Duration taking, Duration pause) {
		for (int i = 0; i < times; i++) {
			call(null, taking);
			pass(pause);
		}
	}

	/** Makes calls one after the other, each with a pause after it. */
	void fail(int times, Duration taking, Duration pause) {
		for (int i = 0; i < times; i++) {
			call(new IllegalStateException("down"), taking);
			pass(pause);
		}
	}

	/** Makes a call, if it is permitted. */
	boolean call(@Nullable Throwable thrown, Duration taking) {
		Permit permit = this.breaker.tryAcquire();
		if (permit == null) {
			return false;
		}
		pass(taking);
		if (thrown != null) {
			permit.failure(thrown, taking.toNanos());
		}
		else {
			permit.success("done", taking.toNanos());
		}
		return true;
	}

	/** What the breaker's config would have done with some changes. */
	Replay replay(UnaryOperator<CircuitBreakerConfig.Builder> changes) {
		return this.breaker.outcomes().replay(changes.apply(this.breaker.config().toBuilder()).build());
	}

	static Instant after(Duration time) {
		return START.plus(time);
	}

	private static final class WallClock extends Clock {

		private final HandClock clock;

		WallClock(HandClock clock) {
			this.clock = clock;
		}

		@Override
		public Instant instant() {
			return START.plusNanos(this.clock.now());
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

}
