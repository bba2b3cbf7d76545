package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Calls inside a call of the same breaker.
 */
@Timeout(30)
class NestedCallTests {

	private final TestBreaker test = TestBreaker
		.with((config) -> config.consecutiveFailureThreshold(2).waitDurationInOpenState(Duration.ofSeconds(10)));

	private final CircuitBreaker breaker = this.test.breaker;

	@Nested
	class HalfOpen {

		@Test
		void nestedCallsCloseIt() {
			recoverable();
			assertThat(breaker().<String, RuntimeException>call(() -> breaker().call(() -> "pong"))).isEqualTo("pong");
			assertThat(breaker().state()).isEqualTo(State.CLOSED);
			assertThat(test().snapshot().successfulCallsTotal()).isEqualTo(1);
		}

		@Test
		void theOutermostDecides() {
			recoverable();
			String answer = breaker().call(() -> breaker().call(() -> {
				throw new IllegalStateException();
			}, (thrown) -> "fallback"));
			assertThat(answer).isEqualTo("fallback");
			assertThat(breaker().state()).isEqualTo(State.CLOSED);
			assertThat(test().snapshot().failedCallsTotal()).isEqualTo(2);
		}

		@Test
		void aFailureInsideThatGoesThroughIsOne() {
			recoverable();
			Throwable thrown = catchThrowable(() -> breaker().run(() -> breaker().run(() -> {
				throw new IllegalStateException();
			})));
			assertThat(thrown).isInstanceOf(IllegalStateException.class);
			assertThat(breaker().state()).isEqualTo(State.OPEN);
			assertThat(test().snapshot().failedCallsTotal()).isEqualTo(3);
		}

		@Test
		void anyDepthNeedsOnePlace() {
			recoverable();
			assertThat(depth(10)).isEqualTo("pong");
			assertThat(breaker().state()).isEqualTo(State.CLOSED);
		}

		private String depth(int calls) {
			return breaker().call(() -> (calls == 1) ? "pong" : depth(calls - 1));
		}

		@Test
		void permitsAndStagesInsideNeedNoPlace() {
			recoverable();
			breaker().run(() -> {
				Permit permit = breaker().tryAcquire();
				assertThat(permit).isNotNull();
				permit.failure(new IllegalStateException(), 0);
				assertThat(breaker().callAsync(() -> CompletableFuture.failedFuture(new IllegalStateException())))
					.isCompletedExceptionally();
			});
			assertThat(breaker().state()).isEqualTo(State.CLOSED);
		}

		@Test
		void callsInsideTheStartOfAStageNeedNoPlace() {
			recoverable();
			CompletableFuture<String> later = new CompletableFuture<>();
			CompletableFuture<String> answer = breaker().callAsync(() -> {
				breaker().run(() -> {
				});
				return later;
			}).toCompletableFuture();
			assertThat(test().admits()).as("the thread has left the call").isFalse();
			later.complete("pong");
			assertThat(answer).isCompletedWithValue("pong");
			assertThat(breaker().state()).isEqualTo(State.CLOSED);
		}

		@Test
		void permitsByHandAreCallsOfTheirOwn() {
			recoverable();
			Permit permit = test().take();
			assertThat(breaker().tryAcquire()).isNull();
			assertThat(catchThrowable(() -> breaker().call(() -> "pong")))
				.isInstanceOf(CallNotPermittedException.class);
			permit.release();
		}

		@Test
		void anotherThreadIsACallOfItsOwn() throws Exception {
			recoverable();
			ExecutorService executor = Executors.newSingleThreadExecutor();
			try {
				Throwable thrown = catchThrowable(
						() -> breaker().run(() -> executor.submit(() -> breaker().call(() -> "pong")).get()));
				assertThat(thrown).hasCauseInstanceOf(CallNotPermittedException.class);
			}
			finally {
				executor.shutdownNow();
				assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
			}
			assertThat(breaker().state()).isEqualTo(State.HALF_OPEN);
			assertThat(test().admits()).isTrue();
		}

		@Test
		void aCallAfterTheProbeIsNotInsideOfIt() {
			TestBreaker three = TestBreaker.with((config) -> config.permittedNumberOfCallsInHalfOpenState(2));
			three.in(State.HALF_OPEN);
			three.succeed();
			three.succeed();
			assertThat(three.state()).isEqualTo(State.CLOSED);
			assertThat(three.snapshot().successfulCallsTotal()).isEqualTo(2);
		}

		@Test
		void probesThatAllCountAsNothingAreLoggedOnce() {
			recoverable();
			try (LogCapture log = new LogCapture()) {
				for (int i = 0; i < 8; i++) {
					catchThrowable(() -> breaker().run(() -> {
						throw new InterruptedException();
					}));
					test().advance(Duration.ofSeconds(30));
				}
				assertThat(log.troubleOf(breaker())).singleElement()
					.asString()
					.contains("HALF_OPEN", "PT1M", "counts as nothing");
			}
		}

	}

