package dev.breaker;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;

import dev.breaker.NaiveBreaker.Admission;
import dev.breaker.NaiveBreaker.Order;
import dev.breaker.Settings.Ending;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 6: after a concurrent history has come to rest, the breaker's counts are those
 * of a naive model that was fed with the same outcomes; where their order matters, they
 * stay within what any order would give.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=ConcurrentHistoryTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Dfuzz.seed=42}, longer with {@code -Pstress}.
 */
class ConcurrentHistoryTests {

	private static final int THREADS = 16;

	@Test
	void countsAtRestAreThoseOfTheNaiveModel() {
		long first = Long.getLong("fuzz.seed", new Random().nextLong());
		System.out.println("Concurrent histories: seeds from " + first + " on");
		for (int i = 0; i < Crowd.scaled(30); i++) {
			try {
				history(first + i);
			}
			catch (Throwable ex) {
				throw new AssertionError("Replay with -Dfuzz.seed=" + (first + i), ex);
			}
		}
	}

	/**
	 * Phases of calls from many threads, with a clock move or a command between them.
	 * Nothing opens, since the threshold is out of reach, and the count window holds all.
	 */
	private static void history(long seed) {
		Random random = new Random(seed);
		HandClock clock = new HandClock(random.nextLong());
		Settings settings = unreachable(random);
		CircuitBreaker breaker = CircuitBreaker.of("history", settings.config(clock, Clock.systemUTC()));
		NaiveBreaker naive = new NaiveBreaker(settings, clock.getAsLong());
		List<Work> late = new ArrayList<>();
		for (int phase = 0; phase < 6; phase++) {
			// One success in front, so that not all can have failed.
			perform(breaker, naive, clock, List.of(new Work(Ending.RESULT, 0, null, null)));
			List<Work> work = new ArrayList<>(late);
			late.clear();
			for (int i = 0; i < 400; i++) {
				work.add(new Work(Ending.random(random), random.nextInt(2_000_000_000), null, null));
			}
			perform(breaker, naive, clock, work);
			compare(breaker, naive, clock.getAsLong());
			for (int i = 0; i < 50; i++) {
				late.add(new Work(Ending.random(random), 0, breaker.acquire(),
						naive.admit(null, false, clock.getAsLong())));
			}
			switch (random.nextInt(4)) {
				case 0 -> {
					naive.command(Order.to(State.METRICS_ONLY), clock.getAsLong());
					breaker.metricsOnly();
				}
				case 1 -> {
					naive.command(Order.to(State.CLOSED), clock.getAsLong());
					breaker.close();
				}
				case 2 -> {
					naive.command(Order.to(null), clock.getAsLong());
					breaker.reset();
				}
				default -> clock.advance(random.nextInt(2_000_000_000));
			}
		}
	}

	private static void perform(CircuitBreaker breaker, NaiveBreaker naive, HandClock clock, List<Work> work) {
		for (Work call : work) {
			Admission admission = (call.admission != null) ? call.admission
					: naive.admit(null, false, clock.getAsLong());
			naive.end(admission, call.ending, call.elapsed, clock.getAsLong());
		}
		Crowd.run(THREADS, (number) -> {
			for (int i = number; i < work.size(); i += THREADS) {
				Work call = work.get(i);
				FuzzRun.end((call.permit != null) ? call.permit : breaker.acquire(), call.ending, call.elapsed);
			}
		});
	}

	private static void compare(CircuitBreaker breaker, NaiveBreaker naive, long now) {
		Snapshot snapshot = breaker.snapshot();
		NaiveBreaker.Figures figures = naive.figures(now);
		assertThat(snapshot.state()).isEqualTo(naive.state);
		assertThat(List.of(snapshot.bufferedCalls(), snapshot.failedCalls(), snapshot.slowCalls()))
			.as("calls, failed, slow")
			.isEqualTo(List.of(figures.calls(), figures.failed(), figures.slow()));
		assertThat(List.of(snapshot.successfulCallsTotal(), snapshot.failedCallsTotal(), snapshot.slowCallsTotal(),
				snapshot.ignoredCallsTotal(), snapshot.notPermittedCallsTotal()))
			.as("totals")
			.isEqualTo(List.of(naive.successes, naive.failures, naive.slowCalls, naive.ignored, naive.notPermitted));
	}

