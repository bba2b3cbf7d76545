package dev.breaker;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the rate of failures opens a breaker, and when it does not.
 */
class FailureRateTests {

	@Test
	void opensAtExactlyTheThreshold() {
		TestBreaker test = TestBreaker
			.with((config) -> config.slidingWindowSize(10).minimumNumberOfCalls(10).failureRateThreshold(30));
		test.succeed(7);
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.heard.changes()).singleElement()
			.satisfies((change) -> assertThat(change.reason()).isEqualTo(Reason.FAILURE_RATE));
	}

	@Test
	void aSuccessNeverTripsTheBreaker() {
		TestBreaker test = TestBreaker
			.with((config) -> config.slidingWindowSize(20).minimumNumberOfCalls(20).failureRateThreshold(50));
		test.fail(10);
		test.succeed(10);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().failureRate()).isEqualTo(50f);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void theNextFailureAfterTheMinimumOpens() {
		TestBreaker test = TestBreaker
			.with((config) -> config.slidingWindowSize(100).minimumNumberOfCalls(4).failureRateThreshold(50));
		test.fail(3);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aFailureRateBelowTheMinimumNeverOpens(SlidingWindowType type) {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(type));
		test.fail(19);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void itNeverOpensTellsHowManyCallsAreStillNeeded() {
		TestBreaker test = TestBreaker.with((config) -> config);
		assertThat(test.snapshot().callsUntilEvaluated()).isEqualTo(20);
		test.fail(12);
		assertThat(test.snapshot().callsUntilEvaluated()).isEqualTo(8);
		assertThat(test.snapshot().failureRate()).isEqualTo(100f);
		test.succeed(20);
		assertThat(test.snapshot().callsUntilEvaluated()).isZero();
	}

	@Test
	void callsUntilEvaluatedGrowsAgainWhenATimeWindowForgets() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(10)
			.minimumNumberOfCalls(5));
		test.succeed(8);
		assertThat(test.snapshot().callsUntilEvaluated()).isZero();
		test.advance(Duration.ofSeconds(10));
		assertThat(test.snapshot().callsUntilEvaluated()).isEqualTo(5);
	}

	@Test
	void everyTenthOfAPercentIsComparedExactly() {
		for (int tenths = 1; tenths <= 1000; tenths += 9) {
			double threshold = tenths / 10.0;
			TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(1000)
				.minimumNumberOfCalls(1000)
				.failureRateThreshold(threshold));
			test.succeed(1000 - tenths);
			test.fail(tenths - 1);
			// One call is missing: not judged yet.
			assertThat(test.state()).isEqualTo(State.CLOSED);
			test.fail();
			assertThat(test.state()).as("%s of 1000 at %s percent", tenths, threshold).isEqualTo(State.OPEN);

			TestBreaker below = TestBreaker.with((config) -> config.slidingWindowSize(1000)
				.minimumNumberOfCalls(1000)
				.failureRateThreshold(threshold));
			below.succeed(1001 - tenths);
			below.fail(tenths - 1);
			assertThat(below.state()).as("%s of 1000 at %s percent", tenths - 1, threshold).isEqualTo(State.CLOSED);
		}
	}

	@Test
	void withoutAnyRuleNothingOpens() {
		TestBreaker test = TestBreaker.with((config) -> config.withoutFailureRateThreshold());
		test.fail(1000);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().failureRate()).isEqualTo(100f);
		assertThat(test.snapshot().callsUntilEvaluated()).isZero();
	}

	@Test
	void theFirstFailureOpensWhereOneCallIsEnough() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(1).failureRateThreshold(0.001));
		test.succeed(5);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

}
