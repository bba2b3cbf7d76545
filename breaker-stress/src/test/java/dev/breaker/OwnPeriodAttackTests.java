package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/**
 * Promise 4: a result counts in its own period only, however late it is and whatever came
 * between.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=OwnPeriodAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class OwnPeriodAttackTests {

	private static final HandClock clock = new HandClock();

	static Stream<Arguments> interruptions() {
		return Stream.of(interruption("one period", (breaker) -> breaker.halfOpen()),
				interruption("two periods", (breaker) -> {
					breaker.open();
					breaker.halfOpen();
				}), interruption("a whole round", (breaker) -> {
					breaker.open();
					clock.advance(Duration.ofSeconds(60));
					breaker.acquire().success(null, 0);
				}), interruption("reset", CircuitBreaker::reset),
				interruption("the same command", CircuitBreaker::close),
				interruption("metricsOnly", CircuitBreaker::metricsOnly));
	}

	private static Arguments interruption(String name, Consumer<CircuitBreaker> interruption) {
		return argumentSet(name, interruption);
	}

	/**
	 * 64 calls that began before are racing with the change itself, and with 64 that
	 * began after it.
	 */
	@ParameterizedTest
	@MethodSource("interruptions")
	void lateResultsTouchNothingOfThePeriodThatFollows(Consumer<CircuitBreaker> interruption) {
		for (int round = 0; round < Crowd.scaled(5); round++) {
			CircuitBreaker breaker = breaker();
			List<Permit> before = Stream.generate(breaker::acquire).limit(Crowd.SIZE).toList();
			interruption.accept(breaker);
			long successes = breaker.snapshot().successfulCallsTotal();
			Crowd.run(Crowd.SIZE, (number) -> before.get(number).failure(new IOException(), 0));
			Snapshot after = breaker.snapshot();
			assertThat(after.bufferedCalls()).isZero();
			assertThat(after.failedCallsTotal()).isEqualTo(Crowd.SIZE);
			assertThat(after.successfulCallsTotal()).isEqualTo(successes);
			assertThat(after.state()).isNotEqualTo(State.OPEN);
		}
	}

	@Test
	void resultsOfTwoPeriodsThatComeAtOnceAreKeptApart() {
		for (int round = 0; round < Crowd.scaled(20); round++) {
			CircuitBreaker breaker = breaker();
			List<Permit> before = Stream.generate(breaker::acquire).limit(Crowd.SIZE / 2).toList();
			breaker.close();
			List<Permit> after = Stream.generate(breaker::acquire).limit(Crowd.SIZE / 2).toList();
			Crowd.run(Crowd.SIZE, (number) -> {
				if (number % 2 == 0) {
					before.get(number / 2).failure(new IOException(), 0);
				}
				else {
					after.get(number / 2).success(null, 0);
				}
			});
			Snapshot snapshot = breaker.snapshot();
			assertThat(snapshot.bufferedCalls()).isEqualTo(Crowd.SIZE / 2);
			assertThat(snapshot.failedCalls()).isZero();
			assertThat(snapshot.failedCallsTotal()).isEqualTo(Crowd.SIZE / 2);
		}
	}

	@Test
	void aProbeOfAnEarlierRoundIsNoneOfThisOne() {
		for (int round = 0; round < Crowd.scaled(5_000); round++) {
			CircuitBreaker breaker = breaker();
			breaker.halfOpen();
			Permit early = breaker.acquire();
			breaker.open();
			breaker.halfOpen();
			Permit present = breaker.acquire();
			Race.run(() -> early.failure(new IOException(), 0), () -> present.success(null, 0));
			assertThat(breaker.state()).isEqualTo(State.CLOSED);
		}
	}

	/** A new config begins no new period: what was admitted before still counts. */
	@Test
	void aNewConfigLosesNoResult() {
		CircuitBreakerConfig one = config().build();
		CircuitBreakerConfig other = config().failureRateThreshold(90).build();
		for (int round = 0; round < Crowd.scaled(10); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("period", one);
			Crowd.run(Crowd.SIZE, (number) -> {
				for (int i = 0; i < 10; i++) {
					breaker.acquire().success(null, 0);
					if (number % 8 == 0) {
						breaker.reconfigure((i % 2 == 0) ? other : one);
					}
				}
			});
			assertThat(breaker.snapshot().bufferedCalls()).isEqualTo(10 * Crowd.SIZE);
		}
	}

	/**
	 * A window that a new config replaces takes its verdict with it: the breaker is
	 * closed with a new window, or open with the figures that opened it.
	 */
	@Test
	void aReplacedWindowOpensNothingAnyMore() {
		CircuitBreakerConfig small = config().minimumNumberOfCalls(1).build();
		CircuitBreakerConfig other = config().slidingWindowSize(500).build();
		for (int round = 0; round < Crowd.scaled(10_000); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("period", small);
			Permit last = breaker.acquire();
			Race.run(() -> last.failure(new IOException(), 0), () -> breaker.reconfigure(other));
			Snapshot snapshot = breaker.snapshot();
			assertThat(snapshot.failedCalls()).isLessThanOrEqualTo(1);
			if (snapshot.state() == State.OPEN) {
				assertThat(snapshot.failedCalls()).isEqualTo(1);
			}
		}
	}

	private static CircuitBreaker breaker() {
		return CircuitBreaker.of("period", config().build());
	}

	private static CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder()
			.slidingWindowSize(1000)
			.minimumNumberOfCalls(Crowd.SIZE / 2)
			.permittedNumberOfCallsInHalfOpenState(1)
			.waitDurationInOpenState(Duration.ofSeconds(60))
			.nanoClock(clock);
	}

}
