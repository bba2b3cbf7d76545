package dev.breaker;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A call that hangs counts as slow once, however many threads look while it ends, and is
 * one call of the window whatever its end is.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=HungCallAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class HungCallAttackTests {

	private static final Duration LIMIT = Duration.ofSeconds(1);

	private static final int ROUNDS = 12;

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void eachCallIsOneOfTheWindowAndSlowAtMostOnce(SlidingWindowType type) {
		HandClock clock = new HandClock();
		boolean counting = type == SlidingWindowType.COUNT_BASED;
		CircuitBreaker breaker = CircuitBreaker.of("hung",
				config(clock).slidingWindowType(type)
					.slidingWindowSize(counting ? 1_000_000 : 86_400)
					.initialState(State.METRICS_ONLY)
					.build());
		Heard heard = new Heard();
		breaker.addListener(heard);
		int calls = Crowd.scaled(200);
		LongAdder failures = new LongAdder();
		Crowd.run(Crowd.SIZE, (number) -> {
			ThreadLocalRandom random = ThreadLocalRandom.current();
			Permit[] permits = new Permit[4];
			for (int i = 0; i < calls; i++) {
				int place = random.nextInt(permits.length);
				failures.add(end(permits[place], random));
				permits[place] = breaker.acquire();
				switch (random.nextInt(8)) {
					case 0 -> clock.advance(random.nextLong(LIMIT.toNanos() / 4));
					case 1 -> breaker.snapshot();
					case 2 -> breaker.state();
					default -> {
					}
				}
			}
			for (Permit permit : permits) {
				failures.add(end(permit, random));
			}
		});
		Snapshot snapshot = breaker.snapshot();
		assertThat(snapshot.inFlight()).isZero();
		assertThat(snapshot.bufferedCalls()).isEqualTo(Crowd.SIZE * calls);
		assertThat(snapshot.successfulCallsTotal() + snapshot.failedCallsTotal()).isEqualTo(Crowd.SIZE * calls);
		assertThat(snapshot.failedCallsTotal()).isEqualTo(failures.sum());
		assertThat(snapshot.failedCalls()).isEqualTo((int) failures.sum());
		assertThat(snapshot.slowCalls()).isPositive();
		assertThat(snapshot.slowCallsTotal()).isEqualTo(snapshot.slowCalls()).isEqualTo(heard.slow.sum());
	}

	private static int end(@Nullable Permit permit, ThreadLocalRandom random) {
		if (permit == null) {
			return 0;
		}
		boolean fails = random.nextBoolean();
		if (fails) {
			permit.failure(new IllegalStateException(), 0);
		}
		else {
			permit.success(null, 0);
		}
		return fails ? 1 : 0;
	}

	@Test
	void manyThatHangOpenTheBreakerOnce() {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			HandClock clock = new HandClock();
			CircuitBreaker breaker = CircuitBreaker.of("hung", config(clock).build());
			Heard heard = new Heard();
			breaker.addListener(heard);
			Permit[] permits = new Permit[Crowd.SIZE];
			Crowd.run(Crowd.SIZE, (number) -> permits[number] = breaker.acquire());
			clock.advance(LIMIT.plusNanos(1));
			Crowd.run(Crowd.SIZE, (number) -> {
				switch (number % 4) {
					case 0 -> assertThat(breaker.snapshot().state()).isEqualTo(State.OPEN);
					case 1 -> release(breaker.tryAcquire());
					case 2 -> permits[number].failure(new IllegalStateException(), 0);
					default -> permits[number].release();
				}
			});
			assertThat(breaker.state()).isEqualTo(State.OPEN);
			assertThat(breaker.snapshot().openings()).isEqualTo(1);
			assertThat(breaker.snapshot().slowCallsTotal()).isEqualTo(Crowd.SIZE);
			assertThat(heard.slow.sum()).isEqualTo(Crowd.SIZE);
			assertThat(heard.reasons).containsExactly(Reason.SLOW_CALL_RATE);
			assertThat(breaker.snapshot().inFlight()).isEqualTo(Crowd.SIZE / 2);
		}
	}

	/** One may be admitted while another thread is about to open the breaker. */
	private static void release(@Nullable Permit permit) {
		if (permit != null) {
			permit.release();
		}
	}

	@Test
	void lostPermitsLeaveNothingBehind() {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("hung", config(clock).initialState(State.METRICS_ONLY).build());
		Crowd.run(Crowd.SIZE, (number) -> {
			for (int i = 0; i < Crowd.scaled(200); i++) {
				Permit permit = breaker.acquire();
				if (i % 2 == 0) {
					permit.success(null, 0);
				}
				if (i % 50 == 0) {
					clock.advance(LIMIT);
				}
			}
		});
		await().untilAsserted(() -> {
			System.gc();
			assertThat(breaker.snapshot().inFlight()).isZero();
		});
		assertThat(breaker.snapshot().oldestInFlight()).isZero();
	}

	/** No lock stays held, and what is lost there goes as a lost permit does. */
	@Test
	void theEndOfAStackLeavesNothingBehind() {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			HandClock clock = new HandClock();
			CircuitBreaker breaker = CircuitBreaker.of("deep",
					config(clock).waitDurationInOpenState(Duration.ofSeconds(1)).build());
			StackEndRun.run(round, (call) -> {
				clock.advance(LIMIT.toNanos() / 3);
				breaker.call(() -> {
					clock.advance((call % 5 == 0) ? LIMIT.toNanos() : 0);
					return "fine";
				});
				breaker.tryAcquire();
			});
			clock.advance(Duration.ofMinutes(10));
			await().untilAsserted(() -> {
				System.gc();
				assertThat(breaker.snapshot().inFlight()).isZero();
			});
			assertThat(breaker.call(() -> "fine")).as("round %d", round).isEqualTo("fine");
			assertThat(breaker.snapshot().inFlight()).isZero();
		}
	}

	/** Slow calls alone open it. */
	private static CircuitBreakerConfig.Builder config(HandClock clock) {
		return CircuitBreakerConfig.builder()
			.slidingWindowSize(100)
			.minimumNumberOfCalls(20)
			.withoutFailureRateThreshold()
			.slowCallDurationThreshold(LIMIT)
			.slowCallRateThreshold(50)
			.countHungCalls(true)
			.waitDurationInOpenState(Duration.ofHours(1))
			.nanoClock(clock);
	}

	/** What the listeners of a breaker are told. */
	private static final class Heard implements CircuitBreakerListener {

		private final LongAdder slow = new LongAdder();

		private final Queue<Reason> reasons = new ConcurrentLinkedQueue<>();

		@Override
		public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
			this.slow.increment();
		}

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.reasons.add(change.reason());
		}

	}

}
