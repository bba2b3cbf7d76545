package dev.breaker.test;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.OutcomeRule;
import dev.breaker.Reason;
import dev.breaker.SlidingWindowType;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.test.RecordingListener.Outcome;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CircuitBreakersTests {

	private final ManualClock clock = new ManualClock();

	private CircuitBreakerConfig.Builder config() {
		return this.clock.config();
	}

	/** Runs on another thread as soon as this one waits. */
	private static Thread onceWaiting(Runnable task) {
		Thread waiting = Thread.currentThread();
		Thread other = new Thread(() -> {
			while (waiting.getState() != Thread.State.TIMED_WAITING) {
				Thread.onSpinWait();
			}
			task.run();
		});
		other.start();
		return other;
	}

	@Nested
	class LookUp {

		private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config().build());

		@Test
		void knownNameIsFound() {
			CircuitBreaker payments = this.registry.get("payments");
			assertThat(CircuitBreakers.named(this.registry, "payments")).isSameAs(payments);
		}

		@ParameterizedTest
		@ValueSource(strings = { "paymnets", "Payments", "payment", "payments ", "pay" })
		void misspelledNameFailsAndSaysTheNearest(String name) {
			this.registry.get("payments");
			this.registry.get("stock");
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> CircuitBreakers.named(this.registry, name))
				.withMessage("There is no circuit breaker '" + name
						+ "'. Did you mean 'payments'? There are: payments, stock");
			assertThat(this.registry.find(name)).isEmpty();
		}

		@Test
		void emptyRegistryHasNoNearest() {
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.named(this.registry, "payments"))
				.withMessage("There is no circuit breaker 'payments'. There are: none");
		}

		@Test
		void groupIsNoBreaker() {
			this.registry.group("stock", config().build(), 3).get("berlin");
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.named(this.registry, "stock"))
				.withMessageContaining("a group of that name")
				.withMessageContaining("'stock:KEY'")
				.withMessageEndingWith("There are: stock, stock:berlin");
			assertThat(CircuitBreakers.named(this.registry, "stock:berlin")).isClosed();
		}

	}

	@Nested
	class Open {

		private final CircuitBreakerRegistry registry = CircuitBreakerRegistry
			.of(config().waitDurationInOpenState(Duration.ofSeconds(30)).build());

		@Test
		void breakerIsOpenForTheWaitOfItsConfig() {
			CircuitBreaker payments = this.registry.get("payments");
			CircuitBreakers.open(this.registry, "payments");
			assertThat(payments).isOpen();
			CircuitBreakersTests.this.clock.advance(Duration.ofSeconds(30));
			assertThat(payments).isHalfOpen();
		}

		@Test
		void groupIsOpenForAllKeys() {
			CircuitBreakerGroup stock = this.registry.group("stock", config().build(), 3);
			CircuitBreaker berlin = stock.get("berlin");
			CircuitBreakers.open(this.registry, "stock");
			assertThat(berlin).isOpen();
			assertThat(stock.get("lyon")).isOpen();
		}

		@Test
		void keyIsOpenBeforeItsFirstCall() {
			CircuitBreakerGroup stock = this.registry.group("stock", config().build(), 3);
			CircuitBreakers.open(this.registry, "stock:eu:berlin");
			assertThat(stock.get("eu:berlin")).isOpen();
			assertThat(stock.get("lyon")).isClosed();
		}

		@Test
		void aNameThatFitsTwoGroupsFailsAndMakesNone() {
			CircuitBreakerGroup stock = this.registry.group("stock", config().build(), 3);
			CircuitBreakerGroup europe = this.registry.group("stock:eu", config().build(), 3);
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.open(this.registry, "stock:eu:berlin"))
				.withMessageContainingAll("'stock:eu:berlin'", "'eu:berlin' of 'stock' or 'berlin' of 'stock:eu'");
			assertThat(this.registry.all()).isEmpty();
			CircuitBreaker berlin = europe.get("berlin");
			CircuitBreakers.open(this.registry, "stock:eu:berlin");
			assertThat(berlin).isOpen();
			assertThat(stock.size()).isZero();
		}

		@Test
		void aKeyWithoutAPlaceFails() {
			CircuitBreakerGroup stock = this.registry.group("stock", config().build(), 1);
			stock.get("lyon").forceOpen();
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.open(this.registry, "stock:berlin"))
				.withMessageContainingAll("'berlin' has no breaker of its own", "all 1 places of 'stock'");
			assertThat(stock.overflow().orElseThrow()).isClosed();
		}

		@Test
		void misspelledNameFailsAndMakesNone() {
			this.registry.get("payments");
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.open(this.registry, "paymnets"))
				.withMessageContaining("Did you mean 'payments'?");
			assertThat(this.registry.all()).hasSize(1);
		}

	}

	@Nested
	class Reset {

		private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config().build());

		@ParameterizedTest
		@EnumSource
		void everyStateEnds(State state) {
			CircuitBreaker payments = this.registry.get("payments");
			payments.acquire().failure(new IOException(), 0);
			payments.apply(StateCommand.to(state).comment("held"));
			CircuitBreakers.reset(this.registry);
			assertThat(payments).isClosed().hasFailed(0);
			assertThat(payments.snapshot().bufferedCalls()).isZero();
		}

		@Test
		void groupForgetsItsCommand() {
			CircuitBreakerGroup stock = this.registry.group("stock", config().build(), 3);
			CircuitBreaker berlin = stock.get("berlin");
			stock.apply(StateCommand.to(State.FORCED_OPEN));
			CircuitBreakers.reset(this.registry);
			assertThat(berlin).isClosed();
			assertThat(stock.get("lyon")).isClosed();
		}

		@Test
		void initialStateOfTheConfigIsRestored() {
			CircuitBreaker shadow = this.registry.get("shadow", config().initialState(State.METRICS_ONLY).build());
			CircuitBreakerGroup dark = this.registry.group("dark", config().initialState(State.FORCED_OPEN).build(), 3);
			CircuitBreaker key = dark.get("key");
			dark.apply(StateCommand.to(State.CLOSED));
			shadow.close();
			CircuitBreakers.reset(this.registry);
			assertThat(shadow).isMetricsOnly();
			assertThat(key).isForcedOpen();
			assertThat(dark.get("other")).isForcedOpen();
		}

		@Test
		void unusedBreakerDoesNotChangeItsState() {
			CircuitBreaker payments = this.registry.get("payments");
			CircuitBreaker dark = this.registry.get("dark", config().initialState(State.DISABLED).build());
			RecordingListener listener = RecordingListener.of(this.registry);
			dark.disable(Duration.ofMinutes(10));
			CircuitBreakers.reset(this.registry);
			CircuitBreakersTests.this.clock.advance(Duration.ofMinutes(10));
			assertThat(dark).isDisabled();
			assertThat(payments).isClosed();
			assertThat(listener.changes()).isEmpty();
		}

	}

	@Nested
	class Trip {

		private CircuitBreaker breaker(CircuitBreakerConfig.Builder config) {
			return CircuitBreaker.of("payments", config.build());
		}

		@Test
		void rulesOpenTheBreaker() {
			CircuitBreaker breaker = breaker(config().minimumNumberOfCalls(5));
			RecordingListener listener = RecordingListener.of(breaker);
			CircuitBreakers.trip(breaker, new IOException("broken pipe"));
			assertThat(breaker).isOpen().hasFailed(5).hasRefused(0).changedBecauseOf(Reason.FAILURE_RATE);
			assertThat(breaker.snapshot().lastChange().lastFailure()).hasToString("java.io.IOException: broken pipe");
			assertThat(listener.calls()).hasSize(5);
		}

		@Test
		void consecutiveFailuresOpenTheBreaker() {
			CircuitBreaker breaker = breaker(config().consecutiveFailureThreshold(300));
			CircuitBreakers.trip(breaker, new IOException());
			assertThat(breaker).isOpen().hasFailed(300).changedBecauseOf(Reason.CONSECUTIVE_FAILURES);
		}

		@ParameterizedTest
		@CsvSource({ "COUNT_BASED, 50", "COUNT_BASED, 100", "TIME_BASED, 0.5", "TIME_BASED, 50", "TIME_BASED, 99.5" })
		void successesBeforeDelayTheTrip(SlidingWindowType type, float threshold) {
			CircuitBreaker breaker = breaker(config().slidingWindowType(type).failureRateThreshold(threshold));
			for (int i = 0; i < 250; i++) {
				breaker.acquire().success(null, 0);
			}
			CircuitBreakers.trip(breaker, new IOException());
			assertThat(breaker).isOpen().changedBecauseOf(Reason.FAILURE_RATE);
		}

		@Test
		void halfOpenBreakerOpensAgain() {
			CircuitBreaker breaker = breaker(config());
			breaker.halfOpen();
			CircuitBreakers.trip(breaker, new IOException());
			assertThat(breaker).isOpen().changedBecauseOf(Reason.PROBES_FAILED);
		}

		@Test
		void ignoredExceptionIsRefused() {
			CircuitBreaker breaker = breaker(config().ignoreExceptions(IllegalStateException.class));
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.trip(breaker, new IllegalStateException()))
				.withMessageContaining(
						"'payments' cannot be tripped: its rules ignore a " + "java.lang.IllegalStateException")
				.withMessageContaining("ignoreExceptions");
			assertThat(breaker).isClosed();
		}

		@Test
		void exceptionThatIsNotRecordedIsRefused() {
			CircuitBreaker breaker = breaker(config().recordExceptions(IOException.class));
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.trip(breaker, new IllegalStateException()))
				.withMessageContaining("count a java.lang.IllegalStateException as a success")
				.withMessageContaining("recordExceptions");
		}

		@Test
		void interruptIsRefused() {
			CircuitBreaker breaker = breaker(config());
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.trip(breaker, new InterruptedException()))
				.withMessageContaining("a java.lang.InterruptedException counts as nothing");
		}

		@ParameterizedTest
		@EnumSource(names = { "OPEN", "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
		void otherStateIsRefused(State state) {
			CircuitBreaker breaker = breaker(config());
			breaker.apply(StateCommand.to(state));
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.trip(breaker, new IOException()))
				.withMessageContaining("its state is " + state)
				.withMessageContaining("Reset or close it before");
		}

		@Test
		void configWithoutFailureThresholdIsRefused() {
			CircuitBreaker breaker = breaker(
					config().withoutFailureRateThreshold().slowCallDurationThreshold(Duration.ofSeconds(1)));
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.trip(breaker, new IOException()))
				.withMessageContaining("its rules do not open for failures")
				.withMessageContaining("failureRateThreshold")
				.withMessageContaining("open()");
		}

		@Test
		void takenProbesAreRefused() {
			CircuitBreaker breaker = breaker(config().permittedNumberOfCallsInHalfOpenState(1));
			breaker.halfOpen();
			breaker.acquire();
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.trip(breaker, new IOException()))
				.withMessageContaining("State: HALF_OPEN");
		}

	}

	@Nested
	class Await {

		private final CircuitBreaker breaker = CircuitBreaker.of("payments",
				config().ignoreExceptions(IllegalArgumentException.class).build());

		@Test
		void resultsThatCameBeforeCount() {
			this.breaker.acquire().success(null, 0);
			this.breaker.acquire().failure(new IOException(), 0);
			this.breaker.acquire().failure(new IllegalArgumentException(), 0);
			CircuitBreakers.awaitRecorded(this.breaker, 3, Duration.ZERO);
			CircuitBreakers.awaitRecorded(this.breaker, 0, Duration.ZERO);
		}

		@Test
		void resultsOfOtherThreadsAreAwaited() throws Exception {
			CompletableFuture<String> answer = new CompletableFuture<>();
			this.breaker.callAsync(() -> answer);
			this.breaker.callAsync(() -> answer.thenApply((text) -> {
				throw new IllegalArgumentException(text);
			}));
			this.breaker.callAsync(() -> answer.thenApply((text) -> {
				throw new IllegalStateException(text);
			}));
			Thread other = onceWaiting(() -> answer.complete("late"));
			CircuitBreakers.awaitRecorded(this.breaker, 3, Duration.ofSeconds(30));
			assertThat(this.breaker).hasSucceeded(1).hasFailed(1).hasIgnored(1);
			other.join(TimeUnit.SECONDS.toMillis(30));
		}

		@Test
		void missingResultFailsAndSaysWhatThereIs() {
			this.breaker.acquire().success(null, 0);
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.awaitRecorded(this.breaker, 2, Duration.ofMillis(1)))
				.withMessageContaining("'payments' recorded 1 of 2 results within PT0.001S")
				.withMessageContaining("1 succeeded");
		}

		@Test
		void interruptEndsTheWait() {
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> CircuitBreakers.awaitRecorded(this.breaker, 1, Duration.ofMinutes(1)))
				.withMessageContaining("Interrupted");
			assertThat(Thread.interrupted()).isTrue();
		}

	}

	@Nested
	class Recording {

		private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config().minimumNumberOfCalls(1)
			.ignoreExceptions(IllegalArgumentException.class)
			.recordResult("bad"::equals)
			.build());

		@Test
		void anIgnoredResultIsACallToo() {
			CircuitBreaker payments = CircuitBreaker.of("payments",
					config().outcomeRule((result, thrown) -> OutcomeRule.Verdict.IGNORED).build());
			RecordingListener listener = RecordingListener.of(payments);
			payments.call(() -> "not modified");
			assertThat(listener.calls()).singleElement().satisfies((call) -> {
				assertThat(call.outcome()).isEqualTo(Outcome.IGNORED);
				assertThat(call.thrown()).isNull();
			});
		}

		@Test
		void callsAndChangesAreKept() {
			CircuitBreaker payments = this.registry.get("payments");
			RecordingListener listener = RecordingListener.of(payments);
			IllegalArgumentException ignored = new IllegalArgumentException();
			payments.acquire().success("good", 1_000);
			payments.acquire().failure(ignored, 0);
			payments.acquire().success("bad", 0);
			payments.tryAcquire();
			payments.reset();
			assertThat(listener.calls()).extracting(RecordingListener.Call::outcome)
				.containsExactly(Outcome.SUCCESS, Outcome.IGNORED, Outcome.FAILURE, Outcome.NOT_PERMITTED);
			assertThat(listener.calls().get(0).elapsed()).isEqualTo(Duration.ofNanos(1_000));
			assertThat(listener.calls().get(1).thrown()).isSameAs(ignored);
			assertThat(listener.calls().get(2).thrown()).isNull();
			assertThat(listener.changes()).extracting((change) -> change.from() + " " + change.to())
				.containsExactly("CLOSED OPEN", "OPEN CLOSED");
			assertThat(listener.resets()).containsExactly("payments");
			listener.clear();
			assertThat(List.of(listener.calls(), listener.changes(), listener.resets())).allMatch(List::isEmpty);
		}

		@Test
		void breakersOfARegistryAreToldApart() {
			RecordingListener listener = RecordingListener.of(this.registry);
			this.registry.get("stock").acquire().success(null, 0);
			this.registry.get("payments").acquire().failure(new IOException(), 0);
			assertThat(listener.calls("stock")).singleElement()
				.satisfies((call) -> assertThat(call.outcome()).isEqualTo(Outcome.SUCCESS));
			assertThat(listener.changes("stock")).isEmpty();
			assertThat(listener.changes("payments")).singleElement()
				.satisfies((change) -> assertThat(change.to()).isEqualTo(State.OPEN));
		}

		@Test
		void callsOfOtherThreadsAreAwaited() throws Exception {
			CircuitBreaker payments = this.registry.get("payments");
			RecordingListener listener = RecordingListener.of(payments);
			Thread other = onceWaiting(() -> payments.run(() -> {
			}));
			listener.awaitCalls(1, Duration.ofSeconds(30));
			assertThat(payments.snapshot().bufferedCalls()).isOne();
			other.join(TimeUnit.SECONDS.toMillis(30));
		}

		@Test
		void missingCallFails() {
			RecordingListener listener = new RecordingListener();
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> listener.awaitCalls(1, Duration.ofMillis(1)))
				.withMessageStartingWith("Expected 1 calls within PT0.001S, heard 0");
		}

		@Test
		void interruptEndsTheWait() {
			RecordingListener listener = new RecordingListener();
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> listener.awaitCalls(1, Duration.ofMinutes(1)))
				.withMessageContaining("Interrupted");
			assertThat(Thread.interrupted()).isTrue();
		}

		@Test
		void everyThreadIsHeard() throws Exception {
			CircuitBreaker payments = this.registry.get("payments");
			RecordingListener listener = RecordingListener.of(payments);
			Thread[] threads = new Thread[4];
			for (int i = 0; i < threads.length; i++) {
				threads[i] = new Thread(() -> {
					for (int call = 0; call < 500; call++) {
						payments.acquire().success(null, 0);
					}
				});
				threads[i].start();
			}
			listener.awaitCalls(2_000, Duration.ofSeconds(30));
			for (Thread thread : threads) {
				thread.join(TimeUnit.SECONDS.toMillis(30));
			}
			assertThat(listener.calls()).hasSize(2_000);
		}

	}

}
