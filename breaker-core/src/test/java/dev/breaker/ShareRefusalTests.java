package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A closed breaker that refuses a share of the calls while too few succeed.
 */
class ShareRefusalTests {

	private static TestBreaker sharing(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with((config) -> settings.apply(config.refuse(Refuse.SHARE).failureRateThreshold(95)));
	}

	private static TestBreaker sharing() {
		return sharing(UnaryOperator.identity());
	}

	private static void record(TestBreaker test, int successes, int failures) {
		List<Permit> permits = new ArrayList<>();
		for (int i = 0; i < successes + failures; i++) {
			permits.add(test.take());
		}
		permits.subList(0, successes).forEach((permit) -> permit.success(null, 0));
		permits.subList(successes, permits.size())
			.forEach((permit) -> permit.failure(new IllegalStateException("down"), 0));
	}

	private static int passing(TestBreaker test, int calls) {
		int passing = 0;
		for (int i = 0; i < calls; i++) {
			passing += test.admits() ? 1 : 0;
		}
		return passing;
	}

	@ParameterizedTest
	@CsvSource({ "2, 20, 0, 100", "2, 10, 10, 100", "2, 8, 12, 80", "2, 4, 16, 40", "2, 2, 18, 20", "1, 19, 1, 95",
			"1, 10, 10, 50", "1.5, 8, 12, 60", "1, 50, 50, 50", "1.25, 4, 16, 25" })
	void theShareIsThatOfTheSuccessesTimesTheFactor(double factor, int successes, int failures, float percent) {
		TestBreaker test = sharing((config) -> config.shareFactor(factor));
		record(test, successes, failures);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().admittedShare()).isEqualTo(percent);
		assertThat(passing(test, 1000)).isBetween((int) (10 * percent), (int) (10 * percent) + 1);
	}

	@Test
	void refusalsAreSpreadEvenly() {
		TestBreaker test = sharing();
		record(test, 4, 16);
		StringBuilder pattern = new StringBuilder();
		for (int i = 0; i < 10; i++) {
			pattern.append(test.admits() ? 'x' : '.');
		}
		assertThat(pattern).hasToString("x.x..x.x..");
	}

	@Test
	void atMostNinetyPercentAreRefused() {
		TestBreaker test = sharing(CircuitBreakerConfig.Builder::withoutFailureRateThreshold);
		record(test, 0, 20);
		assertThat(test.snapshot().admittedShare()).isEqualTo(10);
		assertThat(passing(test, 100)).isEqualTo(10);
	}

	@Test
	void belowTheMinimumNothingIsRefused() {
		TestBreaker test = sharing();
		record(test, 0, 19);
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
		assertThat(passing(test, 100)).isEqualTo(100);
	}

	@Test
	void theUsualRulesOpenIt() {
		TestBreaker test = sharing();
		record(test, 1, 19);
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
		assertThat(test.refused().getMessage()).contains("is OPEN and refuses calls");
	}

	@Test
	void withoutItNothingIsRefusedWhileClosed() {
		TestBreaker test = sharing((config) -> config.refuse(Refuse.ALL));
		record(test, 2, 18);
		assertThat(passing(test, 100)).isEqualTo(100);
		assertThat(test.breaker.period().share()).isSameAs(AdmittedShare.ALL);
	}

	@Test
	void theRefusalSaysWhy() {
		TestBreaker test = sharing();
		record(test, 4, 16);
		assertThat(test.admits()).isTrue();
		CallNotPermittedException refusal = test.refused();
		assertThat(refusal.state()).isEqualTo(State.CLOSED);
		assertThat(refusal.retryAfter()).isZero();
		assertThat(refusal).hasMessage("Circuit breaker 'payments' is CLOSED and admits 40 % of calls, since too few "
				+ "succeed; last failure: java.lang.IllegalStateException; try again");
	}

	@Test
	void theExplanationTellsTheShare() {
		TestBreaker test = sharing();
		record(test, 4, 16);
		assertThat(test.breaker.explain()).hasToString("Closed: admits 40 % of calls, since too few succeed; "
				+ "16 of the last 20 calls failed (80 %, threshold 95 %), mostly java.lang.IllegalStateException");
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void asCallsSucceedAgainTheShareGrowsToAllOfThem(SlidingWindowType type) {
		TestBreaker test = sharing((config) -> config.slidingWindowType(type));
		record(test, 4, 16);
		float before = test.snapshot().admittedShare();
		int successes = 0;
		while (before < 100) {
			Permit permit = test.breaker.tryAcquire();
			if (permit != null) {
				permit.success(null, 0);
				successes++;
				assertThat(test.snapshot().admittedShare()).isGreaterThan(before);
				before = test.snapshot().admittedShare();
			}
		}
		assertThat(successes).isEqualTo(12);
		assertThat(passing(test, 100)).isEqualTo(100);
	}

	@Test
	void whatATimeWindowForgetsRefusesNothing() {
		TestBreaker test = sharing(
				(config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED).slidingWindowSize(10));
		record(test, 4, 16);
		test.advance(Duration.ofSeconds(9));
		assertThat(test.snapshot().admittedShare()).isEqualTo(40);
		test.advance(Duration.ofSeconds(1));
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
	}

	@Test
	void successesThatATimeWindowForgetsAreNoLongerCounted() {
		TestBreaker test = sharing(
				(config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED).slidingWindowSize(10));
		record(test, 100, 0);
		test.advance(Duration.ofSeconds(5));
		record(test, 4, 16);
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
		test.advance(Duration.ofSeconds(5));
		assertThat(test.snapshot().admittedShare()).isEqualTo(40);
	}

	@Test
	void aHealthyBreakerLooksAtNeitherClockNorWindow() {
		TestBreaker test = sharing();
		record(test, 100, 0);
		assertThat(test.admits()).isTrue();
		long reads = test.clock.reads();
		assertThat(passing(test, 100)).isEqualTo(100);
		assertThat(test.clock.reads()).isEqualTo(reads);
		record(test, 0, 1);
		assertThat(test.breaker.period().isLimited()).isTrue();
		record(test, 100, 0);
		assertThat(test.admits()).isTrue();
		assertThat(test.breaker.period().isLimited()).as("without a failure in its window").isFalse();
	}

	@Test
	void aConfigThatSharesCountsWhatTheWindowHolds() {
		TestBreaker test = sharing((config) -> config.refuse(Refuse.ALL));
		record(test, 4, 16);
		test.breaker.reconfigure(test.breaker.config().toBuilder().refuse(Refuse.SHARE).build());
		assertThat(test.snapshot().admittedShare()).isEqualTo(40);
		assertThat(passing(test, 100)).isEqualTo(40);
		test.breaker.reconfigure(test.breaker.config().toBuilder().refuse(Refuse.ALL).build());
		assertThat(passing(test, 100)).isEqualTo(100);
	}

	@Test
	void ofRampAndSuccessesTheSmallerShareHolds() {
		TestBreaker test = sharing((config) -> config.recoveryRampDuration(Duration.ofSeconds(10))
			.recoveryRampStart(50)
			.minimumNumberOfCalls(10)
			.waitDurationInOpenState(Duration.ZERO));
		test.breaker.open();
		test.breaker.close();
		List<Permit> permits = new ArrayList<>();
		while (permits.size() < 10) {
			Permit permit = test.breaker.tryAcquire();
			if (permit != null) {
				permits.add(permit);
			}
		}
		permits.subList(0, 2).forEach((permit) -> permit.success(null, 0));
		permits.subList(2, 10).forEach((permit) -> permit.failure(new IllegalStateException(), 0));
		assertThat(test.snapshot().admittedShare()).isEqualTo(40);
		assertThat(test.breaker.explain().toString()).contains("admits 40 % of calls, since too few succeed");
		test.advance(Duration.ofSeconds(10));
		assertThat(test.snapshot().admittedShare()).isEqualTo(40);
		assertThat(passing(test, 100)).isEqualTo(40);
	}

	@Test
	void aCallThatHungAndFailsAtLastIsAFailureOfTheShare() {
		TestBreaker test = sharing((config) -> config.minimumNumberOfCalls(4)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(100)
			.countHungCalls(true));
		Permit hangs = test.take();
		record(test, 1, 2);
		test.advance(Duration.ofSeconds(2));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		assertThat(test.snapshot().admittedShare()).isEqualTo(100f);
		hangs.failure(new IllegalStateException("down"), 0);
		assertThat(test.snapshot().failedCalls()).isEqualTo(3);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(4);
		assertThat(test.snapshot().admittedShare()).isEqualTo(50f);
	}

	@Test
	void aFailureOfOneThatHungEndsWhatWasCleanSoFar() {
		TestBreaker test = sharing((config) -> hanging(config).shareFactor(1));
		Permit hangs = test.take();
		test.succeed();
		test.advance(Duration.ofSeconds(2));
		assertThat(test.snapshot().admittedShare()).isEqualTo(100f);
		assertThat(test.breaker.period().isLimited()).isFalse();
		hangs.failure(new IllegalStateException("down"), 0);
		assertThat(test.snapshot().admittedShare()).isEqualTo(50f);
		assertThat(passing(test, 100)).isEqualTo(50);
	}

	@Test
	void aSuccessOfOneThatHungRefusesNobody() {
		TestBreaker test = sharing((config) -> hanging(config).shareFactor(1));
		Permit hangs = test.take();
		test.succeed();
		test.advance(Duration.ofSeconds(2));
		assertThat(test.snapshot().admittedShare()).isEqualTo(100f);
		hangs.success(null, 0);
		assertThat(test.breaker.period().isLimited()).isFalse();
	}

	@Test
	void aFailureOfOneThatHungOpensAtItsEnd() {
		TestBreaker test = sharing((config) -> hanging(config).failureRateThreshold(50));
		Permit hangs = test.take();
		test.succeed();
		test.advance(Duration.ofSeconds(2));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		hangs.failure(new IllegalStateException("down"), 0);
		assertThat(test.heard.changes()).extracting(StateChange::reason).containsExactly(Reason.FAILURE_RATE);
	}

	private static CircuitBreakerConfig.Builder hanging(CircuitBreakerConfig.Builder config) {
		return config.minimumNumberOfCalls(2)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(100)
			.countHungCalls(true);
	}

}
