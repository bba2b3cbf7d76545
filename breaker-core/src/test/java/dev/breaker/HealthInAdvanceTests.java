package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A breaker can be asked whether it would permit a call, and goes on as if it had not
 * been asked.
 */
class HealthInAdvanceTests {

	private static final int STEPS = 400;

	private final TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(3)
		.waitDurationInOpenState(Duration.ofSeconds(10))
		.permittedNumberOfCallsInHalfOpenState(2)
		.successThresholdInHalfOpenState(2));

	@ParameterizedTest
	@EnumSource
	void everyStateIsKnownInAdvance(State state) {
		this.test.in(state);
		assertThat(this.test.breaker.permits()).isEqualTo(!state.refuses());
		assertThat(this.test.breaker.permits()).isEqualTo(this.test.admits());
	}

	@Test
	void askingTakesAndCountsAndTellsNothing() {
		this.test.in(State.HALF_OPEN);
		this.test.heard.forget();
		Snapshot before = this.test.snapshot();
		for (int i = 0; i < 100; i++) {
			assertThat(this.test.breaker.permits()).isTrue();
			assertThat(this.test.breaker.retryAfter()).isZero();
		}
		assertThat(this.test.snapshot()).isEqualTo(before);
		this.test.take();
		this.test.take();
		for (int i = 0; i < 100; i++) {
			assertThat(this.test.breaker.permits()).isFalse();
		}
		assertThat(this.test.snapshot()).isEqualTo(before);
		assertThat(this.test.heard.news()).isEmpty();
	}

	@Test
	void aPlaceThatIsGivenBackCanBeTaken() {
		this.test.in(State.HALF_OPEN);
		this.test.take();
		Permit second = this.test.take();
		assertThat(this.test.breaker.permits()).isFalse();
		second.release();
		assertThat(this.test.breaker.permits()).isTrue();
	}

	@Test
	void aProbeThatCameBackKeepsItsPlace() {
		this.test.in(State.HALF_OPEN);
		this.test.succeed();
		assertThat(this.test.breaker.permits()).isTrue();
		this.test.take();
		assertThat(this.test.breaker.permits()).isFalse();
	}

	@Test
	void aProbeThatIsLostFreesNoPlaceButOpens() {
		this.test.in(State.HALF_OPEN);
		this.test.take();
		this.test.advance(Duration.ofSeconds(60));
		assertThat(this.test.breaker.permits()).isFalse();
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(10));
		assertThat(this.test.heard.news()).last().isEqualTo("HALF_OPEN -> OPEN, PROBES_LOST");
	}

	@Test
	void aCallInsideOfAProbeNeedsNoPlace() {
		this.test.in(State.HALF_OPEN);
		this.test.take();
		ExecutorService other = Executors.newSingleThreadExecutor();
		try {
			this.test.breaker.run(() -> {
				assertThat(this.test.breaker.permits()).isTrue();
				assertThat(CompletableFuture.supplyAsync(this.test.breaker::permits, other).join()).isFalse();
			});
		}
		finally {
			other.shutdown();
		}
		assertThat(this.test.breaker.permits()).isFalse();
	}

	@Test
	void moreProbesThatANewConfigPermitsAreKnown() {
		this.test.in(State.HALF_OPEN);
		this.test.take();
		this.test.take();
		this.test.breaker
			.reconfigure(this.test.breaker.config().toBuilder().permittedNumberOfCallsInHalfOpenState(3).build());
		assertThat(this.test.breaker.permits()).isTrue();
	}

	@Test
	void theEndOfTheWaitIsSeenWithoutTraffic() {
		this.test.fail(3);
		assertThat(this.test.breaker.permits()).isFalse();
		this.test.advance(Duration.ofSeconds(10).minusNanos(1));
		assertThat(this.test.breaker.permits()).isFalse();
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofNanos(1));
		this.test.advance(Duration.ofNanos(1));
		assertThat(this.test.breaker.permits()).isTrue();
		assertThat(this.test.breaker.permits()).isTrue();
		assertThat(this.test.heard.changes()).extracting(StateChange::to).containsExactly(State.OPEN, State.HALF_OPEN);
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isZero();
	}

	@Test
	void theEndOfAHoldIsSeenWithoutTraffic() {
		this.test.breaker.forceOpen(Duration.ofSeconds(5));
		assertThat(this.test.breaker.permits()).isFalse();
		this.test.advance(Duration.ofSeconds(2));
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(3))
			.isEqualTo(this.test.refused().retryAfter());
		this.test.advance(Duration.ofSeconds(3));
		assertThat(this.test.breaker.retryAfter()).isZero();
		assertThat(this.test.breaker.permits()).isTrue();
	}

	@Test
	void retryAfterIsZeroWhereItIsNotKnown() {
		this.test.breaker.forceOpen();
		assertThat(this.test.breaker.retryAfter()).isZero();
		this.test.breaker.disable(Duration.ofSeconds(5));
		assertThat(this.test.breaker.retryAfter()).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSED", "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void noClockIsReadWhereTimeEndsNothing(State state) {
		this.test.in(state);
		long readings = this.test.clock.reads();
		this.test.breaker.permits();
		this.test.breaker.retryAfter();
		assertThat(this.test.clock.reads()).isEqualTo(readings);
	}

	@Test
	void aReferenceThatWasKeptAnswersForThePresentBreakerOfItsKey() {
		CircuitBreakerConfig config = this.test.breaker.config();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 1);
		CircuitBreaker kept = group.get("a");
		group.get("b");
		group.get("a").open();
		assertThat(group.find("a")).get().isNotSameAs(kept);
		assertThat(kept.permits()).isFalse();
		assertThat(kept.retryAfter()).isEqualTo(Duration.ofSeconds(10));
		assertThat(group.all()).extracting(CircuitBreaker::key).containsExactly("a");
	}

	static LongStream seeds() {
		return LongStream.range(0, 100);
	}

	/** Of two breakers that see the same, one is asked before each step. */
	@ParameterizedTest
	@MethodSource("seeds")
	void aBreakerThatIsAskedGoesTheSameWay(long seed) {
		Random random = new Random(seed);
		Twin asked = new Twin();
		Twin left = new Twin();
		for (int step = 0; step < STEPS; step++) {
			boolean permits = asked.test.breaker.permits();
			Duration retryAfter = asked.test.breaker.retryAfter();
			long choice = random.nextLong();
			boolean admitted = asked.take(choice);
			assertThat(left.take(choice)).isEqualTo(admitted);
			if (Twin.isCall(choice)) {
				assertThat(permits).as("seed %s, step %s", seed, step).isEqualTo(admitted);
			}
			if (step % 10 == 0) {
				assertThat(retryAfter).isLessThanOrEqualTo(Duration.ofSeconds(40));
				assertThat(asked.test.snapshot()).as("seed %s, step %s", seed, step)
					.usingRecursiveComparison()
					.withEqualsForType(Float::equals, Float.class)
					.ignoringFields("lastChange.lastFailure")
					.isEqualTo(left.test.snapshot());
			}
		}
		// The last failure is the last one that came before the change was found.
		assertThat(asked.test.heard.changes()).usingRecursiveFieldByFieldElementComparatorIgnoringFields("lastFailure")
			.isEqualTo(left.test.heard.changes());
		assertThat(asked.test.heard.count("refused")).isEqualTo(left.test.heard.count("refused"));
	}

	@Test
	void manyThreadsThatAskTakeNoPlaceFromTheProbes() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			for (int round = 0; round < 200; round++) {
				this.test.in(State.HALF_OPEN);
				List<CompletableFuture<?>> asking = new ArrayList<>();
				IntStream.range(0, 3).forEach((i) -> asking.add(CompletableFuture.runAsync(() -> {
					for (int j = 0; j < 50; j++) {
						this.test.breaker.permits();
						this.test.breaker.retryAfter();
					}
				}, threads)));
				Permit first = this.test.take();
				Permit second = this.test.take();
				assertThat(this.test.breaker.tryAcquire()).isNull();
				first.success(null, 0);
				second.success(null, 0);
				CompletableFuture.allOf(asking.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
				assertThat(this.test.state()).isEqualTo(State.CLOSED);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	/**
	 * One of two breakers that take the same steps.
	 */
	private static final class Twin {

		private static final int KINDS = 40;

		private final TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(2)
			.failureRateThreshold(50)
			.minimumNumberOfCalls(4)
			.slidingWindowSize(8)
			.waitDurationInOpenState(Duration.ofSeconds(10))
			.waitDurationMultiplier(2)
			.maxWaitDurationInOpenState(Duration.ofSeconds(40))
			.permittedNumberOfCallsInHalfOpenState(2)
			.maxWaitDurationInHalfOpenState(Duration.ofSeconds(20)));

		private final List<Permit> permits = new ArrayList<>();

		static boolean isCall(long choice) {
			return kind(choice) < 15;
		}

		private static int kind(long choice) {
			return (int) Math.floorMod(choice, KINDS);
		}

		/** Takes a step, and says whether a call was admitted. */
		boolean take(long choice) {
			int kind = kind(choice);
			int detail = (int) Math.floorMod(choice / KINDS, 1000);
			if (isCall(choice)) {
				Permit permit = this.test.breaker.tryAcquire();
				if (permit != null) {
					this.permits.add(permit);
				}
				return permit != null;
			}
			if (kind < 30) {
				end(kind, detail);
			}
			else if (kind < 38) {
				this.test.advance(Duration.ofMillis(10L * detail));
			}
			else {
				command(detail);
			}
			return false;
		}

		private void end(int kind, int detail) {
			if (this.permits.isEmpty()) {
				return;
			}
			Permit permit = this.permits.remove(detail % this.permits.size());
			if (kind < 20) {
				permit.failure(new IllegalStateException(), 0);
			}
			else if (kind < 28) {
				permit.success(null, 0);
			}
			else {
				permit.release();
			}
		}

		private void command(int detail) {
			CircuitBreaker breaker = this.test.breaker;
			Duration hold = Duration.ofMillis(20L * detail);
			switch (detail % 10) {
				case 0 -> breaker.close();
				case 1 -> breaker.open();
				case 2 -> breaker.open(hold);
				case 3 -> breaker.halfOpen();
				case 4 -> breaker.forceOpen();
				case 5 -> breaker.forceOpen(hold);
				case 6 -> breaker.disable();
				case 7 -> breaker.disable(hold);
				case 8 -> breaker.metricsOnly();
				default -> breaker.reset();
			}
		}

	}

	@Test
	void duringARampCallsArePermittedAlthoughSomeAreRefused() {
		TestBreaker ramping = TestBreaker.with((config) -> config.recoveryRampDuration(Duration.ofSeconds(30)))
			.in(State.OPEN)
			.in(State.CLOSED);
		ramping.succeed();
		assertThat(ramping.breaker.permits()).isTrue();
		assertThat(ramping.breaker.retryAfter()).isZero();
		assertThat(ramping.refused().retryAfter()).isPositive();
		assertThat(ramping.breaker.permits()).isTrue();
	}

	@Test
	void callsThatHangAreSeenByTheQuestionToo() {
		TestBreaker test = TestBreaker.with((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(50)
			.minimumNumberOfCalls(2)
			.countHungCalls(true));
		test.take();
		test.take();
		test.advance(Duration.ofSeconds(2));
		assertThat(test.breaker.permits()).isFalse();
		assertThat(test.breaker.retryAfter()).isPositive();
	}

}
