package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Guarded calls, with a fallback and without.
 */
class CallTests {

	private final TestBreaker test = TestBreaker
		.with((config) -> config.consecutiveFailureThreshold(3).ignoreExceptions(IllegalArgumentException.class));

	private final CircuitBreaker breaker = this.test.breaker;

	@Test
	void nothingToCatchWhereTheWorkThrowsNothing() {
		String text = this.breaker.call(() -> "done");
		Object wider = this.breaker.<Object, RuntimeException>call(() -> "done");
		this.breaker.run(() -> assertThat(text).isEqualTo("done"));
		assertThat(wider).isEqualTo("done");
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(3);
	}

	@Test
	void theWorksCheckedExceptionIsWhatTheCallerCatches() {
		try {
			this.breaker.run(() -> read("file"));
			throw new AssertionError("nothing was thrown");
		}
		catch (IOException ex) {
			assertThat(ex).hasMessage("file");
		}
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	private static String read(String file) throws IOException {
		throw new IOException(file);
	}

	@Test
	@SuppressWarnings("NullAway")
	void whatIsMissingIsNamedAndNoCall() {
		assertThatNullPointerException()
			.isThrownBy(() -> this.breaker.call((ThrowingSupplier<String, RuntimeException>) null))
			.withMessage("work");
		assertThatNullPointerException().isThrownBy(() -> this.breaker.call(() -> "done", null))
			.withMessage("fallback");
		assertThatNullPointerException().isThrownBy(() -> this.breaker.run(null)).withMessage("work");
		assertThatNullPointerException().isThrownBy(() -> this.breaker.callAsync(null)).withMessage("work");
		assertThatNullPointerException().isThrownBy(() -> this.breaker.addListener(null)).withMessage("listener");
		assertThat(this.test.snapshot().failedCallsTotal()).isZero();
		assertThat(this.test.snapshot().successfulCallsTotal()).isZero();
	}

	@Test
	void whileItIsOpenTheWorkDoesNotRun() {
		this.breaker.open();
		this.test.refused();
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> this.breaker.call(() -> {
			throw new AssertionError("the work ran");
		}));
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isEqualTo(2);
	}

