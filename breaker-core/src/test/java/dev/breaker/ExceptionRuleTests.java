package dev.breaker;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.Nested;
import kotlinx.coroutines.TimeoutCancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * What counts as a failure, as a success, as ignored, and as nothing.
 */
class ExceptionRuleTests {

	private static final UnaryOperator<CircuitBreakerConfig.Builder> NO_RULE = (config) -> config;

	private static final UnaryOperator<CircuitBreakerConfig.Builder> RECORD_IO = (config) -> config
		.recordExceptions(IOException.class);

	private static final UnaryOperator<CircuitBreakerConfig.Builder> RECORD_NOT_FOUND_BY_RULE = (config) -> config
		.recordException(FileNotFoundException.class::isInstance);

	private static final UnaryOperator<CircuitBreakerConfig.Builder> RECORD_EITHER = (config) -> config
		.recordExceptions(IOException.class)
		.recordException(IllegalStateException.class::isInstance);

	private static final UnaryOperator<CircuitBreakerConfig.Builder> IGNORE_NOT_FOUND = (config) -> config
		.ignoreExceptions(FileNotFoundException.class);

	private static final UnaryOperator<CircuitBreakerConfig.Builder> IGNORE_EITHER = (config) -> config
		.ignoreExceptions(FileNotFoundException.class)
		.ignoreException(IllegalStateException.class::isInstance);

	private static final UnaryOperator<CircuitBreakerConfig.Builder> BOTH = (config) -> config
		.recordExceptions(IOException.class, FileNotFoundException.class)
		.recordException((thrown) -> true)
		.ignoreExceptions(FileNotFoundException.class);

	private static final UnaryOperator<CircuitBreakerConfig.Builder> BOTH_BY_RULE = (config) -> config
		.recordExceptions(FileNotFoundException.class)
		.ignoreException(IOException.class::isInstance);

	private static final UnaryOperator<CircuitBreakerConfig.Builder> RESULT_RULE = (config) -> config
		.recordResult((result) -> true);

	private static final UnaryOperator<CircuitBreakerConfig.Builder> RECORD_IO_AND_RESULT = (
			config) -> config.recordExceptions(IOException.class).recordResult((result) -> true);

	/** What a call can count as. */
	enum Counts {

		FAILURE, SUCCESS, IGNORED, NOTHING

	}

	@ParameterizedTest
	@MethodSource
	void theRulesDecideWhatAnExceptionCountsAs(UnaryOperator<CircuitBreakerConfig.Builder> rules, Throwable thrown,
			Counts expected) {
		TestBreaker test = TestBreaker.with(rules);
		test.throwing(thrown);
		assertCounts(test, expected, 1);
		test.take().failure(thrown, 0);
		assertCounts(test, expected, 2);
	}

