package dev.breaker.test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import dev.breaker.CircuitBreakerConfig;

/**
 * A clock that only a test moves. The nanoseconds that decide for a circuit breaker and
 * the wall time that it shows move together. Safe for use by many threads.
 *
 * <pre>{@code
 * ManualClock clock = new ManualClock();
 * CircuitBreaker breaker = CircuitBreaker.of("payments", clock.config().build());
 * breaker.open();
 * clock.advance(breaker.snapshot().retryAfter());
 * assertThat(breaker).isHalfOpen();
 * }</pre>
 */
public final class ManualClock {

	/** The wall time of a clock made without one: the first of January 2026, UTC. */
	public static final Instant DEFAULT_START = Instant.parse("2026-01-01T00:00:00Z");

	private final Instant start;

	private final AtomicLong nanos = new AtomicLong();

	private final Clock clock = ((InstantSource) this::instant).withZone(ZoneOffset.UTC);

	/**
	 * Makes a clock that shows {@link #DEFAULT_START}.
	 */
	public ManualClock() {
		this(DEFAULT_START);
	}

	/**
	 * Makes a clock.
	 * @param start the wall time that it shows first
	 */
	public ManualClock(Instant start) {
		this.start = Objects.requireNonNull(start, "start");
	}

	/**
	 * Moves the time ahead.
	 * @param duration by how much, zero or more
	 * @throws IllegalArgumentException if the duration is negative, or takes the clock
	 * further than 292 years from its start
	 */
	public void advance(Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException(
					"Invalid duration to advance a ManualClock by (" + duration + "): must be zero or more");
		}
		try {
			long more = duration.toNanos();
			this.nanos.updateAndGet((before) -> Math.addExact(before, more));
		}
		catch (ArithmeticException ex) {
			throw new IllegalArgumentException("Invalid duration to advance a ManualClock by (" + duration
					+ "): must not take it further than 292 years from its start", ex);
		}
	}

	/**
	 * The monotonic time, for {@code builder.nanoClock(clock::nanos)}.
	 * @return the nanoseconds by which the clock was advanced since it was made
	 */
	public long nanos() {
		return this.nanos.get();
	}

	/**
	 * The wall time.
	 * @return the start, and all by which the clock was advanced
	 */
	public Instant instant() {
		return this.start.plusNanos(this.nanos.get());
	}

	/**
	 * The wall time as a {@link Clock} in UTC, for {@code builder.clock(clock.clock())}
	 * and for the code under test.
	 * @return a view of this clock, the same object each time
	 */
	public Clock clock() {
		return this.clock;
	}

	/**
	 * Begins a config on this clock.
	 * @return a new builder, whose other values are the defaults
	 */
	public CircuitBreakerConfig.Builder config() {
		return applyTo(CircuitBreakerConfig.builder());
	}

	/**
	 * Puts a config on this clock, for decisions and for what is shown.
	 * @param builder the builder of the config
	 * @return the same builder
	 */
	public CircuitBreakerConfig.Builder applyTo(CircuitBreakerConfig.Builder builder) {
		return builder.nanoClock(this::nanos).clock(this.clock);
	}

	@Override
	public String toString() {
		return "ManualClock[" + instant() + "]";
	}

}
