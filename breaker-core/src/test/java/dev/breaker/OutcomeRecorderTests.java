package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static dev.breaker.RecordedTraffic.AT_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is kept of calls, and how much of it.
 */
class OutcomeRecorderTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	@Test
	void offNothingIsKeptAndNoTimeIsMeasured() {
		TestBreaker test = TestBreaker.with((config) -> config);
		test.breaker.removeListener(test.heard);
		long reads = test.clock.reads();
		test.breaker.run(() -> {
		});
		assertThat(test.clock.reads()).isEqualTo(reads);
		RecordedOutcomes outcomes = test.breaker.outcomes();
		assertThat(outcomes.calls()).isZero();
		assertThat(outcomes.from()).isNull();
		assertThat(outcomes.failureCounts()).isEmpty();
		assertThat(outcomes).hasToString("RecordedOutcomes[payments, 0 calls]");
	}

	@Test
	void eachCallIsKeptWithTimeKindDurationAndClass() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.ignoreExceptions(IOException.class)
			.recordResult("bad"::equals)
			.outcomeRule((result, thrown) -> "odd".equals(result) ? OutcomeRule.Verdict.IGNORED : null));
		traffic.call(null, Duration.ofMillis(3));
		traffic.pass(SECOND);
		traffic.call(new IllegalStateException("down"), Duration.ofMillis(5));
		traffic.call(new IOException("ignored"), Duration.ofMillis(7));
		traffic.breaker.acquire().success("bad", 0);
		traffic.breaker.acquire().success("odd", 0);
		traffic.breaker.acquire().release();
		assertThat(traffic.breaker.outcomes().recorded()).containsExactly(
				new RecordedCall(0, 3_000_000, RecordedCall.Kind.SUCCESS, null, 1),
				new RecordedCall(1_003_000_000, 1_008_000_000, RecordedCall.Kind.FAILURE,
						IllegalStateException.class.getName(), 1),
				new RecordedCall(1_008_000_000, 1_015_000_000, RecordedCall.Kind.IGNORED, null, 1),
				new RecordedCall(1_015_000_000, 1_015_000_000, RecordedCall.Kind.FAILURE, Explanation.RESULTS, 1),
				new RecordedCall(1_015_000_000, 1_015_000_000, RecordedCall.Kind.IGNORED, null, 1));
	}

	@Test
	void theRecordTellsHowManyFailedAndOfWhichClass() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.pass(SECOND);
		traffic.fail(2, Duration.ofMillis(10), SECOND);
		traffic.call(new IOException("lost"), Duration.ofMillis(10));
		traffic.succeed(3, Duration.ofMillis(10), SECOND);
		RecordedOutcomes outcomes = traffic.breaker.outcomes();
		assertThat(outcomes.calls()).isEqualTo(6);
		assertThat(outcomes.failures()).isEqualTo(3);
		assertThat(outcomes.failureCounts()).containsEntry(IllegalStateException.class.getName(), 2L)
			.containsEntry(IOException.class.getName(), 1L)
			.hasSize(2);
		assertThat(outcomes.from()).isEqualTo(RecordedTraffic.after(SECOND));
		assertThat(outcomes.to()).isEqualTo(RecordedTraffic.after(Duration.ofMillis(6_060)));
	}

	@Test
	void theOldestGoWhenAllPlacesAreTaken() {
		for (int places : new int[] { 1, 3, 256, 257, 1_000 }) {
			RecordedTraffic traffic = new RecordedTraffic((config) -> config.recordOutcomes(places));
			traffic.succeed(places + 2, Duration.ofNanos(1), AT_ONCE);
			List<RecordedCall> recorded = traffic.breaker.outcomes().recorded();
			assertThat(recorded).hasSize(places);
			assertThat(recorded.get(0).end()).as("the third call").isEqualTo(3);
			assertThat(recorded.get(places - 1).end()).isEqualTo(places + 2);
		}
	}

	@Test
	void noRoundOverAllPlacesIsTakenForAnother() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.recordOutcomes(2));
		for (int calls = 1; calls <= 300; calls++) {
			traffic.succeed(1, Duration.ofNanos(1), AT_ONCE);
			assertThat(traffic.breaker.outcomes().recorded()).hasSize(Math.min(2, calls))
				.last()
				.extracting(RecordedCall::end)
				.isEqualTo((long) calls);
		}
	}

	@Test
	void refusalsOfASecondTakeOnePlace() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.consecutiveFailureThreshold(1));
		traffic.fail(1, AT_ONCE, Duration.ofNanos(1));
		for (int i = 0; i < 2_500; i++) {
			assertThat(traffic.call(null, AT_ONCE)).isFalse();
			traffic.pass(Duration.ofMillis(1));
		}
		RecordedOutcomes outcomes = traffic.breaker.outcomes();
		assertThat(outcomes.refusedCalls()).isEqualTo(2_500);
		assertThat(outcomes.recorded()).extracting(RecordedCall::times).containsExactly(1L, 1_000L, 1_000L, 500L);
	}

	@Test
	void refusalsBeforeAnyCallTakeOnePlaceToo() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.initialState(State.FORCED_OPEN));
		for (int i = 0; i < 3; i++) {
			assertThat(traffic.call(null, AT_ONCE)).isFalse();
		}
		assertThat(traffic.breaker.outcomes().recorded())
			.containsExactly(new RecordedCall(0, 0, RecordedCall.Kind.REFUSED, null, 3));
	}

	@Test
	void noCallIsFromBeforeTheRecordThoughTheClockFailedAtFirst() {
		HandClock clock = new HandClock(-SECOND.toNanos());
		clock.breakDown(new IllegalStateException("no time yet"));
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().recordOutcomes(5).nanoClock(clock).build());
		clock.breakDown(null);
		breaker.acquire().success(null, 0);
		assertThat(breaker.outcomes().recorded())
			.containsExactly(new RecordedCall(0, 0, RecordedCall.Kind.SUCCESS, null, 1));
	}

	@Test
	void aCallOfDaysIsKeptAsOneOfThirtyNineHours() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config);
		traffic.call(null, Duration.ofDays(3));
		RecordedCall call = traffic.breaker.outcomes().recorded().get(0);
		assertThat(call.end()).isEqualTo(Duration.ofDays(3).toNanos());
		assertThat(Duration.ofNanos(call.elapsed())).isBetween(Duration.ofHours(39), Duration.ofHours(40));
	}

	@Test
	void aCallThatBeganBeforeTheRecordIsKept() {
		RecordedTraffic traffic = new RecordedTraffic(CircuitBreakerConfig.Builder::withoutRecordOutcomes);
		Permit permit = traffic.breaker.acquire();
		traffic.pass(SECOND);
		traffic.breaker.reconfigure(traffic.breaker.config().toBuilder().recordOutcomes(5).build());
		permit.success(null, SECOND.toNanos());
		assertThat(traffic.breaker.outcomes().recorded()).extracting(RecordedCall::start)
			.containsExactly(-SECOND.toNanos());
		assertThat(traffic.breaker.outcomes().from()).isEqualTo(RecordedTraffic.START);
	}

	@Test
	void classesBeyondThe254thAreOthers() {
		OutcomeRecorder recorder = new OutcomeRecorder(10, 0);
		List<Integer> types = IntStream.range(0, 300).mapToObj((i) -> recorder.type("shop.Failure" + i)).toList();
		assertThat(types.subList(0, 254)).doesNotHaveDuplicates().doesNotContain(0, 255);
		assertThat(types.subList(254, 300)).containsOnly(255);
		assertThat(recorder.type("shop.Failure7")).isEqualTo(types.get(7));
	}

	@Test
	void whatIsKeptStaysWhileTheNumberDoes() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config);
		traffic.succeed(5, AT_ONCE, SECOND);
		traffic.breaker.reconfigure(traffic.breaker.config().toBuilder().failureRateThreshold(33).build());
		traffic.breaker.reset();
		assertThat(traffic.breaker.outcomes().calls()).isEqualTo(5);
		traffic.breaker.reconfigure(traffic.breaker.config().toBuilder().recordOutcomes(7).build());
		assertThat(traffic.breaker.outcomes().calls()).isZero();
		traffic.succeed(9, AT_ONCE, SECOND);
		assertThat(traffic.breaker.outcomes().calls()).isEqualTo(7);
		traffic.breaker.reconfigure(traffic.breaker.config().toBuilder().withoutRecordOutcomes().build());
		traffic.succeed(1, AT_ONCE, SECOND);
		assertThat(traffic.breaker.outcomes().calls()).isZero();
	}

	@Test
	void listenersThatComeAndGoLeaveTheRecordAlone() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config);
		RecordingListener listener = new RecordingListener();
		traffic.breaker.addListener(listener);
		traffic.succeed(1, AT_ONCE, SECOND);
		traffic.breaker.removeListener(listener);
		traffic.succeed(1, AT_ONCE, SECOND);
		assertThat(traffic.breaker.outcomes().calls()).isEqualTo(2);
		assertThat(listener.news()).hasSize(1);
	}

	@Test
	void eachKeyKeepsItsOwn() {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder().recordOutcomes(10).build();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults())
			.group("stores", config, 10);
		group.get("lyon").acquire().success(null, 5);
		group.get("berlin").acquire().success(null, 5);
		assertThat(group.all()).extracting((breaker) -> breaker.outcomes().calls()).containsExactly(1L, 1L);
		group.reconfigure(config.toBuilder().withoutRecordOutcomes().build());
		group.get("lyon").acquire().success(null, 5);
		assertThat(group.get("lyon").outcomes().calls()).isZero();
	}

	@Test
	void noOutcomeIsReadWithTheTimeOfAnother() {
		int writers = 4;
		OutcomeRecorder recorder = new OutcomeRecorder(7, 0);
		AtomicBoolean over = new AtomicBoolean();
		ExecutorService executor = Executors.newFixedThreadPool(writers + 1);
		try {
			CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
				do {
					// Each call of these begins at zero.
					assertThat(recorder.calls()).hasSizeLessThanOrEqualTo(7).allMatch((call) -> call.start() == 0);
				}
				while (!over.get());
			}, executor);
			CompletableFuture<?>[] written = IntStream.range(0, writers)
				.mapToObj((writer) -> CompletableFuture.runAsync(() -> {
					HandClock clock = new HandClock();
					CircuitBreaker breaker = CircuitBreaker.of("writer",
							CircuitBreakerConfig.builder().nanoClock(clock).build());
					for (int i = 0; i < 5_000; i++) {
						clock.advance(Duration.ofNanos(writer + 1));
						recorder.onFailure(breaker, null, clock.now());
					}
				}, executor))
				.toArray(CompletableFuture[]::new);
			CompletableFuture.allOf(written).whenComplete((nothing, failure) -> over.set(true)).join();
			reader.join();
		}
		finally {
			over.set(true);
			executor.shutdownNow();
		}
	}

	@Test
	void manyThreadsLoseNoOutcomeThatHasAPlace() {
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().withoutFailureRateThreshold().recordOutcomes(100_000).build());
		ExecutorService executor = Executors.newFixedThreadPool(4);
		try {
			CompletableFuture.allOf(IntStream.range(0, 4).mapToObj((thread) -> CompletableFuture.runAsync(() -> {
				for (int i = 0; i < 10_000; i++) {
					Permit permit = breaker.acquire();
					if (i % 10 == thread) {
						permit.failure(new IllegalStateException(), i);
					}
					else {
						permit.success(null, i);
					}
				}
			}, executor)).toArray(CompletableFuture[]::new)).join();
		}
		finally {
			executor.shutdownNow();
		}
		RecordedOutcomes outcomes = breaker.outcomes();
		assertThat(outcomes.calls()).isEqualTo(40_000);
		assertThat(outcomes.failures()).isEqualTo(4_000);
	}

	@Test
	void refusalsOfManyThreadsAreAllCounted() {
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().recordOutcomes(100_000).initialState(State.FORCED_OPEN).build());
		ExecutorService executor = Executors.newFixedThreadPool(4);
		try {
			CompletableFuture.allOf(IntStream.range(0, 4).mapToObj((thread) -> CompletableFuture.runAsync(() -> {
				for (int i = 0; i < 10_000; i++) {
					assertThat(breaker.tryAcquire()).isNull();
				}
			}, executor)).toArray(CompletableFuture[]::new)).join();
		}
		finally {
			executor.shutdownNow();
		}
		assertThat(breaker.outcomes().refusedCalls()).isEqualTo(40_000);
	}

	@Test
	void aKeyThatWasLetGoRecordsAsItsGroupSaidMeanwhile() {
		CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 1);
		CircuitBreaker kept = group.get("lyon");
		group.get("berlin");
		group.reconfigure(config.toBuilder().recordOutcomes(10).build());
		group.apply(StateCommand.to(State.CLOSED));
		kept.acquire().success(null, 5);
		assertThat(kept.outcomes().calls()).isEqualTo(1);
	}

}
