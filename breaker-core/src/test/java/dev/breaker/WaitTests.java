package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * How long an open breaker waits, and how its end is noticed.
 */
class WaitTests {

	private static final Duration NANO = Duration.ofNanos(1);

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, 1_000_000_000L, Long.MAX_VALUE - 5_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE })
	void atExactlyTheWaitItIsOver(long origin) {
		TestBreaker test = TestBreaker.with(new HandClock(origin),
				(config) -> config.waitDurationInOpenState(Duration.ofSeconds(10)).consecutiveFailureThreshold(1));
		test.fail();
		test.advance(Duration.ofSeconds(10).minus(NANO));
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.refused();
		test.advance(NANO);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource
	void observedStateIsNeverStaleWithoutTraffic(String who, Consumer<CircuitBreaker> look) {
		TestBreaker test = TestBreaker.simple().in(State.OPEN);
		test.advance(Duration.ofSeconds(10));
		test.heard.forget();
		look.accept(test.breaker);
		assertThat(test.heard.news()).contains("OPEN -> HALF_OPEN, WAIT_ELAPSED");
		look.accept(test.breaker);
		test.state();
		test.snapshot();
		assertThat(test.heard.count("OPEN -> HALF_OPEN, WAIT_ELAPSED")).isEqualTo(1);
	}

	static Stream<Arguments> observedStateIsNeverStaleWithoutTraffic() {
		return Stream.of(
				arguments("state",
						(Consumer<CircuitBreaker>) (breaker) -> assertThat(breaker.state()).isEqualTo(State.HALF_OPEN)),
				arguments("scrape",
						(Consumer<CircuitBreaker>) (breaker) -> assertThat(breaker.snapshot().state())
							.isEqualTo(State.HALF_OPEN)),
				arguments("permit", (Consumer<CircuitBreaker>) (breaker) -> breaker.acquire().release()),
				arguments("call", (Consumer<CircuitBreaker>) (breaker) -> breaker.call(() -> 1)));
	}

	@Test
	void theEndOfTheWaitIsPublishedOnceHoweverManyThreadsLook() throws Exception {
		for (int round = 0; round < 50; round++) {
			TestBreaker test = TestBreaker.simple().in(State.OPEN);
			test.advance(Duration.ofSeconds(10));
			CountDownLatch start = new CountDownLatch(1);
			ExecutorService threads = Executors.newFixedThreadPool(8);
			List<Future<State>> looks = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				looks.add(threads.submit(() -> {
					start.await();
					return test.state();
				}));
			}
			start.countDown();
			for (Future<State> look : looks) {
				assertThat(look.get(10, TimeUnit.SECONDS)).isEqualTo(State.HALF_OPEN);
			}
			threads.shutdown();
			assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
			assertThat(test.heard.count("OPEN -> HALF_OPEN, WAIT_ELAPSED")).isEqualTo(1);
		}
	}

	@Test
	void openBreakersOwnNoThread() {
		int before = Thread.activeCount();
		List<CircuitBreaker> breakers = IntStream.range(0, 10_000).mapToObj((i) -> {
			CircuitBreaker breaker = CircuitBreaker.ofDefaults("breaker" + i);
			breaker.open();
			return breaker;
		}).toList();
		assertThat(breakers).hasSize(10_000);
		assertThat(Thread.activeCount()).isLessThanOrEqualTo(before);
	}

	@Test
	void theWallClockDecidesNothing() {
		TestBreaker test = TestBreaker.simple().in(State.OPEN);
		for (int hours : new int[] { 1, -2, 1000, -5000 }) {
			test.wall.advance(Duration.ofHours(hours));
			assertThat(test.state()).isEqualTo(State.OPEN);
			assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
			test.refused();
		}
		test.clock.advance(Duration.ofSeconds(10));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void aClockThatGoesBackNeitherShortensNorLengthensTheWait() {
		TestBreaker test = TestBreaker.simple();
		test.advance(Duration.ofMinutes(1));
		test.in(State.OPEN);
		test.clock.advance(Duration.ofSeconds(-30));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
		test.clock.advance(Duration.ofSeconds(30).plusSeconds(4));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(6));
		test.clock.advance(Duration.ofSeconds(-3));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(6));
		test.clock.advance(Duration.ofSeconds(9));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.clock.advance(Duration.ofSeconds(-20));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void theWaitGrowsWithEachOpeningInARow() {
		TestBreaker test = growing((config) -> config.waitDurationMultiplier(1.5));
		assertWaits(test, 10_000, 15_000, 22_500, 33_750, 50_625);
	}

	@Test
	void theWaitGrowsNoLongerThanTheMaximum() {
		TestBreaker test = growing(
				(config) -> config.waitDurationMultiplier(3).maxWaitDurationInOpenState(Duration.ofMinutes(1)));
		assertWaits(test, 10_000, 30_000, 60_000, 60_000, 60_000);
	}

	@Test
	void withoutAMultiplierTheWaitStaysTheSame() {
		assertWaits(growing((config) -> config), 10_000, 10_000, 10_000, 10_000);
	}

	@Test
	void closingEndsTheRowOfOpenings() {
		TestBreaker test = growing((config) -> config.waitDurationMultiplier(2));
		assertWaits(test, 10_000, 20_000, 40_000);
		test.advance(Duration.ofMinutes(2));
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().openings()).isZero();
		assertWaits(test, 10_000, 20_000);
	}

	@Test
	void anOperatorsCloseAndResetEndTheRowToo() {
		TestBreaker test = growing((config) -> config.waitDurationMultiplier(2));
		assertWaits(test, 10_000, 20_000);
		test.breaker.close();
		assertThat(test.snapshot().openings()).isZero();
		assertWaits(test, 10_000, 20_000, 40_000);
		test.breaker.reset();
		assertThat(test.snapshot().openings()).isZero();
		assertWaits(test, 10_000, 20_000);
	}

	@Test
	void lostProbesCountAsAnOpening() {
		TestBreaker test = growing(
				(config) -> config.waitDurationMultiplier(2).maxWaitDurationInHalfOpenState(Duration.ofSeconds(5)));
		test.fail();
		test.advance(Duration.ofSeconds(10));
		test.take();
		test.advance(Duration.ofSeconds(5));
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().openings()).isEqualTo(2);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void openingsStayWhileProbesAreUnderWay() {
		TestBreaker test = growing((config) -> config);
		assertWaits(test, 10_000, 10_000);
		test.advance(Duration.ofSeconds(10));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.snapshot().openings()).isEqualTo(2);
	}

	@Test
	void jitterSpreadsTheWaitAroundItsValue() {
		DoubleSummaryStatistics seconds = waits(1000, (config) -> config.waitDurationJitter(0.2));
		assertThat(seconds.getMin()).isBetween(8.0, 9.0);
		assertThat(seconds.getMax()).isBetween(11.0, 12.0);
		assertThat(seconds.getAverage()).isBetween(9.5, 10.5);
	}

	@Test
	void jitterSpreadsTheMaximumToo() {
		DoubleSummaryStatistics seconds = waits(500,
				(config) -> config.waitDurationJitter(0.5)
					.waitDurationMultiplier(1000)
					.maxWaitDurationInOpenState(Duration.ofSeconds(10)));
		assertThat(seconds.getMin()).isBetween(5.0, 7.0);
		assertThat(seconds.getMax()).isBetween(13.0, 15.0);
	}

	@Test
	void fullJitterGivesAnythingUpToTwice() {
		DoubleSummaryStatistics seconds = waits(500, (config) -> config.waitDurationJitter(1));
		assertThat(seconds.getMin()).isBetween(0.0, 2.0);
		assertThat(seconds.getMax()).isBetween(18.0, 20.0);
	}

	@Test
	void jitterIsDrawnOnceForAnOpening() {
		TestBreaker test = growing((config) -> config.waitDurationJitter(1));
		test.fail();
		Duration wait = test.snapshot().retryAfter();
		assertThat(test.snapshot().retryAfter()).isEqualTo(wait);
		test.advance(wait.minus(NANO));
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(NANO);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
	}

	@ParameterizedTest
	@ValueSource(doubles = { 0, 0.5, 1 })
	void hugeWaitsSimplyLast(double jitter) {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(Duration.ofSeconds(Long.MAX_VALUE))
			.waitDurationMultiplier(1e300)
			.waitDurationJitter(jitter / 2));
		for (int opening = 1; opening <= 5; opening++) {
			test.in(State.HALF_OPEN);
			test.fail();
			assertThat(test.snapshot().openings()).isEqualTo(opening);
			assertThat(test.snapshot().retryAfter()).isGreaterThan(Duration.ofDays(36_500));
			test.advance(Duration.ofDays(10_000));
			assertThat(test.state()).isEqualTo(State.OPEN);
			test.refused();
		}
	}

	@Test
	void aThousandOpeningsInARowDoNotOverflow() {
		TestBreaker test = growing((config) -> config.waitDurationMultiplier(10));
		for (int i = 0; i < 1000; i++) {
			test.in(State.HALF_OPEN);
			test.fail();
			assertThat(test.snapshot().retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
		}
		assertThat(test.snapshot().openings()).isEqualTo(1000);
		test.advance(Duration.ofDays(36_500));
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void zeroTimesAnythingIsZero() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(Duration.ZERO)
			.waitDurationMultiplier(1e300)
			.waitDurationJitter(1));
		for (int i = 0; i < 100; i++) {
			test.fail();
			assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		}
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aClockThatStandsStillAndAWaitOfZeroRecurseNowhere() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(Duration.ZERO)
			.maxWaitDurationInHalfOpenState(NANO));
		test.breaker.removeListener(test.heard);
		for (int i = 0; i < 20_000; i++) {
			test.fail();
		}
		test.take();
		test.advance(NANO);
		assertThat(test.admits()).isTrue();
	}

	@Test
	void theRemainingWaitShrinksToZero() {
		TestBreaker test = TestBreaker.simple();
		assertThat(test.snapshot().retryAfter()).isZero();
		test.in(State.OPEN);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
		test.advance(Duration.ofMillis(2500));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofMillis(7500));
		assertThat(test.refused().retryAfter()).isEqualTo(Duration.ofMillis(7500));
		test.advance(Duration.ofDays(1));
		assertThat(test.snapshot().retryAfter()).isZero();
	}

	@Test
	void theChangeIsDatedByTheWallClock() {
		TestBreaker test = TestBreaker.simple();
		test.advance(Duration.ofSeconds(5));
		test.fail(3);
		Instant opened = HandWallClock.START.plusSeconds(5);
		assertThat(test.heard.changes().get(0).at()).isEqualTo(opened);
		assertThat(test.snapshot().since()).isEqualTo(opened);
		test.advance(Duration.ofSeconds(10));
		assertThat(test.snapshot().since()).isEqualTo(opened.plusSeconds(10));
	}

	private static DoubleSummaryStatistics waits(int openings, UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		TestBreaker test = growing(settings);
		test.fail();
		return IntStream.range(0, openings).mapToDouble((i) -> {
			test.in(State.HALF_OPEN);
			test.fail();
			return test.snapshot().retryAfter().toNanos() / 1e9;
		}).summaryStatistics();
	}

	/** Opens at every failure, for ten seconds at first. */
	private static TestBreaker growing(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with((config) -> settings
			.apply(config.consecutiveFailureThreshold(1).waitDurationInOpenState(Duration.ofSeconds(10))));
	}

	/** Fails again and again, each time at the end of the wait. */
	private static void assertWaits(TestBreaker test, long... millis) {
		for (int i = 0; i < millis.length; i++) {
			Duration wait = Duration.ofMillis(millis[i]);
			test.fail();
			assertThat(test.snapshot().openings()).isEqualTo(i + 1);
			assertThat(test.snapshot().retryAfter()).isEqualTo(wait);
			test.advance(wait.minus(NANO));
			assertThat(test.state()).isEqualTo(State.OPEN);
			if (i < millis.length - 1) {
				test.advance(NANO);
				assertThat(test.state()).isEqualTo(State.HALF_OPEN);
			}
		}
	}

}
