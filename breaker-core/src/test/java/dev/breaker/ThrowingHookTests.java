package dev.breaker;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Predicates, listeners and clocks of the user's that throw.
 */
class ThrowingHookTests {

	private final LogCapture log = new LogCapture();

	@AfterEach
	void stopCapturing() {
		this.log.close();
	}

	/** What hooks throw. */
	private static Stream<Throwable> troubles() {
		return Stream.of(new IllegalStateException("hook"), new StackOverflowError("hook"), new AssertionError("hook"),
				new InterruptedException("hook"), new Throwable("hook"));
	}

	private static List<UnaryOperator<CircuitBreakerConfig.Builder>> brokenExceptionRules(Throwable trouble) {
		return List.of((config) -> config.recordException((thrown) -> {
			throw Sneaky.unchecked(trouble);
		}), (config) -> config.ignoreException((thrown) -> {
			throw Sneaky.unchecked(trouble);
		}), (config) -> config.recordExceptions(IllegalArgumentException.class).ignoreException((thrown) -> {
			throw Sneaky.unchecked(trouble);
		}));
	}

	static Stream<Arguments> statesAndTroubles() {
		return Stream.of(State.CLOSED, State.HALF_OPEN, State.METRICS_ONLY)
			.flatMap((state) -> troubles().map((trouble) -> arguments(state, trouble)));
	}

	@ParameterizedTest
	@MethodSource("statesAndTroubles")
	void anExceptionRuleThatThrowsMakesTheCallAFailure(State state, Throwable trouble) {
		for (UnaryOperator<CircuitBreakerConfig.Builder> rule : brokenExceptionRules(trouble)) {
			TestBreaker test = TestBreaker
				.with((config) -> rule.apply(config).permittedNumberOfCallsInHalfOpenState(10))
				.in(state);
			test.throwing(new RuntimeException());
			assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
			assertThat(test.snapshot().failedCalls()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@MethodSource("statesAndTroubles")
	void aResultRuleThatThrowsMakesTheCallAFailure(State state, Throwable trouble) {
		TestBreaker test = TestBreaker.with((config) -> config.recordResult((result) -> {
			throw Sneaky.unchecked(trouble);
		}).permittedNumberOfCallsInHalfOpenState(10)).in(state);
		test.succeed();
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(test.snapshot().failedCalls()).isEqualTo(1);
		assertThat(test.heard.news()).contains("failure by result");
	}

	@Test
	void aRuleThatThrowsLeaksNoPlaceOfAProbe() {
		TestBreaker test = TestBreaker.with((config) -> config.permittedNumberOfCallsInHalfOpenState(1)
			.failureRateThreshold(100)
			.waitDurationInOpenState(Duration.ofSeconds(1))
			.recordException((thrown) -> {
				throw new IllegalStateException("hook");
			})
			.recordResult((result) -> {
				throw new IllegalStateException("hook");
			})).in(State.HALF_OPEN);
		for (int i = 0; i < 10; i++) {
			test.fail();
			assertThat(test.state()).isEqualTo(State.OPEN);
			test.advance(Duration.ofSeconds(1));
			test.succeed();
			assertThat(test.state()).isEqualTo(State.OPEN);
			test.advance(Duration.ofSeconds(1));
		}
	}

	@Test
	void aRuleThatThrowsIsLoggedOnceABreaker() {
		for (int round = 0; round < 2; round++) {
			TestBreaker test = TestBreaker.with((config) -> config.recordException((thrown) -> {
				throw new IllegalStateException("hook");
			}).recordResult((result) -> {
				throw new IllegalStateException("hook");
			}));
			for (int i = 0; i < 3; i++) {
				test.fail();
				test.succeed();
			}
			assertThat(this.log.troubleOf(test.breaker)).hasSize(round + 1);
		}
	}

	@Test
	void everyHookThatThrowsIsLogged() {
		TestBreaker exceptionRule = TestBreaker.with((config) -> config.ignoreException((thrown) -> {
			throw new IllegalStateException("hook");
		}));
		exceptionRule.fail();
		assertThat(this.log.troubleOf(exceptionRule.breaker)).hasSize(1);
		TestBreaker resultRule = TestBreaker.with((config) -> config.recordResult((result) -> {
			throw new IllegalStateException("hook");
		}));
		resultRule.succeed();
		assertThat(this.log.troubleOf(resultRule.breaker)).hasSize(2);
		TestBreaker wallClock = TestBreaker.simple();
		wallClock.wall.breakDown(new IllegalStateException("clock"));
		wallClock.breaker.open();
		assertThat(this.log.troubleOf(wallClock.breaker)).hasSize(3);
	}

	@Test
	void aListenerThatThrowsIsLoggedOnceABreaker() {
		CircuitBreakerListener broken = new BrokenListener(new IllegalStateException("hook"));
		for (int round = 0; round < 2; round++) {
			TestBreaker test = TestBreaker.simple();
			test.breaker.addListener(broken);
			test.succeed(3);
			test.fail(3);
			test.breaker.reset();
			assertThat(this.log.troubleOf(test.breaker)).hasSize(round + 1)
				.last()
				.asString()
				.contains("A listener of circuit breaker",
						"failed; its further failures there are not logged: class " + BrokenListener.class.getName());
		}
	}

	@Test
	void eachListenerThatThrowsIsLogged() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.addListener(new BrokenListener(new IllegalStateException("one")));
		test.succeed(2);
		test.breaker.addListener(new BrokenListener(new IllegalStateException("other")));
		test.succeed(2);
		assertThat(this.log.troubleOf(test.breaker)).hasSize(2);
	}

	@Test
	void aListenerThatThrowsIsLoggedOnceForAllKeys() {
		CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
		registry.addListener(new BrokenListener(new IllegalStateException("hook")));
		CircuitBreakerGroup stores = registry.group("stores", config, 2);
		for (String key : List.of("a", "b", "c", "a")) {
			stores.get(key).run(() -> {
			});
		}
		assertThat(this.log.trouble()).singleElement()
			.asString()
			.contains(
					"A listener of circuit breaker 'stores:a' failed; its further failures, for other keys too, are not logged");
	}

	@Test
	void aBrokenNanoClockIsLoggedOnce() {
		TestBreaker test = TestBreaker.simple();
		test.clock.breakDown(new IllegalStateException("clock"));
		test.succeed(3);
		assertThat(this.log.trouble()).singleElement().asString().contains("nanoClock", "stands still");
	}

	@Test
	void timeStandsStillWhileTheNanoClockIsBroken() {
		TestBreaker test = TestBreaker.simple();
		test.advance(Duration.ofSeconds(5));
		test.fail(3);
		test.advance(Duration.ofSeconds(4));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(6));
		test.clock.breakDown(new IllegalStateException("clock"));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(6));
	}

