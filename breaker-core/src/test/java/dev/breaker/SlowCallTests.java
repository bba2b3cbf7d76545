package dev.breaker;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that take too long.
 */
class SlowCallTests {

	private static final Duration LIMIT = Duration.ofSeconds(2);

	@Test
	void slowIsLongerThanTheThreshold() {
		TestBreaker test = watching(10);
		test.succeedTaking(LIMIT.minusNanos(1));
		test.succeedTaking(LIMIT);
		assertThat(test.snapshot().slowCalls()).isZero();
		test.succeedTaking(LIMIT.plusNanos(1));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(1);
	}

	@Test
	void slowSuccessesOpen() {
		TestBreaker test = watching(4);
		test.succeed(2);
		test.succeedTaking(Duration.ofSeconds(3));
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.succeedTaking(Duration.ofSeconds(3));
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.SLOW_CALL_RATE);
	}

	@Test
	void aFastSuccessNeverOpensHoweverManyWereSlow() {
		TestBreaker test = watching(4);
		test.succeedTaking(Duration.ofSeconds(3));
		test.succeedTaking(Duration.ofSeconds(3));
		test.succeedTaking(Duration.ofSeconds(3));
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().slowCallRate()).isEqualTo(75f);
	}

	@Test
	void aSlowSuccessOpensForTheFailuresToo() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(4)
			.failureRateThreshold(50)
			.slowCallDurationThreshold(LIMIT)
			.slowCallRateThreshold(100));
		test.fail(3);
		test.succeedTaking(Duration.ofSeconds(3));
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aFailedCallMayBeSlowTooAndIsOneCallInBothRates() {
		TestBreaker test = watching(10);
		test.failTaking(Duration.ofSeconds(3));
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isEqualTo(1);
		assertThat(snapshot.failedCalls()).isEqualTo(1);
		assertThat(snapshot.slowCalls()).isEqualTo(1);
		assertThat(snapshot.failureRate()).isEqualTo(100f);
		assertThat(snapshot.slowCallRate()).isEqualTo(100f);
		assertThat(snapshot.failedCallsTotal()).isEqualTo(1);
		assertThat(snapshot.successfulCallsTotal()).isZero();
		assertThat(snapshot.slowCallsTotal()).isEqualTo(1);
	}

	@Test
	void slowFailuresOpenForTheSlowRateWhereNoFailureRateIsJudged() {
		TestBreaker test = watching(4);
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.failTaking(Duration.ofSeconds(3));
		test.failTaking(Duration.ofSeconds(3));
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aSlowSuccessBreaksARowOfFailures() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(3)
			.slowCallDurationThreshold(LIMIT)
			.slidingWindowSize(100));
		test.fail(2);
		test.succeedTaking(Duration.ofSeconds(3));
		assertThat(test.snapshot().consecutiveFailures()).isZero();
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void ignoredCallsAreNeverSlow() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(1)
			.slowCallDurationThreshold(LIMIT)
			.slowCallRateThreshold(1)
			.ignoreExceptions(IllegalArgumentException.class));
		Permit permit = test.take();
		permit.failure(new IllegalArgumentException(), Duration.ofSeconds(9).toNanos());
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().slowCallsTotal()).isZero();
	}

	@Test
	void noCallIsSlowWhereNoThresholdIsSet() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(1).failureRateThreshold(100));
		test.succeedTaking(Duration.ofDays(1));
		assertThat(test.snapshot().slowCalls()).isZero();
		assertThat(test.snapshot().slowCallsTotal()).isZero();
		assertThat(test.snapshot().slowCallRate()).isZero();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "CLOSED", "DISABLED", "METRICS_ONLY" })
	void timeIsNotMeasuredWhereNobodyAsksForIt(State state) {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().nanoClock(clock).initialState(state).build());
		breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
			}

			@Override
			public void onNotPermitted(CircuitBreaker breaker) {
			}

		});
		long before = clock.reads();
		for (int i = 0; i < 100; i++) {
			breaker.run(() -> {
			});
			assertThat(breaker.state()).isEqualTo(state);
		}
		assertThat(clock.reads()).isEqualTo(before);
	}

	@Test
	void aBreakerThatIsForcedOpenRefusesWithoutAskingWhatTimeItIs() {
		TestBreaker test = TestBreaker.simple().in(State.FORCED_OPEN);
		long before = test.clock.reads();
		test.refused();
		assertThat(test.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(test.clock.reads()).isEqualTo(before);
	}

	@Test
	void timeIsMeasuredForTheThresholdAlone() {
		TestBreaker test = watching(10);
		test.breaker.removeListener(test.heard);
		test.succeedTaking(LIMIT.plusNanos(1));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
	}

	@Test
	void timeIsMeasuredForAListenerThatWantsIt() {
		TestBreaker test = TestBreaker.with((config) -> config);
		test.succeedTaking(Duration.ofMillis(5));
		test.failTaking(Duration.ofMillis(7));
		assertThat(test.heard.durations()).containsExactly(5_000_000L, 7_000_000L);
	}

	@Test
	void timeIsMeasuredForAListenerWhoseParentWantsIt() {
		TestBreaker test = TestBreaker.with((config) -> config);
		test.breaker.removeListener(test.heard);
		long[] heard = new long[1];
		class Parent implements CircuitBreakerListener {

			@Override
			public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				heard[0] = elapsedNanos;
			}

		}
		class Child extends Parent {

		}
		test.breaker.addListener(new Child());
		test.succeedTaking(Duration.ofMillis(5));
		assertThat(heard[0]).isEqualTo(5_000_000L);
	}

	@Test
	void aCallDuringWhichTheClockGoesBackTookNoTime() {
		TestBreaker test = watching(1);
		test.advance(Duration.ofDays(1));
		test.succeedTaking(Duration.ofHours(-1));
		assertThat(test.heard.durations()).containsExactly(0L);
		assertThat(test.snapshot().slowCalls()).isZero();
	}

	@Test
	void aPermitsOwnDurationDecides() {
		TestBreaker test = watching(10);
		test.take().success(null, LIMIT.toNanos() + 1);
		test.take().failure(new IllegalStateException(), LIMIT.toNanos() + 1);
		test.take().success(null, -1);
		test.take().success(null, Long.MIN_VALUE);
		assertThat(test.snapshot().slowCalls()).isEqualTo(2);
		assertThat(test.heard.durations()).endsWith(0L, 0L);
	}

	@Test
	void aHugeThresholdDoesNotOverflow() {
		TestBreaker test = TestBreaker.with(
				(config) -> config.slidingWindowSize(1).slowCallDurationThreshold(Duration.ofSeconds(Long.MAX_VALUE)));
		test.take().success(null, Long.MAX_VALUE);
		assertThat(test.snapshot().slowCalls()).isZero();
	}

	/** Judges slow calls alone, at half of so many. */
	private static TestBreaker watching(int calls) {
		return TestBreaker.with((config) -> config.slidingWindowSize(calls)
			.minimumNumberOfCalls(calls)
			.withoutFailureRateThreshold()
			.slowCallDurationThreshold(LIMIT)
			.slowCallRateThreshold(50));
	}

}
