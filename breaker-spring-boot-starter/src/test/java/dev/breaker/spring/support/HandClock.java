package dev.breaker.spring.support;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import dev.breaker.CircuitBreakerConfig;

/**
 * A clock that a test moves by hand: the nanoseconds that decide and the instants that
 * are shown move together.
 */
public final class HandClock implements LongSupplier {

	/** What the clock shows at first. */
	public static final Instant START = Instant.parse("2026-11-20T03:00:00Z");

	private final AtomicLong nanos = new AtomicLong();

	public void advance(Duration duration) {
		this.nanos.addAndGet(duration.toNanos());
	}

	@Override
	public long getAsLong() {
		return this.nanos.get();
	}

	public Instant instant() {
		return START.plusNanos(this.nanos.get());
	}

	/** A config that goes by this clock. */
	public CircuitBreakerConfig.Builder config() {
		InstantSource source = this::instant;
		return CircuitBreakerConfig.builder().nanoClock(this).clock(source.withZone(ZoneOffset.UTC));
	}

}