	static Stream<Arguments> theRulesDecideWhatAnExceptionCountsAs() {
		return Stream.of(arguments(NO_RULE, new RuntimeException(), Counts.FAILURE),
				arguments(NO_RULE, new IOException(), Counts.FAILURE),
				arguments(NO_RULE, new TimeoutException(), Counts.FAILURE),
				arguments(NO_RULE, new SocketTimeoutException(), Counts.FAILURE),
				arguments(NO_RULE, new AssertionError(), Counts.FAILURE),
				arguments(NO_RULE, new OutOfMemoryError("not really"), Counts.FAILURE),
				arguments(NO_RULE, new StackOverflowError(), Counts.FAILURE),
				arguments(NO_RULE, new NoClassDefFoundError(), Counts.FAILURE),
				arguments(NO_RULE, new Throwable(), Counts.FAILURE),
				arguments(RECORD_IO, new IOException(), Counts.FAILURE),
				arguments(RECORD_IO, new FileNotFoundException(), Counts.FAILURE),
				arguments(RECORD_IO, new Exception(), Counts.SUCCESS),
				arguments(RECORD_IO, new RuntimeException(new IOException()), Counts.SUCCESS),
				arguments(RECORD_IO, new OutOfMemoryError("not really"), Counts.SUCCESS),
				arguments(RECORD_NOT_FOUND_BY_RULE, new FileNotFoundException(), Counts.FAILURE),
				arguments(RECORD_NOT_FOUND_BY_RULE, new IOException(), Counts.SUCCESS),
				arguments(RECORD_EITHER, new IOException(), Counts.FAILURE),
				arguments(RECORD_EITHER, new IllegalStateException(), Counts.FAILURE),
				arguments(RECORD_EITHER, new IllegalArgumentException(), Counts.SUCCESS),
				arguments(IGNORE_NOT_FOUND, new FileNotFoundException(), Counts.IGNORED),
				arguments(IGNORE_NOT_FOUND, new IOException(), Counts.FAILURE),
				arguments(IGNORE_EITHER, new FileNotFoundException(), Counts.IGNORED),
				arguments(IGNORE_EITHER, new IllegalStateException(), Counts.IGNORED),
				arguments(IGNORE_EITHER, new RuntimeException(), Counts.FAILURE),
				arguments(BOTH, new FileNotFoundException(), Counts.IGNORED),
				arguments(BOTH, new IOException(), Counts.FAILURE),
				arguments(BOTH_BY_RULE, new FileNotFoundException(), Counts.IGNORED),
				arguments(BOTH_BY_RULE, new RuntimeException(), Counts.SUCCESS),
				arguments(RESULT_RULE, new RuntimeException(), Counts.FAILURE),
				arguments(RECORD_IO_AND_RESULT, new RuntimeException(), Counts.SUCCESS),
				arguments(NO_RULE, new InterruptedException(), Counts.NOTHING),
				arguments(NO_RULE, new CancellationException(), Counts.NOTHING),
				arguments(NO_RULE, new TimeoutCancellationException("withTimeout"), Counts.FAILURE),
				arguments(RECORD_IO, new TimeoutCancellationException("withTimeout"), Counts.SUCCESS),
				arguments(NO_RULE, refusal(), Counts.NOTHING), arguments(RECORD_IO, refusal(), Counts.NOTHING),
				arguments(RECORD_IO, new CancellationException(), Counts.NOTHING));
	}

	@ParameterizedTest
	@EnumSource(Wrapper.class)
	void exceptionsAreNotHiddenByWrappers(Wrapper wrapper) {
		assertThatItCounts(RECORD_IO, wrapper.around(new IOException()), Counts.FAILURE);
		assertThatItCounts(RECORD_IO, wrapper.around(new FileNotFoundException()), Counts.FAILURE);
		assertThatItCounts(RECORD_IO, wrapper.around(new IllegalStateException()), Counts.SUCCESS);
		assertThatItCounts(IGNORE_NOT_FOUND, wrapper.around(new FileNotFoundException()), Counts.IGNORED);
		assertThatItCounts(IGNORE_NOT_FOUND, wrapper.around(new IOException()), Counts.FAILURE);
		assertThatItCounts(BOTH, wrapper.around(new FileNotFoundException()), Counts.IGNORED);
		assertThatItCounts(NO_RULE, wrapper.around(new InterruptedException()), Counts.NOTHING);
		assertThatItCounts(NO_RULE, wrapper.around(new CancellationException()), Counts.NOTHING);
		assertThatItCounts(NO_RULE, wrapper.around(refusal()), Counts.NOTHING);
	}

	@ParameterizedTest
	@EnumSource(Wrapper.class)
	void wrappersInWrappersAreLookedThrough(Wrapper outer) {
		for (Wrapper inner : Wrapper.values()) {
			Throwable nested = outer.around(inner.around(outer.around(new FileNotFoundException())));
			assertThatItCounts(IGNORE_NOT_FOUND, nested, Counts.IGNORED);
			assertThatItCounts(RECORD_NOT_FOUND_BY_RULE, nested, Counts.FAILURE);
		}
	}

