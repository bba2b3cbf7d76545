package dev.breaker;

import java.io.IOException;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Failures in a row.
 */
class ConsecutiveFailureTests {

	@Test
	void thatManyFailuresInARowOpen() {
		TestBreaker test = TestBreaker.simple();
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(2);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.CONSECUTIVE_FAILURES);
	}

	@Test
	void aSuccessBreaksTheRow() {
		TestBreaker test = TestBreaker.simple();
		test.fail(2);
		test.succeed();
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void anExceptionThatCountsAsSuccessBreaksTheRow() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(2).recordExceptions(IllegalStateException.class));
		test.fail();
		test.throwing(new IOException());
		test.fail();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(1);
	}

	@Test
	void ignoredAndReleasedCallsDoNotBreakTheRow() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(2).ignoreExceptions(IllegalArgumentException.class));
		test.fail();
		test.throwing(new IllegalArgumentException());
		test.throwing(new InterruptedException());
		test.take().release();
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(1);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void theRowMayBeLongerThanTheWindow(SlidingWindowType type) {
		TestBreaker test = TestBreaker
			.with((config) -> config.slidingWindowType(type).slidingWindowSize(2).consecutiveFailureThreshold(5));
		for (int i = 0; i < 4; i++) {
			test.fail();
			test.advance(Duration.ofHours(1));
		}
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(4);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void itOpensBelowTheMinimumAndTheRate() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(3)
			.failureRateThreshold(90)
			.minimumNumberOfCalls(100)
			.slidingWindowSize(100));
		test.succeed(50);
		test.fail(3);
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void theRateOpensBesideIt() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(10).failureRateThreshold(50).minimumNumberOfCalls(4));
		test.fail();
		test.succeed();
		test.fail();
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.FAILURE_RATE);
	}

	@Test
	void resultsThatCountAsFailuresAreInTheRow() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(2).recordResult("bad"::equals));
		test.returning("bad");
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void theRowStartsAnewAfterARecovery() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().consecutiveFailures()).isZero();
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

}
