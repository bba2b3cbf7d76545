package dev.breaker.test;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.StateCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

class CircuitBreakerAssertTests {

	private final ManualClock clock = new ManualClock();

	private final CircuitBreaker breaker = CircuitBreaker.of("payments",
			this.clock.config()
				.minimumNumberOfCalls(2)
				.slidingWindowSize(4)
				.slowCallDurationThreshold(Duration.ofSeconds(1))
				.ignoreExceptions(IllegalArgumentException.class)
				.build());

	@Test
	void callsThatWouldHaveBeenRefusedAreCounted() {
		this.breaker.reconfigure(this.breaker.config().toBuilder().enforce(false).build());
		this.breaker.open();
		this.breaker.run(() -> {
		});
		assertThat(this.breaker).wouldHaveRefused(1).hasRefused(0).hasSucceeded(1);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(this.breaker).wouldHaveRefused(2))
			.withMessageContaining("to have 2 calls that would have been refused, and not 1")
			.withMessageContaining("0 refused, 0 slow, 1 would be refused");
	}

	@ParameterizedTest
	@EnumSource
	void everyStateHasItsAssertion(State state) {
		this.breaker.apply(StateCommand.to(state));
		for (State expected : State.values()) {
			Throwable failure = catchThrowable(() -> stateAssertion(expected).accept(assertThat(this.breaker)));
			if (expected == state) {
				org.assertj.core.api.Assertions.assertThat(failure).isNull();
				assertThat(this.breaker).hasState(expected);
			}
			else {
				org.assertj.core.api.Assertions.assertThat(failure)
					.isInstanceOf(AssertionError.class)
					.hasMessageContaining("Expected circuit breaker 'payments' to be " + expected)
					.hasMessageContaining("State: " + state);
			}
		}
	}

	private static Consumer<CircuitBreakerAssert> stateAssertion(State state) {
		return switch (state) {
			case CLOSED -> CircuitBreakerAssert::isClosed;
			case OPEN -> CircuitBreakerAssert::isOpen;
			case HALF_OPEN -> CircuitBreakerAssert::isHalfOpen;
			case FORCED_OPEN -> CircuitBreakerAssert::isForcedOpen;
			case DISABLED -> CircuitBreakerAssert::isDisabled;
			case METRICS_ONLY -> CircuitBreakerAssert::isMetricsOnly;
		};
	}

	@Test
	void totalsAreCounted() {
		success(Duration.ZERO);
		success(Duration.ofSeconds(2));
		success(Duration.ZERO);
		failure(new IllegalArgumentException());
		failure(new IOException("broken pipe"));
		failure(new IOException("broken pipe"));
		this.breaker.tryAcquire();
		this.breaker.tryAcquire();
		assertThat(this.breaker).isOpen()
			.hasSucceeded(3)
			.hasFailed(2)
			.hasIgnored(1)
			.hasSlow(1)
			.hasRefused(2)
			.changedBecauseOf(Reason.FAILURE_RATE);
		this.breaker.reset();
		assertThat(this.breaker).isClosed().hasSucceeded(0).hasFailed(0).hasIgnored(0).hasSlow(0).hasRefused(0);
	}

	static Stream<Arguments> wrongTotals() {
		return Stream.of(
				Arguments.of((Consumer<CircuitBreakerAssert>) (it) -> it.hasSucceeded(7),
						"7 successful calls, and not 1"),
				Arguments.of((Consumer<CircuitBreakerAssert>) (it) -> it.hasFailed(0), "0 failed calls, and not 1"),
				Arguments.of((Consumer<CircuitBreakerAssert>) (it) -> it.hasIgnored(2), "2 ignored calls, and not 0"),
				Arguments.of((Consumer<CircuitBreakerAssert>) (it) -> it.hasSlow(3), "3 slow calls, and not 0"),
				Arguments.of((Consumer<CircuitBreakerAssert>) (it) -> it.hasRefused(2), "2 refused calls, and not 1"),
				Arguments.of((Consumer<CircuitBreakerAssert>) (it) -> it.changedBecauseOf(Reason.COMMAND),
						"to have changed its state because of COMMAND"));
	}

	@ParameterizedTest
	@MethodSource("wrongTotals")
	void wrongTotalSaysWhatThereIs(Consumer<CircuitBreakerAssert> assertion, String expected) {
		success(Duration.ZERO);
		failure(new IOException("broken pipe"));
		this.breaker.tryAcquire();
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertion.accept(assertThat(this.breaker)))
			.withMessageContainingAll("circuit breaker 'payments'", expected);
	}

	@Test
	void failureTellsTheWholeStory() {
		success(Duration.ZERO);
		this.clock.advance(Duration.ofSeconds(5));
		failure(new IOException("broken pipe"));
		this.breaker.tryAcquire();
		this.clock.advance(Duration.ofSeconds(20));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(this.breaker).isClosed())
			.withMessage("""
					Expected circuit breaker 'payments' to be CLOSED.
					  State: OPEN since 2026-01-01T00:00:05Z, a call may pass in PT40S
					  Last change: CLOSED to OPEN because of FAILURE_RATE at 2026-01-01T00:00:05Z, \
					last failure java.io.IOException: broken pipe
					  Calls in all: 1 succeeded, 1 failed, 0 ignored, 1 refused, 0 slow
					  Window: 2 calls, 1 failed (50.0 %), 0 slow (0.0 %), 1 failures in a row, \
					0 more calls until it is evaluated
					""");
	}

	@Test
	void newBreakerHasNoStory() {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(this.breaker).isOpen())
			.withMessageContainingAll("Last change: none", "Window: empty, 2 more calls");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.breaker).changedBecauseOf(Reason.COMMAND))
			.withMessageContaining("Last change: none");
	}

	@Test
	void shareOfTheCallsThatIsAdmittedIsShown() {
		CircuitBreaker ramping = CircuitBreaker.of("payments",
				this.clock.config().recoveryRampDuration(Duration.ofSeconds(40)).build());
		ramping.open();
		ramping.close();
		this.clock.advance(Duration.ofSeconds(1));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(ramping).isOpen())
			.withMessageContaining("State: CLOSED since 2026-01-01T00:00:00Z, admits 12.3 % of calls");
	}

	@Test
	void operatorsCommentIsShown() {
		this.breaker.apply(StateCommand.to(State.FORCED_OPEN).comment("100 % broken"));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(this.breaker).isClosed())
			.withMessageContaining("because of COMMAND")
			.withMessageContaining("comment \"100 % broken\"");
	}

	@Test
	void descriptionOfTheTestIsShown() {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.breaker).as("after the outage").isOpen())
			.withMessageStartingWith("[after the outage] Expected circuit breaker 'payments' to be OPEN");
	}

	@Test
	void noBreakerIsNoState() {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(null).isClosed())
			.withMessageContaining("not to be null");
	}

	private void success(Duration elapsed) {
		this.breaker.acquire().success(null, elapsed.toNanos());
	}

	private void failure(Throwable thrown) {
		this.breaker.acquire().failure(thrown, 0);
	}

}
