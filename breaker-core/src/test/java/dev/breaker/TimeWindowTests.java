package dev.breaker;

import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The window of the last N seconds, in buckets of one second.
 */
class TimeWindowTests {

	@Test
	void aTimeWindowCountsCallsByAgeNotByNumber() {
		TestBreaker test = window(10, 100);
		test.succeed(1000);
		test.fail(1);
		assertWindow(test, 1001, 1);
		test.advance(Duration.ofSeconds(9));
		assertWindow(test, 1001, 1);
		test.advance(Duration.ofSeconds(1));
		assertWindow(test, 0, 0);
	}

	@Test
	void aCallExactlyAsOldAsTheWindowIsOut() {
		TestBreaker test = window(10, 100);
		test.fail();
		test.advance(Duration.ofSeconds(10).minusNanos(1));
		assertWindow(test, 1, 1);
		test.advance(Duration.ofNanos(1));
		assertWindow(test, 0, 0);
		assertThat(test.snapshot().failureRate()).isNaN();
	}

	@Test
	void bucketsLeaveOneByOne() {
		TestBreaker test = window(3, 100);
		for (int second = 0; second < 5; second++) {
			test.fail(second + 1);
			test.advance(Duration.ofSeconds(1));
		}
		assertWindow(test, 4 + 5, 4 + 5);
		test.advance(Duration.ofSeconds(1));
		assertWindow(test, 5, 5);
		test.advance(Duration.ofSeconds(1));
		assertWindow(test, 0, 0);
	}