	@Nested
	class Closed {

		@Test
		void callsNestedByHandAreRecordedEach() {
			breaker().run(() -> breaker().run(() -> {
			}));
			assertThat(test().snapshot().successfulCallsTotal()).isEqualTo(2);
		}

		@Test
		void theOutermostIsRecordedOnce() {
			fail(() -> guarded(() -> {
				throw new IllegalStateException();
			}));
			assertThat(test().snapshot().failedCallsTotal()).isEqualTo(1);
			assertThat(test().snapshot().failedCalls()).isEqualTo(1);
			assertThat(test().heard.news()).containsExactly("failure IllegalStateException");
		}

		@Test
		void theFallbackInsideRuns() {
			String answer = guarded(() -> breaker().outermost().call(() -> {
				throw new IllegalStateException();
			}, (thrown) -> "fallback"));
			assertThat(answer).isEqualTo("fallback");
			assertThat(test().snapshot().failedCallsTotal()).isZero();
			assertThat(test().snapshot().successfulCallsTotal()).isEqualTo(1);
		}

		@Test
		void stagesInsideAreRecordedOnce() {
			CompletableFuture<String> answer = breaker().outermost()
				.callAsync(() -> breaker().outermost().callAsync(() -> CompletableFuture.completedFuture("pong")))
				.toCompletableFuture();
			assertThat(answer).isCompletedWithValue("pong");
			assertThat(test().snapshot().successfulCallsTotal()).isEqualTo(1);
		}

		@Test
		void aCallAfterAnotherIsNotInsideOfIt() {
			guarded(() -> "one");
			fail(() -> {
				throw new IllegalStateException();
			});
			guarded(() -> "three");
			assertThat(test().snapshot().bufferedCalls()).isEqualTo(3);
		}

		@Test
		void aFallbackIsNotInsideOfItsCall() {
			String answer = breaker().outermost().call(() -> {
				throw new IllegalStateException();
			}, (thrown) -> guarded(() -> "fallback"));
			assertThat(answer).isEqualTo("fallback");
			assertThat(test().snapshot().failedCallsTotal()).isEqualTo(1);
			assertThat(test().snapshot().successfulCallsTotal()).isEqualTo(1);
		}

		@Test
		void whatOpensMeanwhileRefusesInside() {
			Throwable thrown = catchThrowable(() -> guarded(() -> {
				breaker().forceOpen();
				return guarded(() -> "pong");
			}));
			assertThat(thrown).isInstanceOf(CallNotPermittedException.class);
		}

		@Test
		void itClosesAgainWhenTheOtherSideIsWell() {
			for (int i = 0; i < 2; i++) {
				fail(() -> guarded(() -> {
					throw new IllegalStateException();
				}));
			}
			assertThat(breaker().state()).isEqualTo(State.OPEN);
			test().advance(Duration.ofSeconds(10));
			assertThat(guarded(() -> guarded(() -> "pong"))).isEqualTo("pong");
			assertThat(breaker().state()).isEqualTo(State.CLOSED);
		}

		private String guarded(ThrowingSupplier<String, RuntimeException> work) {
			return breaker().outermost().call(work);
		}

		private void fail(ThrowingSupplier<String, RuntimeException> work) {
			assertThat(catchThrowable(() -> guarded(work))).isInstanceOf(IllegalStateException.class);
		}

	}