	@ParameterizedTest
	@MethodSource("troubles")
	void whatAListenerThrowsNeverReachesTheCall(Throwable trouble) {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(2)
			.waitDurationInOpenState(Duration.ofSeconds(1))
			.ignoreExceptions(IllegalArgumentException.class));
		test.breaker.removeListener(test.heard);
		test.breaker.addListener(new BrokenListener(trouble));
		test.breaker.addListener(test.heard);
		test.succeed();
		test.throwing(new IllegalArgumentException());
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.refused();
		test.advance(Duration.ofSeconds(1));
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.breaker.forceOpen();
		test.breaker.reset();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.heard.news()).contains("success", "ignored IllegalArgumentException",
				"failure IllegalStateException", "CLOSED -> OPEN, CONSECUTIVE_FAILURES", "refused",
				"OPEN -> HALF_OPEN, WAIT_ELAPSED", "HALF_OPEN -> CLOSED, PROBES_SUCCEEDED",
				"CLOSED -> FORCED_OPEN, COMMAND", "FORCED_OPEN -> CLOSED, COMMAND", "reset");
		assertThat(this.log.troubleOf(test.breaker)).isNotEmpty();
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "CLOSED", "HALF_OPEN", "DISABLED", "METRICS_ONLY" })
	void aBrokenNanoClockHarmsNoCall(State state) {
		TestBreaker test = measuring().in(state);
		for (Throwable trouble : troubles().toList()) {
			test.clock.breakDown(trouble);
			test.succeed();
			test.fail();
			test.throwing(new IllegalArgumentException());
			test.take().release();
			assertThat(test.state()).isEqualTo(state);
			assertThat(test.snapshot().state()).isEqualTo(state);
		}
		test.clock.breakDown(null);
		test.succeed();
		boolean counting = state != State.DISABLED;
		assertThat(test.snapshot().successfulCallsTotal()).isEqualTo(counting ? 6 : 0);
		assertThat(test.snapshot().failedCallsTotal()).isEqualTo(counting ? 5 : 0);
		assertThat(test.snapshot().ignoredCallsTotal()).isEqualTo(counting ? 5 : 0);
	}

	@Test
	void aNanoClockThatBreaksDownWhileACallRunsHarmsNothing() {
		TestBreaker test = measuring();
		String result = test.breaker.call(() -> {
			test.clock.breakDown(new IllegalStateException("clock"));
			return "good";
		});
		assertThat(result).isEqualTo("good");
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(test.snapshot().slowCalls()).isZero();
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "OPEN", "FORCED_OPEN" })
	void aBrokenNanoClockOpensNoDoor(State state) {
		TestBreaker test = measuring().in(state);
		test.clock.breakDown(new IllegalStateException("clock"));
		assertThat(test.refused().state()).isEqualTo(state);
		assertThat(test.breaker.tryAcquire()).isNull();
		assertThat(test.state()).isEqualTo(state);
		assertThat(test.snapshot().state()).isEqualTo(state);
	}

	@Test
	void theWaitGoesOnWhenTheNanoClockIsMended() {
		TestBreaker test = TestBreaker.simple().in(State.OPEN);
		test.clock.breakDown(new IllegalStateException("clock"));
		test.advance(Duration.ofSeconds(10));
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.clock.breakDown(null);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void everyCommandWorksWithBrokenClocks() {
		TestBreaker test = measuring();
		test.clock.breakDown(new IllegalStateException("clock"));
		test.wall.breakDown(new StackOverflowError("clock"));
		for (State state : State.values()) {
			test.in(state);
		}
		test.breaker.open(Duration.ofSeconds(1));
		test.breaker.forceOpen(Duration.ofSeconds(1));
		test.breaker.disable(Duration.ofSeconds(1));
		test.breaker.reconfigure(test.breaker.config());
		test.breaker.reset();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@MethodSource("troubles")
	void aBrokenWallClockHarmsNothingButTheInstantsShown(Throwable trouble) {
		TestBreaker test = TestBreaker.simple();
		test.wall.breakDown(trouble);
		test.fail(3);
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.since()).isNotNull();
		assertThat(snapshot.lastChange().at()).isNotNull();
		assertThat(test.heard.changes()).hasSize(3);
	}

	@Test
	void breakersCanBeMadeWhileTheClocksAreBroken() {
		HandClock nanoClock = new HandClock(-5);
		nanoClock.breakDown(new IllegalStateException("clock"));
		HandWallClock wall = new HandWallClock();
		wall.breakDown(new IllegalStateException("clock"));
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().nanoClock(nanoClock).clock(wall).initialState(State.OPEN).build());
		assertThat(breaker.state()).isEqualTo(State.OPEN);
		nanoClock.breakDown(null);
		assertThat(breaker.state()).isIn(State.OPEN, State.HALF_OPEN);
	}

	/** Reads the clock wherever it can. */
	private static TestBreaker measuring() {
		return TestBreaker.with((config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slowCallDurationThreshold(Duration.ofMillis(1))
			.minimumNumberOfCalls(1000)
			.permittedNumberOfCallsInHalfOpenState(1000)
			.ignoreExceptions(IllegalArgumentException.class));
	}

	/** Throws whatever it hears. */
	private record BrokenListener(Throwable trouble) implements CircuitBreakerListener {

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			throw Sneaky.unchecked(this.trouble);
		}

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			throw Sneaky.unchecked(this.trouble);
		}

		@Override
		public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
			throw Sneaky.unchecked(this.trouble);
		}

		@Override
		public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
			throw Sneaky.unchecked(this.trouble);
		}

		@Override
		public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
			throw Sneaky.unchecked(this.trouble);
		}

		@Override
		public void onNotPermitted(CircuitBreaker breaker) {
			throw Sneaky.unchecked(this.trouble);
		}

		@Override
		public void onReset(CircuitBreaker breaker) {
			throw Sneaky.unchecked(this.trouble);
		}

	}

	@Test
	void aLoggerThatThrowsHarmsNoCall() {
		Logger logger = (Logger) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Logger.class },
				(proxy, method, arguments) -> {
					throw new StackOverflowError("logger");
				});
		assertThatCode(() -> HookFailures.log(logger, "A hook failed", new IllegalStateException()))
			.doesNotThrowAnyException();
	}

	@Test
	void aListenerThatThrowsAtAnyNewsIsLogged() {
		List<CircuitBreakerListener> broken = List.of(new CircuitBreakerListener() {

			@Override
			public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
				throw new IllegalStateException("hook");
			}

		}, new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				throw new IllegalStateException("hook");
			}

		}, new CircuitBreakerListener() {

			@Override
			public void onNotPermitted(CircuitBreaker breaker) {
				throw new IllegalStateException("hook");
			}

		}, new CircuitBreakerListener() {

			@Override
			public void onReset(CircuitBreaker breaker) {
				throw new IllegalStateException("hook");
			}

		});
		for (CircuitBreakerListener listener : broken) {
			TestBreaker test = TestBreaker.simple();
			test.breaker.addListener(listener);
			test.fail(3);
			test.refused();
			test.breaker.reset();
			assertThat(this.log.trouble()).last().asString().contains(listener.getClass().getName());
		}
		assertThat(this.log.trouble()).hasSize(4);
	}

}
