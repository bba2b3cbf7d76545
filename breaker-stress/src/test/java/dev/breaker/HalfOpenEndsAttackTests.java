package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 2: after any history, moving the clock leads back to a state in which calls are
 * admitted, by way of none but OPEN with a finite wait.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=HalfOpenEndsAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class HalfOpenEndsAttackTests {

	private static final Duration LONGEST = Duration.ofSeconds(10);

	@Test
	void timeLeadsBackAfterAnyHistory() {
		for (int round = 0; round < Crowd.scaled(15); round++) {
			HandClock clock = new HandClock();
			List<CircuitBreakerConfig> configs = configs(clock, new Random(round));
			CircuitBreaker breaker = CircuitBreaker.of("chaos", configs.get(0));
			Crowd.run(Crowd.SIZE, (number) -> {
				Chaos chaos = new Chaos(breaker, clock, configs, number);
				for (int i = 0; i < 200; i++) {
					chaos.act();
				}
			});
			assertLeadsBack(breaker, clock);
		}
	}

	private static void assertLeadsBack(CircuitBreaker breaker, HandClock clock) {
		List<String> way = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			Snapshot snapshot = breaker.snapshot();
			way.add(snapshot.toString());
			Permit permit = breaker.tryAcquire();
			if (permit != null) {
				permit.release();
				return;
			}
			assertThat(snapshot.retryAfter()).as("%s", way).isLessThanOrEqualTo(LONGEST);
			if (snapshot.retryAfter().isZero()) {
				assertThat(snapshot.state()).as("%s", way).isEqualTo(State.HALF_OPEN);
				clock.advance(breaker.config().maxWaitDurationInHalfOpenState());
			}
			else {
				clock.advance(snapshot.retryAfter());
			}
		}
		assertThat(way).as("never admits a call again").isEmpty();
	}

	/** The clock that stands still while thousands of periods come and go. */
	@Test
	void aWaitOfZeroEndsAtOnceAndDoesNotTurnInCircles() {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("zero",
				CircuitBreakerConfig.builder()
					.consecutiveFailureThreshold(1)
					.waitDurationInOpenState(Duration.ZERO)
					.maxWaitDurationInHalfOpenState(Duration.ofNanos(1))
					.nanoClock(clock)
					.build());
		Crowd.run(8, (number) -> {
			for (int i = 0; i < Crowd.scaled(2_000); i++) {
				Permit permit = breaker.tryAcquire();
				if (permit != null) {
					permit.failure(new IllegalStateException(), 0);
				}
				assertThat(breaker.state()).isIn(State.CLOSED, State.HALF_OPEN);
			}
		});
		assertLeadsBack(breaker, clock);
	}

	private static List<CircuitBreakerConfig> configs(HandClock clock, Random random) {
		List<CircuitBreakerConfig> configs = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			int permitted = 1 + random.nextInt(4);
			CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder()
				.slidingWindowType(random.nextBoolean() ? SlidingWindowType.COUNT_BASED : SlidingWindowType.TIME_BASED)
				.slidingWindowSize(1 + random.nextInt(8))
				.minimumNumberOfCalls(1)
				.permittedNumberOfCallsInHalfOpenState(permitted)
				.waitDurationInOpenState(Duration.ofMillis(random.nextInt(1000)))
				.waitDurationMultiplier(2)
				.maxWaitDurationInOpenState(LONGEST.dividedBy(2))
				.waitDurationJitter(1)
				.maxWaitDurationInHalfOpenState(Duration.ofMillis(1 + random.nextInt(2000)))
				.ignoreExceptions(IllegalArgumentException.class)
				.nanoClock(clock);
			if (random.nextBoolean()) {
				builder.successThresholdInHalfOpenState(1 + random.nextInt(permitted));
			}
			if (random.nextBoolean()) {
				builder.consecutiveFailureThreshold(1 + random.nextInt(3));
			}
			if (random.nextBoolean()) {
				builder.slowCallDurationThreshold(Duration.ofSeconds(1)).slowCallRateThreshold(50);
			}
			configs.add(builder.build());
		}
		return configs;
	}

}
