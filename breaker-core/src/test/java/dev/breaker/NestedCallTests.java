package dev.breaker;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
		kept.outermost().call(() -> present.outermost().call(() -> "pong"));
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

}