	@ParameterizedTest
	@EnumSource(Wrapper.class)
	void aWrapperWithoutACauseStandsForItself(Wrapper wrapper) {
		assertThatItCounts(NO_RULE, wrapper.around(null), Counts.FAILURE);
		assertThatItCounts(RECORD_IO, wrapper.around(null), Counts.SUCCESS);
		assertThatItCounts((config) -> config.ignoreException((thrown) -> wrapper.type.isInstance(thrown)),
				wrapper.around(null), Counts.IGNORED);
	}

	@Test
	void causesThatGoInACircleEnd() {
		Circular one = new Circular();
		Throwable two = new ExecutionException("two", one);
		one.cause = two;
		assertThatItCounts(NO_RULE, one, Counts.FAILURE);
		assertThatItCounts(RECORD_IO, two, Counts.SUCCESS);
		one.cause = one;
		assertThatItCounts(NO_RULE, one, Counts.FAILURE);
		TestBreaker test = TestBreaker.simple();
		test.throwing(one);
		assertThat(test.heard.news()).containsExactly("failure Circular");
	}

	@ParameterizedTest
	@EnumSource(Wrapper.class)
	void rulesAreAskedAboutWhatWasReallyThrown(Wrapper wrapper) {
		List<Throwable> asked = new ArrayList<>();
		TestBreaker test = TestBreaker.with((config) -> config.ignoreException((thrown) -> {
			asked.add(thrown);
			return false;
		}).recordException((thrown) -> {
			asked.add(thrown);
			return true;
		}));
		Throwable real = new IOException();
		test.throwing(wrapper.around(real));
		assertThat(asked).isNotEmpty().allMatch((thrown) -> thrown == real);
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "CLOSED", "HALF_OPEN", "METRICS_ONLY" })
	void classificationIsTheSameInEveryState(State state) {
		TestBreaker test = TestBreaker
			.with((config) -> IGNORE_NOT_FOUND.apply(config)
				.recordExceptions(IOException.class)
				.permittedNumberOfCallsInHalfOpenState(100))
			.in(state);
		test.throwing(new FileNotFoundException());
		test.throwing(new IOException());
		test.throwing(new IllegalStateException());
		test.throwing(new InterruptedException());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isEqualTo(2);
		assertThat(snapshot.failedCalls()).isEqualTo(1);
		assertThat(snapshot.ignoredCallsTotal()).isEqualTo(1);
	}

	@Test
	void anIgnoredCallIsInNoWindowButInItsTotal() {
		TestBreaker test = TestBreaker.with(IGNORE_NOT_FOUND);
		test.throwing(new FileNotFoundException());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isZero();
		assertThat(snapshot.ignoredCallsTotal()).isEqualTo(1);
		assertThat(snapshot.failureRate()).isNaN();
	}

	@Test
	void cancellationIsNeitherSuccessNorFailure() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		test.heard.forget();
		test.throwing(new CancellationException());
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.heard.news()).isEmpty();
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void anInterruptGivesThePermitBackAndReachesTheCaller() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		for (int i = 0; i < 5; i++) {
			test.throwing(new InterruptedException());
		}
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@Test
	void theRefusalOfABreakerFurtherInIsNotThisOnesFailure() {
		TestBreaker inner = TestBreaker.simple().in(State.FORCED_OPEN);
		TestBreaker outer = TestBreaker.simple().in(State.HALF_OPEN);
		for (int i = 0; i < 5; i++) {
			try {
				outer.breaker.run(() -> inner.breaker.run(() -> {
					throw new AssertionError("the work ran");
				}));
			}
			catch (CallNotPermittedException ex) {
				assertThat(ex.state()).isEqualTo(State.FORCED_OPEN);
			}
		}
		assertThat(outer.state()).isEqualTo(State.HALF_OPEN);
		assertThat(outer.snapshot().bufferedCalls()).isZero();
		assertThat(outer.snapshot().notPermittedCallsTotal()).isZero();
		assertThat(inner.snapshot().notPermittedCallsTotal()).isEqualTo(5);
	}

	@Nested
	class NamedByARule {

		static Stream<Throwable> specials() {
			return Stream.of(new InterruptedException(), new ClosedByInterruptException(), new InterruptedIOException(),
					new CancellationException(), refusal());
		}

		@ParameterizedTest
		@MethodSource("specials")
		void aRecordRuleThatNamesItIsObeyed(Throwable special) {
			assertThatItCounts((config) -> config.recordExceptions(special.getClass()), special, Counts.FAILURE);
			assertThatItCounts((config) -> config.recordException((thrown) -> thrown == special), special,
					Counts.FAILURE);
		}

		@ParameterizedTest
		@MethodSource("specials")
		void anIgnoreRuleThatNamesItIsObeyed(Throwable special) {
			assertThatItCounts((config) -> config.ignoreExceptions(special.getClass()), special, Counts.IGNORED);
			assertThatItCounts((config) -> config.ignoreException((thrown) -> thrown == special), special,
					Counts.IGNORED);
			assertThatItCounts(
					(config) -> config.recordExceptions(special.getClass()).ignoreExceptions(special.getClass()),
					special, Counts.IGNORED);
		}

		@ParameterizedTest
		@MethodSource("specials")
		void aRuleForWhatItSharesWithFailuresDoesNotNameIt(Throwable special) {
			assertThatItCounts((config) -> config.recordExceptions(Throwable.class), special, Counts.NOTHING);
			assertThatItCounts((config) -> config.recordExceptions(Exception.class, IOException.class), special,
					Counts.NOTHING);
			assertThatItCounts((config) -> config.recordException((thrown) -> false), special, Counts.NOTHING);
		}

		@Test
		void anInterruptAnywhereInTheCausesCountsAsNothing() {
			Throwable client = new IllegalStateException("client", new IOException("io", new InterruptedException()));
			assertThatItCounts(NO_RULE, client, Counts.NOTHING);
			assertThatItCounts(NO_RULE, new RuntimeException(new ClosedByInterruptException()), Counts.NOTHING);
			assertThatItCounts(NO_RULE, new RuntimeException(new InterruptedIOException()), Counts.NOTHING);
			assertThatItCounts((config) -> config.recordExceptions(IllegalStateException.class), client,
					Counts.NOTHING);
			assertThatItCounts((config) -> config.recordExceptions(InterruptedException.class), client, Counts.FAILURE);
			assertThatItCounts((config) -> config.ignoreExceptions(InterruptedException.class), client, Counts.IGNORED);
		}

		@Test
		void aTimeoutIsNoInterrupt() {
			assertThatItCounts(NO_RULE, new SocketTimeoutException(), Counts.FAILURE);
			assertThatItCounts(NO_RULE, new IllegalStateException(new SocketTimeoutException()), Counts.FAILURE);
		}

	}

	@Test
	void theFallbackRunsForARefusalFurtherIn() {
		TestBreaker test = TestBreaker.simple();
		String answer = test.breaker.call(() -> {
			throw refusal();
		}, (thrown) -> thrown.getClass().getSimpleName());
		assertThat(answer).isEqualTo("CallNotPermittedException");
		assertCounts(test, Counts.NOTHING, 1);
		assertThat(test.breaker.callAsync(() -> CompletableFuture.<String>failedFuture(refusal()),
				(thrown) -> CompletableFuture.completedFuture(thrown.getClass().getSimpleName())))
			.isCompletedWithValue("CallNotPermittedException");
	}

	@Test
	void noFallbackRunsForAnIgnoredRefusal() {
		TestBreaker test = TestBreaker.with((config) -> config.ignoreExceptions(CallNotPermittedException.class));
		CallNotPermittedException refusal = refusal();
		assertThat(catchThrowable(() -> test.breaker.call(() -> {
			throw refusal;
		}, (thrown) -> "fallback"))).isSameAs(refusal);
	}

	@Test
	void aBadResultLeavesNoOlderFailureToBlame() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(2).recordResult("bad"::equals));
		test.fail();
		test.returning("bad");
		assertThat(test.snapshot().lastChange().lastFailure()).isNull();
	}

	@Test
	void exceptionsThatThrowWhenAskedHarmNothing() {
		TestBreaker test = TestBreaker.simple();
		class Hostile extends RuntimeException {

			@Override
			public String getMessage() {
				throw new AssertionError("message");
			}

			@Override
			public synchronized Throwable getCause() {
				throw new AssertionError("cause");
			}

			@Override
			public String toString() {
				throw new AssertionError("text");
			}

		}
		for (int i = 0; i < 3; i++) {
			test.throwing(new Hostile());
		}
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().lastFailure().message()).isNull();
		assertThat(test.refused()).hasMessageContaining("Hostile");
	}

	@Test
	void ofALongMessageItsBeginningIsKept() {
		TestBreaker test = TestBreaker.simple();
		for (int i = 0; i < 3; i++) {
			test.throwing(new IllegalStateException("x".repeat(499) + "\uD83D\uDE00" + "y".repeat(10_000_000)));
		}
		assertThat(test.snapshot().lastChange().lastFailure().message()).isEqualTo("x".repeat(499));
	}

	@Test
	void whatOpenedTheBreakerIsWhatTheCallerGets() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1));
		test.throwing(new CompletionException(new IOException()));
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aResultThatCountsAsFailureReachesTheCaller() {
		TestBreaker test = TestBreaker
			.with((config) -> config.slidingWindowSize(10).recordResult((result) -> result == null));
		test.returning(null);
		test.returning("good");
		assertThat(test.snapshot().failedCalls()).isEqualTo(1);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(2);
		assertThat(test.heard.news()).containsExactly("failure by result", "success");
		test.take().success(null, 0);
		assertThat(test.snapshot().failedCalls()).isEqualTo(2);
		test.breaker.run(() -> {
		});
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(4);
	}

	private static void assertThatItCounts(UnaryOperator<CircuitBreakerConfig.Builder> rules, Throwable thrown,
			Counts expected) {
		TestBreaker test = TestBreaker.with(rules);
		test.throwing(thrown);
		assertCounts(test, expected, 1);
	}

	private static void assertCounts(TestBreaker test, Counts expected, int times) {
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.failedCallsTotal()).as("failures").isEqualTo((expected == Counts.FAILURE) ? times : 0);
		assertThat(snapshot.successfulCallsTotal()).as("successes").isEqualTo((expected == Counts.SUCCESS) ? times : 0);
		assertThat(snapshot.ignoredCallsTotal()).as("ignored").isEqualTo((expected == Counts.IGNORED) ? times : 0);
		boolean recorded = expected == Counts.FAILURE || expected == Counts.SUCCESS;
		assertThat(snapshot.bufferedCalls()).as("recorded").isEqualTo(recorded ? times : 0);
		String news = expected.name().toLowerCase(Locale.ROOT);
		assertThat(test.heard.news()).hasSize((expected == Counts.NOTHING) ? 0 : times)
			.allMatch((text) -> text.startsWith(news));
	}

	private static CallNotPermittedException refusal() {
		return TestBreaker.simple().in(State.OPEN).refused();
	}

	/** Whose cause can be given afterwards. */
	private static final class Circular extends CompletionException {

		private static final long serialVersionUID = 1L;

		private transient Throwable cause;

		@Override
		public synchronized Throwable getCause() {
			return this.cause;
		}

	}

	/** What the JDK wraps exceptions in. */
	enum Wrapper {

		COMPLETION(CompletionException.class) {

			@Override
			Throwable around(Throwable thrown) {
				return new CompletionException("wrapped", thrown);
			}

		},

		EXECUTION(ExecutionException.class) {

			@Override
			Throwable around(Throwable thrown) {
				return new ExecutionException("wrapped", thrown);
			}

		},

		INVOCATION_TARGET(InvocationTargetException.class) {

			@Override
			Throwable around(Throwable thrown) {
				return new InvocationTargetException(thrown);
			}

		},

		UNDECLARED(UndeclaredThrowableException.class) {

			@Override
			Throwable around(Throwable thrown) {
				return new UndeclaredThrowableException(thrown);
			}

		};

		final Class<? extends Throwable> type;

		Wrapper(Class<? extends Throwable> type) {
			this.type = type;
		}

		abstract Throwable around(Throwable thrown);

	}

}