	@Test
	void aReferenceThatWasKeptIsTheSameBreaker() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		CircuitBreakerGroup group = registry.group("g", CircuitBreakerConfig.ofDefaults(), 10);
		CircuitBreaker kept = group.get("k");
		registry.remove("g:k");
		CircuitBreaker present = group.get("k");
		assertThat(kept.outermost().<String, RuntimeException>call(() -> present.outermost().call(() -> "pong")))
			.isEqualTo("pong");
		present.outermost().call(() -> kept.outermost().call(() -> "pong"));
		assertThat(present.snapshot().successfulCallsTotal()).isEqualTo(2);
		CompletableFuture<String> answer = kept.outermost()
			.callAsync(() -> present.outermost().callAsync(() -> CompletableFuture.completedFuture("pong")))
			.toCompletableFuture();
		assertThat(answer).isCompletedWithValue("pong");
		assertThat(present.snapshot().successfulCallsTotal()).isEqualTo(3);
	}

	@Test
	void insideOfAnOlderCallItNeedsNoPlace() {
		String answer = this.breaker.outermost().call(() -> {
			this.breaker.halfOpen();
			Permit only = this.test.take();
			String pong = this.breaker.outermost().call(() -> "pong");
			only.release();
			return pong;
		});
		assertThat(answer).isEqualTo("pong");
		assertThat(this.breaker.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	private CircuitBreaker breaker() {
		return this.breaker;
	}

	private TestBreaker test() {
		return this.test;
	}

	private void recoverable() {
		this.test.fail(2);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		this.test.advance(Duration.ofSeconds(10));
	}

	@Test
	void aStageThatFailsHasItsFallbackAndCountsOnce() {
		CompletableFuture<String> answer = this.breaker.outermost()
			.callAsync(() -> CompletableFuture.<String>failedFuture(new IllegalStateException()),
					(thrown) -> CompletableFuture.completedFuture("fallback"))
			.toCompletableFuture();
		assertThat(answer).isCompletedWithValue("fallback");
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	/**
	 * More threads at once than there are places for them.
	 */
	@Nested
	class Crowd {

		private static final int GROUPS_OF_THREADS = 8;

		private static final int THREADS_OF_A_GROUP = 6;

		private final CountDownLatch inside = new CountDownLatch(GROUPS_OF_THREADS * THREADS_OF_A_GROUP);

		private final CountDownLatch leave = new CountDownLatch(1);

		private final Queue<Object> answers = new ConcurrentLinkedQueue<>();

		@Test
		void theOutermostOfEachThreadIsRecordedOnce() throws InterruptedException {
			calledBy(() -> breaker().outermost().<String, RuntimeException>call(() -> {
				this.answers.add(nested());
				stay();
				this.answers.add(nested());
				return "outermost";
			}));
		}

		@Test
		void theOutermostStageOfEachThreadIsRecordedOnce() throws InterruptedException {
			calledBy(() -> breaker().outermost().<String>callAsync(() -> {
				this.answers.add(nestedStage());
				stay();
				this.answers.add(nestedStage());
				return CompletableFuture.completedFuture("outermost");
			}).toCompletableFuture().join());
		}

		private String nested() {
			return breaker().outermost().call(() -> "nested");
		}

		private String nestedStage() {
			return breaker().outermost()
				.callAsync(() -> CompletableFuture.completedFuture("nested"))
				.toCompletableFuture()
				.join();
		}

		private void stay() {
			this.inside.countDown();
			try {
				this.leave.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		/** Each thread makes its call twice, the first time all of them at once. */
		private void calledBy(ThrowingSupplier<String, RuntimeException> call) throws InterruptedException {
			List<Thread> threads = crowd(() -> {
				this.answers.add(call.get());
				this.answers.add(call.get());
			});
			int calls = threads.size();
			threads.forEach(Thread::start);
			try {
				this.inside.await();
				assertThat(test().snapshot().successfulCallsTotal()).isZero();
				assertThat(nested()).as("a thread that is inside of no call").isEqualTo("nested");
				assertThat(test().snapshot().successfulCallsTotal()).isEqualTo(1);
			}
			finally {
				this.leave.countDown();
				for (Thread thread : threads) {
					thread.join();
				}
			}
			assertThat(this.answers).filteredOn("outermost"::equals).hasSize(2 * calls);
			assertThat(this.answers).filteredOn("nested"::equals).hasSize(4 * calls);
			assertThat(test().snapshot().successfulCallsTotal()).isEqualTo(1 + 2 * calls);
		}

		/** As many of each group as take all its places, and more. */
		private List<Thread> crowd(Runnable work) {
			List<Thread> crowd = new ArrayList<>();
			int[] ofGroup = new int[GROUPS_OF_THREADS];
			while (crowd.size() < GROUPS_OF_THREADS * THREADS_OF_A_GROUP) {
				Thread thread = new Thread(work);
				if (ofGroup[(int) (thread.getId() % GROUPS_OF_THREADS)]++ < THREADS_OF_A_GROUP) {
					crowd.add(thread);
				}
			}
			return crowd;
		}

	}

	@Test
	void whatIsInsideInMetricsOnlyIsRecordedOnce() {
		this.test.in(State.METRICS_ONLY);
		String answer = this.breaker.outermost()
			.<String, RuntimeException>call(() -> this.breaker.outermost().call(() -> "pong"));
		assertThat(answer).isEqualTo("pong");
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	@Test
	void whatIsInsideAfterAHoldIsRecordedNowhere() {
		this.breaker.disable(Duration.ofSeconds(10));
		String answer = this.breaker.outermost().call(() -> {
			this.test.advance(Duration.ofSeconds(10));
			return this.breaker.outermost().call(() -> "pong");
		});
		assertThat(answer).isEqualTo("pong");
		assertThat(this.breaker.state()).isEqualTo(State.CLOSED);
		assertThat(this.test.snapshot().successfulCallsTotal()).isZero();
	}

	@Test
	void aCallInsideIsNotRecordedWhereAListenerOnlyMeasures() {
		this.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				if (change.to() == State.HALF_OPEN) {
					breaker.metricsOnly();
				}
			}

		});
		OutermostCalls calls = this.breaker.outermost();
		calls.<String, RuntimeException>call(() -> {
			this.breaker.open();
			this.test.advance(Duration.ofSeconds(10));
			return calls.<String, RuntimeException>call(() -> "pong");
		});
		assertThat(this.test.state()).isEqualTo(State.METRICS_ONLY);
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

}