	private static Settings unreachable(Random random) {
		return new Settings(100.0, 1, random.nextBoolean(), random.nextBoolean() ? 50_000 : 5_000, null, 1_000_000_000L,
				100, false, 1, 1, null, 1, null, 1, State.METRICS_ONLY, random.nextBoolean(), false, Recovery.NONE);
	}

	/** A small count window, pushed through by many threads at once. */
	@Test
	void aCountWindowNeverHoldsMoreThanItsSize() {
		CircuitBreaker breaker = CircuitBreaker.of("small",
				CircuitBreakerConfig.builder().initialState(State.METRICS_ONLY).slidingWindowSize(37).build());
		LongAdder failures = new LongAdder();
		Crowd.run(Crowd.SIZE, (number) -> {
			Random random = new Random(number);
			for (int i = 0; i < Crowd.scaled(1_000); i++) {
				boolean failed = random.nextInt(3) == 0;
				FuzzRun.end(breaker.acquire(), failed ? Ending.IO_EXCEPTION : Ending.RESULT, 0);
				failures.add(failed ? 1 : 0);
				Snapshot snapshot = breaker.snapshot();
				assertThat(snapshot.bufferedCalls()).isLessThanOrEqualTo(37);
				assertThat(snapshot.failedCalls()).isBetween(0, snapshot.bufferedCalls());
			}
		});
		Snapshot rest = breaker.snapshot();
		assertThat(rest.bufferedCalls()).isEqualTo(37);
		assertThat(rest.failedCallsTotal()).isEqualTo(failures.sum());
		assertThat(rest.successfulCallsTotal()).isEqualTo(Crowd.SIZE * (long) Crowd.scaled(1_000) - failures.sum());
		assertEmptiesInto(breaker, 37);
	}

	/** That the ring itself is whole, and not its sums alone. */
	private static void assertEmptiesInto(CircuitBreaker breaker, int size) {
		int failed = breaker.snapshot().failedCalls();
		for (int i = 0; i < size; i++) {
			breaker.acquire().success(null, 0);
			int left = breaker.snapshot().failedCalls();
			assertThat(left).isBetween(failed - 1, failed);
			failed = left;
		}
		assertThat(failed).isZero();
	}

	/** Calls race with the clock that makes them old. */
	@Test
	void aTimeWindowHoldsNoCallThatIsTooOld() {
		HandClock clock = new HandClock(Long.MAX_VALUE - 5_000_000_000L);
		CircuitBreaker breaker = CircuitBreaker.of("time",
				CircuitBreakerConfig.builder()
					.initialState(State.METRICS_ONLY)
					.slidingWindowType(SlidingWindowType.TIME_BASED)
					.slidingWindowSize(3)
					.nanoClock(clock)
					.build());
		for (int second = 0; second < Crowd.scaled(20); second++) {
			Crowd.run(THREADS, (number) -> {
				for (int i = 0; i < 50; i++) {
					FuzzRun.end(breaker.acquire(), (i % 5 == 0) ? Ending.IO_EXCEPTION : Ending.RESULT, 0);
				}
				if (number == 0) {
					clock.advance(1_000_000_000);
				}
			});
			int seconds = Math.min(second + 1, 3);
			Snapshot snapshot = breaker.snapshot();
			assertThat(snapshot.bufferedCalls()).isLessThanOrEqualTo(seconds * THREADS * 50);
			assertThat(snapshot.failedCalls()).isLessThanOrEqualTo(seconds * THREADS * 10);
		}
		clock.advance(3_000_000_000L);
		assertThat(breaker.snapshot().bufferedCalls()).isZero();
	}

	private record Work(Ending ending, long elapsed, @Nullable Permit permit, @Nullable Admission admission) {
	}

}