	@Test
	void anErrorThrownByTheWorkIsRecordedAndThrownAsItIs() {
		Error error = new OutOfMemoryError("not really");
		this.test.throwing(error);
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	static Stream<Throwable> whateverCanBeThrown() {
		return Stream.of(new IllegalStateException(), new IOException(), new OutOfMemoryError("not really"),
				new StackOverflowError(), new AssertionError(), new NoClassDefFoundError(), new Throwable(),
				new CompletionException("no cause", null), new ExecutionException("no cause", null));
	}

	@ParameterizedTest
	@MethodSource("whateverCanBeThrown")
	void whateverTheWorkThrowsLeaksNoPermit(Throwable thrown) {
		for (int i = 0; i < 3; i++) {
			this.test.in(State.HALF_OPEN);
			this.test.throwing(thrown);
			assertThat(this.test.state()).isEqualTo(State.OPEN);
			this.test.advance(Duration.ofSeconds(60));
			assertThat(this.test.admits()).isTrue();
		}
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(3);
	}

	@Test
	void theFallbackRunsForFailuresAndRefusals() {
		Throwable thrown = new IllegalStateException();
		assertThat(fallingBack(thrown)).isEqualTo("instead of IllegalStateException");
		this.breaker.open();
		assertThat(fallingBack(thrown)).isEqualTo("instead of CallNotPermittedException");
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
		assertThat(this.test.snapshot().notPermittedCallsTotal()).isEqualTo(1);
	}

	@Test
	void theFallbackDoesNotRunForASuccess() {
		String text = this.breaker.call(() -> "done", (thrown) -> "instead");
		assertThat(text).isEqualTo("done");
	}

	@Test
	void whatCountsAsNothingReachesTheCallerAsItIs() {
		for (Throwable thrown : new Throwable[] { new IllegalArgumentException(), new InterruptedException(),
				new CancellationException() }) {
			assertThat(catchThrowable(() -> fallingBack(thrown))).isSameAs(thrown);
		}
	}

	@Test
	void whatTheFallbackThrowsReachesTheCallerAndIsNotRecorded() {
		IllegalStateException mine = new IllegalStateException("fallback");
		assertThat(catchThrowable(() -> this.breaker.<String, Exception>call(() -> {
			throw new IOException();
		}, (thrown) -> {
			throw mine;
		}))).isSameAs(mine);
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
		assertThat(mine).hasNoSuppressedExceptions();
	}

	private Object fallingBack(Throwable toThrow) {
		return this.breaker.<Object, RuntimeException>call(() -> {
			throw Sneaky.unchecked(toThrow);
		}, (thrown) -> "instead of " + thrown.getClass().getSimpleName());
	}

	@Test
	void anAsynchronousFallbackRunsForFailuresAndRefusals() {
		assertThat(fallingBack(CompletableFuture.failedFuture(new CompletionException(new IOException()))))
			.isCompletedWithValue("instead of IOException");
		assertThat(fallingBack(CompletableFuture.completedFuture("done"))).isCompletedWithValue("done");
		this.breaker.open();
		assertThat(fallingBack(CompletableFuture.completedFuture("done")))
			.isCompletedWithValue("instead of CallNotPermittedException");
	}

	@Test
	void anAsynchronousFallbackRunsForWhatTheWorkItselfThrows() {
		CompletionStage<String> answer = this.breaker.callAsync(() -> {
			throw new IllegalStateException();
		}, (thrown) -> CompletableFuture.completedFuture("instead"));
		assertThat(answer).isCompletedWithValue("instead");
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void anAsynchronousFallbackDoesNotRunForIgnoredExceptions() {
		assertThat(fallingBack(CompletableFuture.failedFuture(new IllegalArgumentException())))
			.isCompletedExceptionally();
		assertThat(fallingBack(CompletableFuture.failedFuture(new CancellationException()))).isCompletedExceptionally();
		Throwable thrown = catchThrowable(() -> this.breaker.callAsync(() -> {
			throw new IllegalArgumentException();
		}, (ignored) -> CompletableFuture.completedFuture("instead")));
		assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
	}

	@Test
	void anAsynchronousFallbackThatFailsReachesTheCaller() {
		IllegalStateException mine = new IllegalStateException("fallback");
		CompletionStage<String> failed = this.breaker.callAsync(() -> CompletableFuture.failedFuture(new IOException()),
				(thrown) -> CompletableFuture.failedFuture(mine));
		assertThat(failed.toCompletableFuture()).failsWithin(Duration.ZERO)
			.withThrowableThat()
			.havingRootCause()
			.isSameAs(mine);
		CompletionStage<String> thrown = this.breaker.callAsync(() -> CompletableFuture.failedFuture(new IOException()),
				(ignored) -> {
					throw mine;
				});
		assertThat(thrown.toCompletableFuture()).failsWithin(Duration.ZERO)
			.withThrowableThat()
			.havingRootCause()
			.isSameAs(mine);
		CompletionStage<String> none = this.breaker.callAsync(() -> CompletableFuture.failedFuture(new IOException()),
				(ignored) -> null);
		assertThat(none).isCompletedExceptionally();
	}

	private CompletionStage<String> fallingBack(CompletableFuture<String> source) {
		return this.breaker.callAsync(() -> source,
				(thrown) -> CompletableFuture.completedFuture("instead of " + thrown.getClass().getSimpleName()));
	}

	@ParameterizedTest
	@CsvSource({ "'', ''", "' ', ' '", "'\t\n', ''" })
	void aBreakerNeedsAName(String name, String shown) {
		assertThatIllegalArgumentException().isThrownBy(() -> CircuitBreaker.ofDefaults(name))
			.withMessage("Invalid name of a circuit breaker ('" + shown + "'): must not be empty");
	}

	@Test
	void aBreakerNeedsANameAndAConfig() {
		assertThatNullPointerException().isThrownBy(() -> CircuitBreaker.ofDefaults(null)).withMessage("name");
		assertThatNullPointerException().isThrownBy(() -> CircuitBreaker.of("payments", null)).withMessage("config");
	}

}
