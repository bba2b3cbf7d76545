package dev.breaker;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Results of calls that were admitted in a period that is over.
 */
class LateResultTests {

	@ParameterizedTest
	@MethodSource
	void aLateResultDecidesNothingInTheNewState(State admittedIn, State now) {
		TestBreaker test = judgingOne().in(admittedIn);
		Permit good = test.take();
		Permit bad = test.take();
		Permit slow = test.take();
		test.in(now);
		test.heard.forget();
		Snapshot before = test.snapshot();
		good.success(null, 0);
		bad.failure(new IllegalStateException(), 0);
		slow.success(null, Duration.ofSeconds(5).toNanos());
		Snapshot after = test.snapshot();
		assertThat(after.state()).isEqualTo(now);
		assertThat(after.bufferedCalls()).isEqualTo(before.bufferedCalls());
		assertThat(after.failedCalls()).isEqualTo(before.failedCalls());
		assertThat(after.slowCalls()).isEqualTo(before.slowCalls());
		assertThat(after.consecutiveFailures()).isEqualTo(before.consecutiveFailures());
		boolean recorded = admittedIn != State.DISABLED;
		assertThat(after.successfulCallsTotal()).isEqualTo(recorded ? 2 : 0);
		assertThat(after.failedCallsTotal()).isEqualTo(recorded ? 1 : 0);
		assertThat(after.slowCallsTotal()).isEqualTo(recorded ? 1 : 0);
		if (recorded) {
			assertThat(test.heard.news()).containsExactly("success", "failure IllegalStateException", "success");
		}
		else {
			assertThat(test.heard.news()).isEmpty();
		}
	}

	static Stream<Arguments> aLateResultDecidesNothingInTheNewState() {
		return Stream.of(State.CLOSED, State.HALF_OPEN, State.METRICS_ONLY, State.DISABLED)
			.flatMap((admittedIn) -> Stream.of(State.values()).map((now) -> arguments(admittedIn, now)))
			// Commanded again, these go on or begin anew: other tests.
			.filter((each) -> each.get()[0] != each.get()[1]);
	}

	@Test
	void aLateFailureDoesNotOpenTheRecoveredBreaker() {
		TestBreaker test = judgingOne();
		Permit old = test.take();
		test.fail();
		test.advance(Duration.ofSeconds(60));
		test.succeed(3);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		old.failure(new IllegalStateException(), 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(test.snapshot().failedCallsTotal()).isEqualTo(2);
	}

	@Test
	void aLateSuccessDoesNotEndAnOutage() {
		TestBreaker test = judgingOne();
		Permit old = test.take();
		test.fail();
		old.success(null, 0);
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(Duration.ofSeconds(60));
		Permit another = test.take();
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		another.release();
	}

	@Test
	void aProbeOfAnEarlierHalfOpenDoesNotDecideTheNext() {
		TestBreaker test = judgingOne().in(State.HALF_OPEN);
		Permit old = test.take();
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(Duration.ofSeconds(60));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		old.failure(new IllegalStateException(), 0);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.snapshot().bufferedCalls()).isZero();
	}

	@Test
	void whatEndsAfterAResetIsNotInTheNewWindow() {
		TestBreaker test = judgingOne();
		Permit old = test.take();
		test.breaker.reset();
		old.failure(new IllegalStateException(), 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(test.snapshot().consecutiveFailures()).isZero();
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "CLOSED", "METRICS_ONLY" })
	void aResultOfThePresentPeriodCountsHoweverLateItIs(State state) {
		TestBreaker test = TestBreaker.with((config) -> config).in(state);
		Permit permit = test.take();
		test.advance(Duration.ofDays(30));
		permit.failure(new IllegalStateException(), 0);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(test.snapshot().failedCalls()).isEqualTo(1);
	}

	@Test
	void moreFailuresThanTheThresholdAtOnceOpenOnce() {
		TestBreaker test = judgingOne();
		Permit[] permits = { test.take(), test.take(), test.take(), test.take() };
		for (Permit permit : permits) {
			permit.failure(new IllegalStateException(), 0);
		}
		assertThat(test.heard.changes()).hasSize(1);
		assertThat(test.snapshot().openings()).isEqualTo(1);
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(1);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(test.snapshot().failedCallsTotal()).isEqualTo(4);
	}

	@Test
	void oneTripIsOneTransitionHoweverManyFailuresRace() throws Exception {
		for (int round = 0; round < 50; round++) {
			TestBreaker test = judgingOne();
			CountDownLatch start = new CountDownLatch(1);
			ExecutorService threads = Executors.newFixedThreadPool(8);
			for (int i = 0; i < 8; i++) {
				Permit permit = test.take();
				threads.submit(() -> {
					start.await();
					permit.failure(new IllegalStateException(), 0);
					return null;
				});
			}
			start.countDown();
			threads.shutdown();
			assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
			assertThat(test.heard.changes()).hasSize(1);
			assertThat(test.snapshot().openings()).isEqualTo(1);
			assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
			assertThat(test.snapshot().failedCallsTotal()).isEqualTo(8);
		}
	}

	/** Opens at one failure or slow call; three probes, all of which must succeed. */
	private static TestBreaker judgingOne() {
		return TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slidingWindowSize(1)
			.permittedNumberOfCallsInHalfOpenState(3)
			.successThresholdInHalfOpenState(3));
	}

}
