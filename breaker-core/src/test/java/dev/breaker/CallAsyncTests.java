package dev.breaker;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Calls whose result comes later.
 */
@Timeout(30)
class CallAsyncTests {

	private final TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(3)
		.slowCallDurationThreshold(Duration.ofSeconds(2))
		.waitDurationInOpenState(Duration.ofSeconds(10))
		.ignoreExceptions(IllegalArgumentException.class));

	private final CompletableFuture<String> source = new CompletableFuture<>();

	@Test
	void anAsynchronousCallIsRecordedWhenItCompletesNotWhenItReturns() {
		CompletableFuture<String> answer = start();
		assertThat(answer).isNotDone();
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
		this.source.complete("done");
		assertThat(answer).isCompletedWithValue("done");
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
		assertThat(this.test.heard.news()).containsExactly("success");
	}

	@Test
	void aStageThatIsDoneAlreadyIsRecordedAtOnce() {
		assertThat(this.test.breaker.callAsync(() -> CompletableFuture.completedFuture("done")))
			.isCompletedWithValue("done");
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	static Stream<Throwable> failures() {
		return Stream.of(new IllegalStateException(), new IOException(), new OutOfMemoryError("not really"),
				new StackOverflowError(), new AssertionError(), new NoClassDefFoundError(),
				new CompletionException("no cause", null), new CompletionException(new IOException()));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whateverAStageFailsWithIsRecordedAndLeaksNoPermit(Throwable thrown) throws Exception {
		this.test.in(State.HALF_OPEN);
		CompletableFuture<String> answer = start();
		this.source.completeExceptionally(thrown);
		assertThat(failureOf(answer)).isSameAs(thrown);
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whatIsThrownBeforeThereIsAStageIsRecorded(Throwable thrown) {
		this.test.in(State.HALF_OPEN);
		Throwable caught = catchThrowable(() -> this.test.breaker.callAsync(() -> {
			throw Sneaky.unchecked(thrown);
		}));
		assertThat(caught).isSameAs(thrown);
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	/** As the JDK asks for it, when it wraps an exception. */
	private static final class WithoutText extends IllegalStateException {

		@Override
		public String toString() {
			throw new UnsupportedOperationException("no text");
		}

	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aFailureWhoseTextThrowsHasItsFallbackAndKeepsNobodyWaiting(boolean limited) {
		if (limited) {
			this.test.breaker
				.reconfigure(this.test.breaker.config().toBuilder().timeLimit(Duration.ofHours(1)).build());
		}
		WithoutText thrown = new WithoutText();
		assertThat(this.test.breaker.callAsync(() -> CompletableFuture.failedFuture(thrown),
				(ex) -> CompletableFuture.completedFuture(ex == thrown)))
			.isCompletedWithValue(true);
		List<Throwable> heard = new ArrayList<>();
		this.source.handle((result, failed) -> heard.add(failed));
		CompletionStage<String> answer = start();
		answer.handle((result, failed) -> heard.add(failed));
		this.source.completeExceptionally(thrown);
		assertThat(heard.size()).isEqualTo(2);
		assertThat(heard.get(0)).isSameAs(thrown);
		assertThat(heard.get(1)).isSameAs(thrown);
		assertThat(this.test.breaker.callAsync(() -> CompletableFuture.failedFuture(new IOException()),
				(ex) -> CompletableFuture.failedFuture(thrown)))
			.isCompletedExceptionally();
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(3);
	}

	@Test
	void theFailureOfAnEarlierStageIsSeenThroughItsWrapper() {
		CompletionStage<String> answer = this.test.breaker.callAsync(() -> this.source.thenApply((text) -> text + "!"));
		this.source.completeExceptionally(new IllegalArgumentException());
		assertThat(answer).isCompletedExceptionally();
		assertThat(this.test.snapshot().ignoredCallsTotal()).isEqualTo(1);
		assertThat(this.test.heard.news()).containsExactly("ignored IllegalArgumentException");
	}

	@Test
	void theCallIsRecordedBeforeTheCallerHears() {
		List<Long> recorded = new ArrayList<>();
		CompletableFuture<String> answer = start();
		answer.thenAccept((result) -> recorded.add(this.test.snapshot().successfulCallsTotal()));
		this.source.complete("done");
		assertThat(recorded).containsExactly(1L);
	}

	@Test
	void theTimeUntilCompletionIsMeasured() {
		start();
		this.test.advance(Duration.ofSeconds(3));
		this.source.complete("slow");
		assertThat(this.test.snapshot().slowCalls()).isEqualTo(1);
		assertThat(this.test.heard.durations()).containsExactly(Duration.ofSeconds(3).toNanos());
	}

	@Test
	void aRefusalComesAsAFailedStage() {
		this.test.in(State.OPEN);
		CompletionStage<String> answer = this.test.breaker.callAsync(() -> {
			throw new AssertionError("the work ran");
		});
		assertThat(answer).isCompletedExceptionally();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> answer.toCompletableFuture().get())
			.withCauseInstanceOf(CallNotPermittedException.class);
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isEqualTo(1);
		assertThat(this.test.heard.count("refused")).isEqualTo(1);
	}

	@Test
	void cancellingTheAnswerCancelsTheCallAndCountsAsNothing() {
		this.test.in(State.HALF_OPEN);
		CompletableFuture<String> answer = start();
		assertThat(this.test.admits()).isFalse();
		assertThat(answer.cancel(true)).isTrue();
		assertThat(this.source).isCancelled();
		assertThat(answer).isCancelled();
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
		assertThat(this.test.admits()).as("the place is free").isTrue();
		assertThat(this.test.heard.news()).doesNotContain("success", "failure CancellationException");
	}

	@Test
	void aSlowCallThatItsCallerGivesUpCountsAsSlow() {
		List<Consumer<CompletableFuture<String>>> ways = List.of((answer) -> answer.cancel(true),
				(answer) -> answer.complete("instead"));
		for (Consumer<CompletableFuture<String>> givingUp : ways) {
			this.test.breaker.reset();
			CompletableFuture<String> answer = this.test.breaker.callAsync(() -> new CompletableFuture<String>())
				.toCompletableFuture();
			this.test.advance(Duration.ofSeconds(3));
			givingUp.accept(answer);
			assertThat(this.test.snapshot().slowCallsTotal()).isOne();
			assertThat(this.test.snapshot().successfulCallsTotal()).isOne();
		}
	}

	@Test
	void timeoutsOfCallersThatCancelOpenABreakerOfSlowCalls() {
		TestBreaker test = TestBreaker.with((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(2))
			.minimumNumberOfCalls(3)
			.withoutFailureRateThreshold());
		for (int i = 0; i < 3; i++) {
			CompletableFuture<String> answer = test.breaker.callAsync(() -> new CompletableFuture<String>())
				.toCompletableFuture();
			test.advance(Duration.ofSeconds(3));
			answer.cancel(true);
		}
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void cancellingTheCallItselfCountsAsNothing() {
		this.test.in(State.HALF_OPEN);
		CompletableFuture<String> answer = start();
		this.source.cancel(true);
		assertThat(failureOf(answer)).isInstanceOf(CancellationException.class);
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
		assertThat(this.test.admits()).isTrue();
	}

	@Test
	void cancellingAnAnswerThatIsThereChangesNothing() {
		CompletableFuture<String> answer = start();
		this.source.complete("done");
		assertThat(answer.cancel(true)).isFalse();
		assertThat(answer).isCompletedWithValue("done");
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	@Test
	void cancellingTwiceSaysThatItIsCancelled() {
		CompletableFuture<String> answer = start();
		assertThat(answer.cancel(false)).isTrue();
		assertThat(answer.cancel(false)).isTrue();
	}

	@Test
	void aCallThatCannotBeCancelledGoesOnAloneAndCountsAsNothing() {
		this.test.in(State.HALF_OPEN);
		CompletionStage<String> stubborn = new Stubborn(this.source).minimal();
		CompletableFuture<String> answer = this.test.breaker.callAsync(() -> stubborn).toCompletableFuture();
		answer.cancel(true);
		this.source.completeExceptionally(new IllegalStateException());
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
		assertThat(this.test.snapshot().failedCallsTotal()).isZero();
	}

	@Nested
	class EndedFromOutside {

		@Test
		void aTimeoutOfTheCallerIsAFailureAndCancelsTheCall() {
			CompletableFuture<String> answer = start().orTimeout(1, TimeUnit.MILLISECONDS);
			await().untilAsserted(() -> assertThat(answer).isCompletedExceptionally());
			assertThat(catchThrowable(answer::join)).hasCauseInstanceOf(TimeoutException.class);
			await().untilAsserted(() -> assertThat(test().snapshot().failedCalls()).isEqualTo(1));
			await().untilAsserted(() -> assertThat(source()).isCancelled());
			assertThat(test().heard.changes()).isEmpty();
		}

		@Test
		void timeoutsOfCallersOpen() {
			for (int i = 0; i < 3; i++) {
				begin().completeExceptionally(new TimeoutException());
			}
			assertThat(test().state()).isEqualTo(State.OPEN);
		}

		@Test
		void aTimeoutWhileHalfOpenGivesThePlaceBack() {
			test().in(State.HALF_OPEN);
			start().completeExceptionally(new TimeoutException());
			assertThat(test().state()).isEqualTo(State.OPEN);
		}

		@Test
		void anExceptionIsJudgedByTheRules() {
			TestBreaker ignoring = TestBreaker.with((config) -> config.ignoreExceptions(TimeoutException.class));
			CompletableFuture<String> answer = ignoring.breaker.callAsync(CompletableFuture<String>::new)
				.toCompletableFuture();
			assertThat(answer.completeExceptionally(new TimeoutException())).isTrue();
			assertThat(answer.completeExceptionally(new TimeoutException())).isFalse();
			assertThat(ignoring.snapshot().ignoredCallsTotal()).isEqualTo(1);
			assertThat(ignoring.snapshot().failedCallsTotal()).isZero();
		}

		@Test
		void aValueGivesThePermitBackAndCancelsTheCall() {
			test().in(State.HALF_OPEN);
			CompletableFuture<String> answer = start();
			assertThat(test().admits()).isFalse();
			assertThat(answer.complete("instead")).isTrue();
			assertThat(answer).isCompletedWithValue("instead");
			assertThat(source()).isCancelled();
			assertThat(test().admits()).isTrue();
			assertThat(test().snapshot().successfulCallsTotal()).isZero();
		}

		@Test
		void aValueOfLastResortGivesThePermitBack() {
			test().in(State.HALF_OPEN);
			CompletableFuture<String> answer = start().completeOnTimeout("instead", 1, TimeUnit.MILLISECONDS);
			await().untilAsserted(() -> assertThat(answer).isCompletedWithValue("instead"));
			await().untilAsserted(() -> assertThat(source()).isCancelled());
			assertThat(test().admits()).isTrue();
		}

		@Test
		void aValueComputedElsewhereGivesThePermitBack() {
			test().in(State.HALF_OPEN);
			CompletableFuture<String> answer = start().completeAsync(() -> "instead", Runnable::run);
			assertThat(answer).isCompletedWithValue("instead");
			assertThat(source()).isCancelled();
			assertThat(test().admits()).isTrue();
			CompletableFuture<String> later = begin().completeAsync(() -> "on another thread");
			await().untilAsserted(() -> assertThat(later).isCompletedWithValue("on another thread"));
			assertThat(test().admits()).isTrue();

			begin().completeAsync(() -> {
				throw new IllegalStateException();
			}, Runnable::run);
			assertThat(test().state()).isEqualTo(State.OPEN);
		}

		@Test
		void anObtrudedValueGivesThePermitBack() {
			test().in(State.HALF_OPEN);
			start().obtrudeValue("instead");
			assertThat(test().admits()).isTrue();
			begin().obtrudeException(new IllegalStateException());
			assertThat(test().state()).isEqualTo(State.OPEN);
		}

		@Test
		void whatComesAfterwardsChangesNothing() {
			CompletableFuture<String> source = new CompletableFuture<>() {
				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					return false;
				}
			};
			CompletableFuture<String> answer = test().breaker.callAsync(() -> source).toCompletableFuture();
			answer.completeExceptionally(new TimeoutException());
			source.complete("late");
			assertThat(answer).isCompletedExceptionally();
			assertThat(test().snapshot().successfulCallsTotal()).isZero();
			assertThat(test().snapshot().failedCallsTotal()).isEqualTo(1);
		}

		@Test
		void aCancellationReachesTheFallbackThatItFindsAtItsStart() {
			CompletableFuture<String> call = new CompletableFuture<>();
			CompletableFuture<String> fallback = new CompletableFuture<>();
			List<CompletableFuture<String>> answers = new ArrayList<>();
			answers.add(test().breaker.callAsync(() -> call, (thrown) -> {
				answers.get(0).cancel(true);
				return fallback;
			}).toCompletableFuture());
			call.completeExceptionally(new IOException("no route"));
			assertThat(answers.get(0)).isCancelled();
			assertThat(fallback).isCancelled();
		}

		@Test
		void aValueThatIsComputedTooLateIsNotTaken() {
			List<Runnable> tasks = new ArrayList<>();
			CompletableFuture<String> answer = begin().completeAsync(() -> "late", tasks::add);
			assertThat(answer.complete("early")).isTrue();
			assertThat(answer.complete("again")).isFalse();
			tasks.forEach(Runnable::run);
			assertThat(answer).isCompletedWithValue("early");
		}

		@Test
		void aCancellationReachesTheFallbackThatIsUnderWay() {
			CompletableFuture<String> instead = new CompletableFuture<>();
			CompletableFuture<String> answer = test().breaker.callAsync(() -> source(), (thrown) -> instead)
				.toCompletableFuture();
			source().completeExceptionally(new IllegalStateException());
			assertThat(answer).isNotDone();
			assertThat(answer.cancel(true)).isTrue();
			assertThat(instead).isCancelled();
			assertThat(test().snapshot().failedCallsTotal()).isEqualTo(1);
		}

		@Test
		void aTimeoutReachesTheFallbackThatIsUnderWay() {
			CompletableFuture<String> instead = new CompletableFuture<>();
			CompletableFuture<String> answer = test().breaker.callAsync(() -> source(), (thrown) -> instead)
				.toCompletableFuture();
			source().completeExceptionally(new IllegalStateException());
			answer.completeExceptionally(new TimeoutException());
			assertThat(instead).isCancelled();
			assertThat(test().snapshot().failedCallsTotal()).isEqualTo(1);
		}

		@Test
		void noFallbackRunsForACallThatTheCallerEnded() {
			CompletableFuture<String> answer = test().breaker
				.callAsync(() -> source(), (thrown) -> CompletableFuture.completedFuture("fallback"))
				.toCompletableFuture();
			answer.completeExceptionally(new TimeoutException());
			assertThat(catchThrowable(answer::join)).hasCauseInstanceOf(TimeoutException.class);
		}

		@Test
		void cancellingTwiceCancelsTheCallOnce() {
			AtomicInteger cancellations = new AtomicInteger();
			CompletableFuture<String> source = new CompletableFuture<>() {
				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					cancellations.incrementAndGet();
					return super.cancel(mayInterruptIfRunning);
				}
			};
			CompletableFuture<String> answer = test().breaker.callAsync(() -> source).toCompletableFuture();
			assertThat(answer.cancel(true)).isTrue();
			assertThat(answer.cancel(true)).isTrue();
			assertThat(cancellations).hasValue(1);
		}

		@Test
		void aValueFreesThePlaceOfACallThatCannotBeCancelled() {
			test().in(State.HALF_OPEN);
			CompletableFuture<String> answer = test().breaker.callAsync(() -> source().minimalCompletionStage())
				.toCompletableFuture();
			assertThat(answer.complete("instead")).isTrue();
			assertThat(source()).isNotDone();
			assertThat(test().admits()).as("the place is free").isTrue();
		}

		@Test
		void noValueIsComputedForAnAnswerThatIsThere() {
			CompletableFuture<String> answer = start();
			source().complete("done");
			AtomicInteger computed = new AtomicInteger();
			answer.completeAsync(() -> "late " + computed.incrementAndGet(), Runnable::run);
			assertThat(computed).hasValue(0);
			assertThat(answer).isCompletedWithValue("done");
		}

		@Test
		void anObtrudedValueReplacesTheAnswer() {
			CompletableFuture<String> answer = start();
			source().complete("done");
			answer.obtrudeValue("instead");
			assertThat(answer).isCompletedWithValue("instead");
			IllegalStateException thrown = new IllegalStateException();
			answer.obtrudeException(thrown);
			assertThat(failureOf(answer)).isSameAs(thrown);
			assertThat(test().snapshot().successfulCallsTotal()).isEqualTo(1);
			assertThat(test().snapshot().failedCallsTotal()).isZero();
		}

		@Test
		void whoComesAfterAListenerCompletesNothing() {
			List<CompletableFuture<String>> answers = new ArrayList<>();
			test().breaker.addListener(new CircuitBreakerListener() {
				@Override
				public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
					answers.get(0).complete("first");
				}
			});
			answers.add(start());
			assertThat(answers.get(0).completeExceptionally(new TimeoutException())).isFalse();
			assertThat(answers.get(0)).isCompletedWithValue("first");
		}

		@ParameterizedTest
		@ValueSource(booleans = { false, true })
		void whoComesAfterAListenerOfALostProbeEndsNothing(boolean cancels) {
			List<CompletableFuture<String>> answers = new ArrayList<>();
			test().in(State.HALF_OPEN);
			test().breaker.addListener(new CircuitBreakerListener() {
				@Override
				public void onStateChange(CircuitBreaker breaker, StateChange change) {
					answers.get(0).complete("first");
				}
			});
			answers.add(start());
			test().advance(Duration.ofMinutes(1));
			CompletableFuture<String> answer = answers.get(0);
			assertThat(cancels ? answer.cancel(true) : answer.complete("second")).isFalse();
			assertThat(answer).isCompletedWithValue("first");
			assertThat(test().snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_LOST);
		}

		/** Another call, with a source of its own. */
		private CompletableFuture<String> begin() {
			return test().breaker.callAsync(CompletableFuture<String>::new).toCompletableFuture();
		}

		private TestBreaker test() {
			return CallAsyncTests.this.test;
		}

		private CompletableFuture<String> source() {
			return CallAsyncTests.this.source;
		}

	}

	@Test
	void noStageOfAFallbackIsToldClearly() {
		CompletableFuture<String> answer = this.test.breaker.callAsync(() -> this.source, (thrown) -> null)
			.toCompletableFuture();
		this.source.completeExceptionally(new IllegalStateException());
		assertThat(catchThrowable(answer::join)).hasMessageContaining("The fallback returned no stage");
		this.test.in(State.FORCED_OPEN);
		assertThat(catchThrowable(() -> this.test.breaker.callAsync(() -> this.source, (thrown) -> null)))
			.hasMessage("The fallback returned no stage");
	}

	@Test
	void noStageIsAFailureThatIsToldClearly() {
		this.test.in(State.HALF_OPEN);
		Throwable caught = catchThrowable(() -> this.test.breaker.callAsync(() -> null));
		assertThat(caught).isInstanceOf(NullPointerException.class).hasMessageContaining("stage");
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aStageOfNullIsASuccess() {
		CompletableFuture<String> answer = start();
		this.source.complete(null);
		assertThat(answer).isCompletedWithValue(null);
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	@Test
	void aLateStageCountsInItsOwnPeriod() {
		CompletableFuture<String> answer = start();
		this.test.breaker.open();
		this.test.breaker.close();
		this.source.completeExceptionally(new IllegalStateException());
		assertThat(answer).isCompletedExceptionally();
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void aStageThatNeverCompletesIsALostProbe() {
		this.test.in(State.HALF_OPEN);
		start();
		this.test.advance(Duration.ofSeconds(60));
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_LOST);
	}

	@Test
	void anAnswerFromAnotherThreadIsRecorded() throws Exception {
		CompletionStage<String> answer = this.test.breaker.callAsync(() -> CompletableFuture.supplyAsync(() -> "done"));
		assertThat(answer.toCompletableFuture().get(10, TimeUnit.SECONDS)).isEqualTo("done");
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	@Test
	void aBadResultIsAFailureAndReachesTheCaller() {
		TestBreaker strict = TestBreaker.with((config) -> config.recordResult("bad"::equals));
		assertThat(strict.breaker.callAsync(() -> CompletableFuture.completedFuture("bad")))
			.isCompletedWithValue("bad");
		assertThat(strict.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	private CompletableFuture<String> start() {
		return this.test.breaker.callAsync(() -> this.source).toCompletableFuture();
	}

	private static Throwable failureOf(CompletableFuture<?> future) {
		Throwable[] failure = new Throwable[1];
		future.whenComplete((result, thrown) -> failure[0] = thrown);
		return failure[0];
	}

	/** A stage that is no future. */
	private record Stubborn(CompletableFuture<String> source) {

		CompletionStage<String> minimal() {
			return (CompletionStage<String>) Proxy.newProxyInstance(getClass().getClassLoader(),
					new Class<?>[] { CompletionStage.class }, (proxy, method, arguments) -> {
						if (method.getName().equals("toCompletableFuture")) {
							throw new UnsupportedOperationException();
						}
						return method.invoke(this.source, arguments);
					});
		}

	}

}
