package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The window of the last N recorded calls.
 */
class CountWindowTests {

	@Test
	void holdsExactlyTheLastCalls() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(3).failureRateThreshold(100));
		test.fail(2);
		assertWindow(test, 2, 2);
		test.succeed();
		assertWindow(test, 3, 2);
		test.succeed();
		assertWindow(test, 3, 1);
		test.succeed();
		assertWindow(test, 3, 0);
		test.fail();
		assertWindow(test, 3, 1);
	}

	@Test
	void aFailureThatIsPushedOutNoLongerOpens() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(4).failureRateThreshold(50));
		test.fail();
		test.succeed(4);
		test.fail();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void timeDoesNotEmptyIt() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(3).failureRateThreshold(100));
		test.fail(2);
		test.advance(Duration.ofDays(1000));
		assertWindow(test, 2, 2);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 1000 })
	void equalsANaiveWindowAfterEveryCall(int size) {
		equalsANaiveWindow(size, State.METRICS_ONLY, 1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 33, 100, 1000 })
	void equalsANaiveWindowThatIsLookedAtRarely(int size) {
		equalsANaiveWindow(size, State.METRICS_ONLY, size + 7);
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "CLOSED", "METRICS_ONLY" })
	void isTheSameInEveryStateThatHasOne(State state) {
		equalsANaiveWindow(64, state, 1);
	}

	@Test
	void losesNoCallOfManyThreads() throws Exception {
		TestBreaker test = TestBreaker
			.with((config) -> config.slidingWindowSize(100_000).initialState(State.METRICS_ONLY));
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> ends = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				ends.add(threads.submit(() -> {
					for (int i = 0; i < 10_000; i++) {
						finish(test, i % 10 == 0, false);
					}
				}));
			}
			for (Future<?> end : ends) {
				end.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(40_000);
		assertThat(test.snapshot().failedCalls()).isEqualTo(4_000);
	}

	private static void equalsANaiveWindow(int size, State state, int lookEvery) {
		// Judged, but never opened: not so many failures come in a row, and never is
		// every call of a full window slow.
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1_000_000)
			.slidingWindowSize(size)
			.slowCallDurationThreshold(Duration.ofNanos(10))
			.initialState(state)
			.slowCallRateThreshold(100)
			.minimumNumberOfCalls(size));
		NaiveWindow naive = new NaiveWindow(SlidingWindowType.COUNT_BASED, size);
		Random random = new Random(size);
		boolean calm = true;
		for (int i = 0; i < 5 * size + 200; i++) {
			// Long rows of successes, after which the window is without a spot.
			calm = (i % (2 * size + 10) == 0) ? random.nextBoolean() : calm;
			boolean failed = !calm && random.nextInt(3) == 0;
			boolean slow = !calm && random.nextInt(3) == 0;
			finish(test, failed, slow);
			naive.record(failed, slow, 0);
			if (i % lookEvery != 0) {
				continue;
			}
			Snapshot snapshot = test.snapshot();
			assertThat(snapshot.state()).isEqualTo(state);
			assertThat(snapshot.bufferedCalls()).as("calls after %s", i).isEqualTo(naive.size());
			assertThat(snapshot.failedCalls()).as("failures after %s", i).isEqualTo(naive.failed());
			assertThat(snapshot.slowCalls()).as("slow calls after %s", i).isEqualTo(naive.slow());
			assertThat(snapshot.failureRate()).isEqualTo((float) (naive.failed() * 100.0 / naive.size()));
			assertThat(snapshot.slowCallRate()).isEqualTo((float) (naive.slow() * 100.0 / naive.size()));
		}
	}

	private static void finish(TestBreaker test, boolean failed, boolean slow) {
		Permit permit = test.take();
		long elapsed = slow ? 11 : 10;
		if (failed) {
			permit.failure(new IllegalStateException(), elapsed);
		}
		else {
			permit.success(null, elapsed);
		}
	}

	private static void assertWindow(TestBreaker test, int calls, int failed) {
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(calls);
		assertThat(test.snapshot().failedCalls()).isEqualTo(failed);
	}

	@Test
	void aFailedEndInAWindowOfSuccessesIsPushedOutByFurtherOnes() {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder().slidingWindowSize(4).build();
		SlidingWindow window = SlidingWindow.of(config, 0);
		window.recordHung(0, null);
		succeed(window, 4);
		assertThat(window.counts(0, config.rules)).extracting(WindowCounts::calls, WindowCounts::slow)
			.containsExactly(4, 0);
		window.recordEndOfHung(true, 0, null);
		assertThat(window.counts(0, config.rules).failed()).isEqualTo(1);
		succeed(window, 4);
		assertThat(window.counts(0, config.rules)).extracting(WindowCounts::calls, WindowCounts::failed)
			.containsExactly(4, 0);
	}

	private static void succeed(SlidingWindow window, int times) {
		for (int i = 0; i < times; i++) {
			window.record(false, false, 0, null);
		}
	}

}
