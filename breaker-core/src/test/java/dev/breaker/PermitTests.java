package dev.breaker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Permits, and what becomes of one that is given back twice.
 */
class PermitTests {

	/** The ways to give a permit back. */
	enum Way {

		SUCCESS((permit) -> permit.success("done", 5)),

		FAILURE((permit) -> permit.failure(new IllegalStateException(), 5)),

		IGNORED((permit) -> permit.failure(new IllegalArgumentException(), 5)),

		RELEASE(Permit::release);

		final Consumer<Permit> give;

		Way(Consumer<Permit> give) {
			this.give = give;
		}

	}

	static Stream<Arguments> twoWays() {
		return Stream.of(Way.values())
			.flatMap((first) -> Stream.of(Way.values()).map((second) -> arguments(first, second)));
	}

	@ParameterizedTest
	@MethodSource("twoWays")
	void aSecondTimeDoesNothing(Way first, Way second) {
		for (State state : List.of(State.CLOSED, State.HALF_OPEN, State.METRICS_ONLY, State.DISABLED)) {
			TestBreaker test = breaker().in(state);
			Permit permit = test.take();
			first.give.accept(permit);
			Snapshot once = test.snapshot();
			List<String> news = test.heard.news();
			second.give.accept(permit);
			second.give.accept(permit);
			assertThat(test.snapshot()).as("%s", state).isEqualTo(once);
			assertThat(test.heard.news()).as("%s", state).isEqualTo(news);
		}
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "CLOSED", "HALF_OPEN", "METRICS_ONLY" })
	void eachWayCounts(State state) {
		TestBreaker test = breaker().in(state);
		for (Way way : Way.values()) {
			way.give.accept(test.take());
		}
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(state);
		assertThat(snapshot.bufferedCalls()).isEqualTo(2);
		assertThat(snapshot.failedCalls()).isEqualTo(1);
		assertThat(snapshot.successfulCallsTotal()).isEqualTo(1);
		assertThat(snapshot.failedCallsTotal()).isEqualTo(1);
		assertThat(snapshot.ignoredCallsTotal()).isEqualTo(1);
		assertThat(test.heard.durations()).containsExactly(5L, 5L, 5L);
	}

	@Test
	void aProbeThatIsRecordedKeepsOnePlace() {
		TestBreaker test = TestBreaker.with((config) -> config.permittedNumberOfCallsInHalfOpenState(2))
			.in(State.HALF_OPEN);
		test.take().success("done", 0);
		test.take().success("done", 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aFailureWithoutAnExceptionIsAFailure() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1));
		try (LogCapture log = new LogCapture()) {
			test.take().failure(null, 5);
			assertThat(log.trouble()).isEmpty();
		}
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void aProbeThatIsInterruptedGivesItsPlaceBack() {
		TestBreaker test = TestBreaker.with((config) -> config.permittedNumberOfCallsInHalfOpenState(1))
			.in(State.HALF_OPEN);
		test.take().failure(new InterruptedException(), 0);
		assertThat(test.admits()).isTrue();
	}

	@Test
	void aPermitThatNeverComesBackHarmsNothingWhileClosed() {
		TestBreaker test = breaker();
		for (int i = 0; i < 10_000; i++) {
			test.take();
		}
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(test.admits()).isTrue();
	}

	@Test
	void theFirstOfManyThreadsToGiveItBackWins() throws Exception {
		for (int round = 0; round < 200; round++) {
			TestBreaker test = breaker();
			Permit permit = test.take();
			CountDownLatch start = new CountDownLatch(1);
			ExecutorService threads = Executors.newFixedThreadPool(4);
			for (int i = 0; i < 4; i++) {
				Way way = Way.values()[i % 2];
				threads.submit(() -> {
					start.await();
					way.give.accept(permit);
					return null;
				});
			}
			start.countDown();
			threads.shutdown();
			assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
			assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
			assertThat(test.snapshot().successfulCallsTotal() + test.snapshot().failedCallsTotal()).isEqualTo(1);
		}
	}

	@Test
	void tryAcquireAnswersNullAndCountsTheRefusal() {
		TestBreaker test = breaker().in(State.OPEN);
		assertThat(test.breaker.tryAcquire()).isNull();
		assertThat(test.snapshot().notPermittedCallsTotal()).isEqualTo(1);
		assertThat(test.heard.count("refused")).isEqualTo(1);
	}

	@Test
	void acquireGivesAPermit() {
		TestBreaker test = breaker();
		test.breaker.acquire().success(null, 0);
		assertThat(test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	private static TestBreaker breaker() {
		return TestBreaker.with((config) -> config.failureRateThreshold(100)
			.permittedNumberOfCallsInHalfOpenState(5)
			.successThresholdInHalfOpenState(4)
			.ignoreExceptions(IllegalArgumentException.class));
	}

	@Test
	void aPermitOfAnotherMakeSaysHowItEndedByItsOwnWays() {
		List<String> given = new ArrayList<>();
		Permit other = new Permit() {
			@Override
			public void success(@Nullable Object result, long elapsedNanos) {
				given.add("success " + result + " " + elapsedNanos);
			}

			@Override
			public void failure(Throwable thrown, long elapsedNanos) {
				given.add("failure " + thrown.getMessage() + " " + elapsedNanos);
			}

			@Override
			public void release() {
				given.add("release");
			}
		};
		other.ended(null, 5);
		other.ended(new IllegalStateException("down"), 6);
		other.run(() -> given.add("work"));
		assertThat(given).containsExactly("success null 5", "failure down 6", "work");
	}

}
