package dev.breaker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 7: a snapshot is of one moment: its figures belong to its state, its waits to
 * its opening, its change to its beginning.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=SnapshotAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class SnapshotAttackTests {

	private static final int PERMITTED = 3;

	private static final int WINDOW = 10;

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void noSnapshotIsTorn(SlidingWindowType type) {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("snapshot",
				CircuitBreakerConfig.builder()
					.slidingWindowType(type)
					.slidingWindowSize(WINDOW)
					.minimumNumberOfCalls(4)
					.failureRateThreshold(60)
					.permittedNumberOfCallsInHalfOpenState(PERMITTED)
					.waitDurationInOpenState(Duration.ofSeconds(1))
					.waitDurationMultiplier(2)
					.ignoreExceptions(IllegalArgumentException.class)
					.nanoClock(clock)
					.clock(new CountingClock())
					.build());
		AtomicBoolean over = new AtomicBoolean();
		int workers = 8;
		AtomicLong working = new AtomicLong(workers);
		Crowd.run(workers + 2, (number) -> {
			if (number >= workers) {
				do {
					assertOfOneMoment(breaker.snapshot());
				}
				while (!over.get());
				return;
			}
			try {
				for (int i = 0; i < Crowd.scaled(5_000); i++) {
					if (i % 50 == 0) {
						clock.advance(Duration.ofHours(1));
					}
					act(breaker, number + i);
				}
			}
			finally {
				over.compareAndSet(false, working.decrementAndGet() == 0);
			}
		});
	}

	private static void act(CircuitBreaker breaker, int turn) {
		Permit permit = breaker.tryAcquire();
		if (permit == null) {
			return;
		}
		switch (turn % 7) {
			case 0, 1, 2, 3 -> permit.failure(new IllegalStateException(), 0);
			case 4 -> permit.failure(new IllegalArgumentException(), 0);
			default -> permit.success(null, 0);
		}
	}

	private static void assertOfOneMoment(Snapshot s) {
		assertThat(s.failedCalls()).as("%s", s).isBetween(0, s.bufferedCalls());
		assertThat(s.slowCalls()).as("%s", s).isBetween(0, s.bufferedCalls());
		assertThat(s.failureRate()).as("%s", s)
			.isEqualTo(Float.valueOf((float) (100.0 * s.failedCalls() / s.bufferedCalls())));
		StateChange change = s.lastChange();
		if (change != null) {
			assertThat(change.to()).as("%s", s).isEqualTo(s.state());
			assertThat(change.at()).as("%s", s).isEqualTo(s.since());
		}
		switch (s.state()) {
			case CLOSED -> {
				assertThat(s.openings()).as("%s", s).isZero();
				assertThat(s.retryAfter()).as("%s", s).isZero();
				boolean past = s.bufferedCalls() >= 4 && s.failureRate() >= 60;
				// A success may have brought the minimum after the failures.
				assertThat(past && s.failedCalls() == s.bufferedCalls()).as("%s", s).isFalse();
			}
			case OPEN -> {
				assertThat(s.retryAfter()).as("%s", s).isPositive();
				assertThat(s.retryAfter()).as("%s", s)
					.isLessThanOrEqualTo(Duration.ofSeconds(1L << Math.min(40, s.openings() - 1)));
				boolean lost = change != null && change.reason() == Reason.PROBES_LOST;
				assertThat(lost || s.failedCalls() > 0).as("%s", s).isTrue();
			}
			case HALF_OPEN -> {
				assertThat(s.retryAfter()).as("%s", s).isZero();
				assertThat(s.openings()).as("%s", s).isPositive();
				assertThat(s.bufferedCalls()).as("%s", s).isLessThan(PERMITTED);
				// Two of three failed probes are 67 percent: that is OPEN.
				assertThat(s.failedCalls()).as("%s", s).isLessThanOrEqualTo(1);
				assertThat(s.callsUntilEvaluated()).as("%s", s).isEqualTo(PERMITTED - s.bufferedCalls());
			}
			default -> throw new AssertionError("Nobody commanded " + s);
		}
	}

	/**
	 * Each reading is another instant, so that two periods never look alike.
	 */
	private static final class CountingClock extends Clock {

		private final AtomicLong readings = new AtomicLong();

		@Override
		public Instant instant() {
			return Instant.ofEpochSecond(this.readings.incrementAndGet());
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
