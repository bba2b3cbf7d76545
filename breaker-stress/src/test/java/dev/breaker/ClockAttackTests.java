package dev.breaker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 9: a nanosecond clock that stands still, jumps, goes back, fails or wraps
 * around; a wall clock that jumps. The random histories of
 * {@link ReferenceModelFuzzTests} have all of these too.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=ClockAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class ClockAttackTests {

	private static final long HOUR = Duration.ofHours(1).toNanos();

	/** Each thread reads another time, up to an hour off, or none at all. */
	@Test
	void aClockThatLeapsAndFailsLeavesNothingStuck() {
		HandClock clock = new HandClock(Long.MAX_VALUE - HOUR / 2);
		CircuitBreakerConfig config = config().nanoClock(() -> {
			int leap = ThreadLocalRandom.current().nextInt(20);
			if (leap == 0) {
				throw new IllegalStateException("No time");
			}
			return clock.getAsLong() + ((leap < 5) ? ThreadLocalRandom.current().nextLong(-HOUR, HOUR) : 0);
		}).build();
		CircuitBreaker breaker = CircuitBreaker.of("leaping", config);
		Crowd.run(Crowd.SIZE, (number) -> {
			Chaos chaos = new Chaos(breaker, clock, java.util.List.of(config), number);
			for (int i = 0; i < Crowd.scaled(300); i++) {
				chaos.act();
			}
		});
		breaker.halfOpen();
		for (int i = 0; breaker.tryAcquire() == null; i++) {
			assertThat(i).isLessThan(10);
			clock.advance(3 * HOUR);
		}
	}

	@ParameterizedTest
	@ValueSource(
			longs = { 0, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, Long.MAX_VALUE - 15_000_000_000L, -1 })
	void aRoundGoesItsWayAcrossTheEndOfTheNumbers(long start) {
		HandClock clock = new HandClock(start);
		CircuitBreaker breaker = CircuitBreaker.of("wrapping",
				config().slowCallDurationThreshold(Duration.ofSeconds(1)).nanoClock(clock).build());
		breaker.run(() -> clock.advance(1_000_000_001));
		assertThat(breaker.snapshot().slowCalls()).isEqualTo(1);
		clock.advance(Duration.ofSeconds(3));
		assertThat(breaker.snapshot().bufferedCalls()).isZero();
		breaker.acquire().failure(new IllegalStateException(), 0);
		breaker.acquire().failure(new IllegalStateException(), 0);
		clock.advance(Duration.ofSeconds(10).minusNanos(1));
		assertThat(breaker.state()).isEqualTo(State.OPEN);
		assertThat(breaker.snapshot().retryAfter()).isEqualTo(Duration.ofNanos(1));
		clock.advance(1);
		Permit lost = breaker.acquire();
		clock.advance(Duration.ofSeconds(20));
		assertThat(breaker.state()).isEqualTo(State.OPEN);
		lost.success(null, 0);
		clock.advance(Duration.ofSeconds(10));
		breaker.acquire().success(null, 0);
		assertThat(breaker.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aClockThatStandsStillOrGoesBackEndsNoWait() {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("still", config().nanoClock(clock).build());
		breaker.open();
		clock.advance(Duration.ofSeconds(4));
		assertThat(breaker.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(6));
		for (long back = 1; back < 3 * HOUR; back *= 10) {
			clock.advance(-back);
			assertThat(breaker.tryAcquire()).isNull();
			assertThat(breaker.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(6));
			clock.advance(back);
		}
		clock.advance(Duration.ofHours(100));
		assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void aWallClockThatJumpsChangesNothingButWhatIsShown() {
		AtomicReference<Instant> wall = new AtomicReference<>(Instant.EPOCH);
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("wall", config().nanoClock(clock).clock(new Clock() {
			@Override
			public Instant instant() {
				return wall.get();
			}

			@Override
			public ZoneOffset getZone() {
				return ZoneOffset.UTC;
			}

			@Override
			public Clock withZone(java.time.ZoneId zone) {
				return this;
			}
		}).build());
		wall.set(Instant.MAX);
		breaker.open();
		assertThat(breaker.snapshot().since()).isEqualTo(Instant.MAX);
		wall.set(Instant.MIN);
		assertThat(breaker.state()).isEqualTo(State.OPEN);
		assertThat(breaker.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
		clock.advance(Duration.ofSeconds(10));
		assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
		assertThat(breaker.snapshot().since()).isEqualTo(Instant.MIN);
	}

	private static CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder()
			.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(3)
			.minimumNumberOfCalls(2)
			.permittedNumberOfCallsInHalfOpenState(1)
			.waitDurationInOpenState(Duration.ofSeconds(10))
			.maxWaitDurationInHalfOpenState(Duration.ofSeconds(20))
			.ignoreExceptions(IllegalArgumentException.class);
	}

}