	@Test
	void aThreadThatReadTheClockLongAgoCountsInTheNewestSecond() {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(3)
			.build();
		SlidingWindow window = SlidingWindow.of(config, 0);
		for (int second : new int[] { 5, 3, 6 }) {
			window.record(true, false, Duration.ofSeconds(second).toNanos(), config.rules);
		}
		assertThat(window.counts(Duration.ofSeconds(6).toNanos(), config.rules).failed()).isEqualTo(3);
		assertThat(window.counts(Duration.ofSeconds(8).toNanos(), config.rules).failed()).isEqualTo(1);
		assertThat(window.counts(Duration.ofSeconds(9).toNanos(), config.rules).failed()).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 10 })
	void aSuccessEndsARowOfFailuresAlsoAfterItsBucketHasLeft(int seconds) {
		TestBreaker test = window(seconds, 100);
		test.fail();
		test.succeed();
		test.advance(Duration.ofSeconds(seconds));
		test.fail();
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(1);
		test.succeed();
		test.advance(Duration.ofSeconds(seconds));
		test.succeed();
		assertThat(test.snapshot().consecutiveFailures()).isZero();
	}

	@Test
	void oldCallsDoNotMakeUpTheMinimum() {
		TestBreaker test = window(10, 4);
		test.fail(3);
		test.advance(Duration.ofSeconds(10));
		test.fail(3);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void oldFailuresDoNotMakeUpTheRate() {
		TestBreaker test = window(10, 2);
		test.succeed(3);
		test.fail();
		test.advance(Duration.ofSeconds(10));
		test.succeed(2);
		test.fail();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aWindowOfOneSecondWorks() {
		TestBreaker test = window(1, 2);
		test.fail();
		test.advance(Duration.ofSeconds(1));
		test.fail();
		assertWindow(test, 1, 1);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aLongSilenceEmptiesIt() {
		TestBreaker test = window(10, 100);
		test.fail(50);
		test.advance(Duration.ofDays(365 * 100));
		assertWindow(test, 0, 0);
		test.fail();
		assertWindow(test, 1, 1);
	}

	@Test
	void aClockThatGoesBackIsAClockThatStandsStill() {
		TestBreaker test = window(10, 100);
		test.advance(Duration.ofSeconds(60));
		test.fail(2);
		test.clock.advance(Duration.ofSeconds(-30));
		assertWindow(test, 2, 2);
		test.fail();
		test.succeed();
		assertWindow(test, 4, 3);
		test.clock.advance(Duration.ofSeconds(30));
		assertWindow(test, 4, 3);
		test.clock.advance(Duration.ofSeconds(9));
		assertWindow(test, 4, 3);
		test.clock.advance(Duration.ofSeconds(1));
		assertWindow(test, 0, 0);
	}

	@ParameterizedTest
	@ValueSource(longs = { -1, Long.MAX_VALUE, Long.MAX_VALUE - 5_000_000_000L, Long.MIN_VALUE, 123_456_789_012_345L })
	void theClockMayHaveAnyOriginAndWrapAround(long origin) {
		TestBreaker test = TestBreaker.with(new HandClock(origin),
				(config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED)
					.slidingWindowSize(10)
					.minimumNumberOfCalls(100)
					.failureRateThreshold(100));
		for (int second = 0; second < 30; second++) {
			test.fail();
			int held = test.snapshot().bufferedCalls();
			assertThat(held).as("second %s", second).isBetween(Math.min(second + 1, 9), Math.min(second + 1, 10));
			test.advance(Duration.ofSeconds(1));
		}
		test.advance(Duration.ofSeconds(10));
		assertWindow(test, 0, 0);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 10, 60, 100 })
	void equalsANaiveWindowAfterEveryCallAndEveryTick(int seconds) {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(seconds)
			.slowCallDurationThreshold(Duration.ofNanos(10))
			.initialState(State.METRICS_ONLY));
		NaiveWindow naive = new NaiveWindow(SlidingWindowType.TIME_BASED, seconds);
		Random random = new Random(seconds);
		for (int i = 0; i < 3000; i++) {
			if (random.nextInt(4) == 0) {
				long step = (random.nextInt(20) == 0) ? seconds * 1_500L : random.nextInt(1_500);
				test.advance(Duration.ofMillis(step));
				naive.forget(test.clock.now());
			}
			else {
				boolean failed = random.nextInt(3) == 0;
				boolean slow = random.nextInt(3) == 0;
				Permit permit = test.take();
				if (failed) {
					permit.failure(new IllegalStateException(), slow ? 11 : 10);
				}
				else {
					permit.success(null, slow ? 11 : 10);
				}
				naive.record(failed, slow, test.clock.now());
			}
			Snapshot snapshot = test.snapshot();
			assertThat(snapshot.bufferedCalls()).as("calls after %s", i).isEqualTo(naive.size());
			assertThat(snapshot.failedCalls()).as("failures after %s", i).isEqualTo(naive.failed());
			assertThat(snapshot.slowCalls()).as("slow calls after %s", i).isEqualTo(naive.slow());
		}
	}

	private static TestBreaker window(int seconds, int minimum) {
		return TestBreaker.with((config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(seconds)
			.minimumNumberOfCalls(minimum)
			.failureRateThreshold(50));
	}

	private static void assertWindow(TestBreaker test, int calls, int failed) {
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(calls);
		assertThat(test.snapshot().failedCalls()).isEqualTo(failed);
	}

	@Test
	void failuresComeInTheirSecondWhereNobodyWantsTheirTime() {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder()
					.nanoClock(clock)
					.slidingWindowType(SlidingWindowType.TIME_BASED)
					.slidingWindowSize(10)
					.build());
		fail(breaker);
		clock.advance(Duration.ofSeconds(9));
		fail(breaker);
		clock.advance(Duration.ofSeconds(2));
		assertThat(breaker.snapshot().failedCalls()).isEqualTo(1);
	}

	private static void fail(CircuitBreaker breaker) {
		breaker.call(() -> {
			throw new IllegalStateException();
		}, (thrown) -> "fallback");
	}

	@Test
	void aHungCallCountsInTheSecondFromWhichItIsSlow() {
		CircuitBreakerConfig config = tenSeconds();
		SlidingWindow window = SlidingWindow.of(config, 0);
		window.recordHung(at(3), config.rules);
		assertCounts(window, config, 12, 1, 0, 1);
		assertCounts(window, config, 13, 0, 0, 0);
	}

	@Test
	void aFailedEndGoesToTheNewestSecondWithAnUnfailedCall() {
		CircuitBreakerConfig config = tenSeconds();
		SlidingWindow window = SlidingWindow.of(config, 0);
		window.recordHung(at(2), config.rules);
		window.record(true, false, at(5), config.rules);
		window.recordEndOfHung(true, at(6), config.rules);
		assertCounts(window, config, 11, 2, 2, 1);
		assertCounts(window, config, 12, 1, 1, 0);
		assertCounts(window, config, 15, 0, 0, 0);
	}

	@Test
	void aFailedEndAfterAllCallsHaveLeftCountsInItsOwnSecond() {
		CircuitBreakerConfig config = tenSeconds();
		SlidingWindow window = SlidingWindow.of(config, 0);
		window.recordHung(0, config.rules);
		window.recordEndOfHung(true, at(20), config.rules);
		assertCounts(window, config, 29, 1, 1, 0);
		assertCounts(window, config, 30, 0, 0, 0);
	}

	private static CircuitBreakerConfig tenSeconds() {
		return CircuitBreakerConfig.builder()
			.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(10)
			.build();
	}

	private static long at(int second) {
		return Duration.ofSeconds(second).toNanos();
	}

	private static void assertCounts(SlidingWindow window, CircuitBreakerConfig config, int second, int calls,
			int failed, int slow) {
		assertThat(window.counts(at(second), config.rules)).as("second %s", second)
			.extracting(WindowCounts::calls, WindowCounts::failed, WindowCounts::slow)
			.containsExactly(calls, failed, slow);
	}

}
