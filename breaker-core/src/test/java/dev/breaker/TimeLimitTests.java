package dev.breaker;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Asynchronous calls that may take so long and no longer. The limit is real time,
 * whatever the clock of the breaker says.
 */
@Timeout(60)
class TimeLimitTests {

	private static final Duration SHORT = Duration.ofMillis(5);

	private static final Duration LONG = Duration.ofHours(1);

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final CompletableFuture<String> source = new CompletableFuture<>();

	private TestBreaker test = limited(SHORT);

	private static TestBreaker limited(Duration limit) {
		return TestBreaker.with((config) -> config.timeLimit(limit)
			.consecutiveFailureThreshold(3)
			.ignoreExceptions(IllegalArgumentException.class));
	}

	@Test
	void aCallThatTakesTooLongFailsAndIsCancelled() {
		CompletableFuture<String> answer = call();
		assertThat(answer).failsWithin(PATIENCE)
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(TimeoutException.class)
			.withMessage("Circuit breaker 'payments': the call did not end within its time limit of PT0.005S");
		assertThat(this.source).isCancelled();
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
		assertThat(this.test.heard.news()).containsExactly("failure TimeoutException");
	}

	@Test
	void itsFallbackIsGivenTheTimeout() {
		CompletionStage<String> answer = this.test.breaker.callAsync(() -> this.source,
				(thrown) -> CompletableFuture.completedFuture("instead of " + thrown.getClass().getSimpleName()));
		assertThat(answer.toCompletableFuture()).succeedsWithin(PATIENCE).isEqualTo("instead of TimeoutException");
		assertThat(this.source).isCancelled();
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void timeoutsOpenTheBreaker() {
		for (int i = 0; i < 3; i++) {
			assertThat(this.test.breaker.callAsync(() -> new CompletableFuture<>()).toCompletableFuture())
				.failsWithin(PATIENCE);
		}
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aProbeThatTakesTooLongHasFailed() {
		this.test.in(State.HALF_OPEN);
		assertThat(call()).failsWithin(PATIENCE);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().lastChange()).extracting(StateChange::reason).isEqualTo(Reason.PROBES_FAILED);
	}

	@Test
	void theRulesJudgeTheTimeout() {
		TestBreaker ignoring = TestBreaker
			.with((config) -> config.timeLimit(SHORT).ignoreExceptions(TimeoutException.class));
		CompletionStage<String> answer = ignoring.breaker.callAsync(() -> this.source,
				(thrown) -> CompletableFuture.completedFuture("instead"));
		assertThat(answer.toCompletableFuture()).failsWithin(PATIENCE)
			.withThrowableThat()
			.withCauseInstanceOf(TimeoutException.class);
		assertThat(this.source).isCancelled();
		assertThat(ignoring.snapshot().ignoredCallsTotal()).isEqualTo(1);
		assertThat(ignoring.snapshot().failedCallsTotal()).isZero();
	}

	@Test
	void aResultThatComesLateCountsAsNothing() {
		CompletableFuture<String> stubborn = new CompletableFuture<>() {

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				return false;
			}

		};
		CompletableFuture<String> answer = this.test.breaker.callAsync(() -> stubborn).toCompletableFuture();
		assertThat(answer).failsWithin(PATIENCE);
		stubborn.complete("late");
		assertThat(answer).isCompletedExceptionally();
		assertThat(this.test.snapshot().successfulCallsTotal()).isZero();
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	static Stream<Consumer<CompletableFuture<String>>> ends() {
		return Stream.of((future) -> future.complete("done"),
				(future) -> future.completeExceptionally(new IllegalArgumentException()),
				(future) -> future.cancel(true));
	}

	@ParameterizedTest
	@MethodSource("ends")
	void noTimerIsLeftWhenTheCallEnds(Consumer<CompletableFuture<String>> end) {
		this.test = limited(LONG);
		WeakReference<Object> result = new WeakReference<>(started((source, answer) -> end.accept(source)));
		WeakReference<Object> other = new WeakReference<>(started((source, answer) -> end.accept(answer)));
		await().atMost(PATIENCE).until(() -> {
			System.gc();
			return result.get() == null && other.get() == null;
		});
		assertThat(this.test.snapshot().failedCallsTotal()).isZero();
	}

	private Object started(End end) {
		CompletableFuture<String> started = new CompletableFuture<>();
		CompletableFuture<String> answer = this.test.breaker.callAsync(() -> started).toCompletableFuture();
		end.of(started, answer);
		assertThat(answer).isDone();
		return answer;
	}

	@Test
	void aFallbackThatTakesItsTimeHoldsUpNoOtherTimeout() {
		CountDownLatch end = new CountDownLatch(1);
		CompletionStage<String> slow = this.test.breaker.callAsync(() -> this.source, (thrown) -> {
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return CompletableFuture.completedFuture("at last");
		});
		await().atMost(PATIENCE).until(() -> this.test.snapshot().failedCallsTotal() == 1);
		assertThat(this.test.breaker.callAsync(() -> new CompletableFuture<>()).toCompletableFuture())
			.failsWithin(PATIENCE);
		assertThat(slow.toCompletableFuture()).isNotDone();
		end.countDown();
		assertThat(slow.toCompletableFuture()).succeedsWithin(PATIENCE).isEqualTo("at last");
	}

	@Test
	void aLimitHoldsWhileTheCommonPoolIsBusy() throws Exception {
		CountDownLatch end = new CountDownLatch(1);
		List<CompletableFuture<Void>> hung = new ArrayList<>();
		try {
			for (int i = 0; i < 2 * ForkJoinPool.getCommonPoolParallelism() + 2; i++) {
				hung.add(CompletableFuture.runAsync(() -> waitFor(end)));
			}
			assertThat(call()).failsWithin(PATIENCE);
			assertThat(this.test.snapshot().failedCallsTotal()).isOne();
			CompletionStage<String> instead = this.test.breaker.callAsync(() -> new CompletableFuture<>(),
					(thrown) -> CompletableFuture.completedFuture("instead"));
			assertThat(instead.toCompletableFuture()).succeedsWithin(PATIENCE).isEqualTo("instead");
			assertThat(hung).noneMatch(CompletableFuture::isDone);
		}
		finally {
			end.countDown();
			CompletableFuture.allOf(hung.toArray(CompletableFuture[]::new)).join();
		}
	}

	private static void waitFor(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void aFallbackThatThrowsEndsTheCall() {
		CompletionStage<String> answer = this.test.breaker.callAsync(() -> this.source, (thrown) -> {
			throw new IllegalStateException("no fallback");
		});
		assertThat(answer.toCompletableFuture()).failsWithin(PATIENCE)
			.withThrowableThat()
			.withMessageContaining("no fallback");
	}

	@Test
	void aDisabledBreakerKeepsTheLimit() {
		this.test.in(State.DISABLED);
		assertThat(call()).failsWithin(PATIENCE);
		assertThat(this.source).isCancelled();
		assertThat(this.test.snapshot().failedCallsTotal()).isZero();
	}

	@Test
	void aPlainCallHasNoLimit() {
		TestBreaker tiny = limited(Duration.ofNanos(1));
		assertThat(tiny.breaker.<String, RuntimeException>call(() -> "value")).isEqualTo("value");
		assertThat(tiny.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	@Test
	void aLimitThatIsChangedHoldsForTheNextCall() {
		this.test = limited(LONG);
		CompletableFuture<String> before = call();
		this.test.breaker.reconfigure(this.test.breaker.config().toBuilder().timeLimit(SHORT).build());
		assertThat(this.test.breaker.callAsync(() -> new CompletableFuture<>()).toCompletableFuture())
			.failsWithin(PATIENCE);
		assertThat(before).isNotDone();
		this.test.breaker.reconfigure(this.test.breaker.config().toBuilder().withoutTimeLimit().build());
		this.source.complete("done");
		assertThat(before).isCompletedWithValue("done");
	}

	@Test
	void whatIsThrownBeforeThereIsAStageIsThrown() {
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.test.breaker.callAsync(() -> {
			throw new IllegalStateException();
		}));
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void aCallWhoseStartTakesTooLongHasFailed() {
		this.test = limited(Duration.ofNanos(1));
		CompletionStage<String> late = this.test.breaker
			.callAsync(() -> takingTime(CompletableFuture.completedFuture("late")));
		assertThat(late.toCompletableFuture()).failsWithin(PATIENCE)
			.withThrowableThat()
			.withCauseInstanceOf(TimeoutException.class);
		CompletionStage<String> failed = this.test.breaker
			.callAsync(() -> takingTime(CompletableFuture.failedFuture(new IllegalStateException())));
		assertThat(failed.toCompletableFuture()).failsWithin(PATIENCE)
			.withThrowableThat()
			.withCauseInstanceOf(IllegalStateException.class);
		assertThat(this.test.heard.news()).containsExactly("failure TimeoutException", "failure IllegalStateException");
	}

	@Test
	void aFallbackUnderWayIsNotCutOff() {
		CompletableFuture<String> instead = new CompletableFuture<>();
		CompletionStage<String> answer = this.test.breaker
			.callAsync(() -> CompletableFuture.failedFuture(new IllegalStateException()), (thrown) -> instead);
		// Its time is over later.
		assertThat(this.test.breaker.callAsync(() -> new CompletableFuture<>()).toCompletableFuture())
			.failsWithin(PATIENCE);
		assertThat(instead).isNotDone();
		instead.complete("instead");
		assertThat(answer.toCompletableFuture()).isCompletedWithValue("instead");
	}

	@Test
	void aLimitOfCenturiesIsNotOver() {
		TestBreaker endless = limited(Duration.ofSeconds(Long.MAX_VALUE));
		CompletionStage<String> answer = endless.breaker.callAsync(() -> takingTime(this.source));
		assertThat(this.test.breaker.callAsync(() -> new CompletableFuture<>()).toCompletableFuture())
			.failsWithin(PATIENCE);
		assertThat(answer.toCompletableFuture()).isNotDone();
	}

	private static <T> T takingTime(T result) {
		long begin = System.nanoTime();
		while (System.nanoTime() == begin) {
			Thread.onSpinWait();
		}
		return result;
	}

	@Test
	void aMonoThatTakesTooLongFailsAndIsCancelled() {
		CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
		Mono<String> mono = Mono.<String>never()
			.doOnCancel(() -> cancelled.complete(true))
			.transform(CircuitBreakerOperator.of(this.test.breaker));
		assertThat(mono.toFuture()).failsWithin(PATIENCE)
			.withThrowableThat()
			.withCauseInstanceOf(TimeoutException.class);
		assertThat(cancelled).isCompletedWithValue(true);
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
		assertThat(this.test.heard.news()).containsExactly("failure TimeoutException");
	}

	@Test
	void aMonoThatTakesTooLongHasItsFallback() {
		Mono<String> mono = Mono.<String>never()
			.transform(CircuitBreakerOperator.of(this.test.breaker,
					(thrown) -> Mono.just("instead of " + thrown.getClass().getSimpleName())));
		assertThat(mono.toFuture()).succeedsWithin(PATIENCE).isEqualTo("instead of TimeoutException");
		assertThat(mono.toFuture()).succeedsWithin(PATIENCE);
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(2);
	}

	@Test
	void aFluxThatStopsHalfwayFails() {
		// Long enough for what comes at once
		this.test = limited(Duration.ofMillis(300));
		List<Integer> seen = new CopyOnWriteArrayList<>();
		Flux<Integer> flux = Flux.concat(Flux.just(1, 2), Flux.<Integer>never())
			.transform(CircuitBreakerOperator.of(this.test.breaker))
			.doOnNext(seen::add);
		assertThat(flux.then().toFuture()).failsWithin(PATIENCE)
			.withThrowableThat()
			.withCauseInstanceOf(TimeoutException.class);
		assertThat(seen).containsExactly(1, 2);
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void aSlowSubscriberOfAFluxIsNoFailure() {
		VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
		try {
			Sinks.Many<Integer> sink = Sinks.many().unicast().onBackpressureBuffer();
			StepVerifier.create(guarded(sink.asFlux()), 0)
				.expectSubscription()
				.then(() -> time.advanceTimeBy(LONG))
				.thenRequest(1)
				.then(() -> sink.tryEmitNext(1))
				.expectNext(1)
				.then(() -> time.advanceTimeBy(LONG))
				.thenRequest(2)
				.then(() -> time.advanceTimeBy(SHORT.minusNanos(1)))
				.then(() -> sink.tryEmitNext(2))
				.expectNext(2)
				.then(() -> time.advanceTimeBy(SHORT.minusNanos(1)))
				.then(() -> assertThat(this.test.snapshot().failedCallsTotal()).isZero())
				.then(() -> time.advanceTimeBy(Duration.ofNanos(1)))
				.verifyErrorSatisfies((thrown) -> assertThat(thrown).isInstanceOf(TimeoutException.class)
					.hasMessage("The next element did not come within the time limit of PT0.005S"));
		}
		finally {
			VirtualTimeScheduler.reset();
		}
		assertThat(this.test.snapshot().failedCallsTotal()).isOne();
	}

	@Test
	void theTimeOfAFluxBeginsWithARequest() {
		VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
		try {
			StepVerifier.create(guarded(Flux.never()), 0)
				.expectSubscription()
				.then(() -> time.advanceTimeBy(LONG))
				.thenRequest(1)
				.then(() -> time.advanceTimeBy(SHORT.minusNanos(1)))
				.then(() -> assertThat(this.test.snapshot().failedCallsTotal()).isZero())
				.then(() -> time.advanceTimeBy(Duration.ofNanos(1)))
				.verifyError(TimeoutException.class);
		}
		finally {
			VirtualTimeScheduler.reset();
		}
	}

	@Test
	void aFluxThatIsAskedForAllMustGoOn() {
		VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
		try {
			Sinks.Many<Integer> sink = Sinks.many().unicast().onBackpressureBuffer();
			StepVerifier.create(guarded(sink.asFlux()))
				.then(() -> sink.tryEmitNext(1))
				.expectNext(1)
				.then(() -> time.advanceTimeBy(SHORT))
				.verifyError(TimeoutException.class);
		}
		finally {
			VirtualTimeScheduler.reset();
		}
	}

	private Flux<Integer> guarded(Flux<Integer> flux) {
		return flux.transform(CircuitBreakerOperator.of(this.test.breaker));
	}

	@Test
	void aLimitOfCenturiesHasNoEffect() {
		this.test = limited(Duration.ofSeconds(Long.MAX_VALUE));
		assertThat(Mono.just("value").transform(CircuitBreakerOperator.of(this.test.breaker)).block())
			.isEqualTo("value");
		assertThat(guarded(Flux.just(1, 2)).collectList().block()).containsExactly(1, 2);
		this.source.complete("value");
		assertThat(call()).isCompletedWithValue("value");
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(3);
	}

	@Test
	void aPublisherThatEndsInTimeIsNotTouched() {
		this.test = limited(LONG);
		assertThat(Mono.just("value").transform(CircuitBreakerOperator.of(this.test.breaker)).block())
			.isEqualTo("value");
		assertThat(Flux.just(1, 2).transform(CircuitBreakerOperator.of(this.test.breaker)).collectList().block())
			.containsExactly(1, 2);
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(2);
	}

	private CompletableFuture<String> call() {
		return this.test.breaker.callAsync(() -> this.source).toCompletableFuture();
	}

	private interface End {

		void of(CompletableFuture<String> source, CompletableFuture<String> answer);

	}

}
