package dev.breaker;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a refusal tells.
 */
class CallNotPermittedExceptionTests {

	@Test
	void theRefusalTellsWhyAndWhenAProbeMayPass() {
		TestBreaker test = TestBreaker.simple();
		test.fail(2);
		test.throwing(new UncheckedIOException(new IOException("secret of another request")));
		test.advance(Duration.ofMillis(2500));
		CallNotPermittedException refusal = test.refused();
		assertThat(refusal.circuitBreakerName()).isEqualTo("payments");
		assertThat(refusal.state()).isEqualTo(State.OPEN);
		assertThat(refusal.retryAfter()).isEqualTo(Duration.ofMillis(7500));
		assertThat(refusal).hasMessageContaining("'payments'")
			.hasMessageContaining("OPEN")
			.hasMessageContaining("CONSECUTIVE_FAILURES")
			.hasMessageContaining("java.io.UncheckedIOException")
			.hasMessageContaining("a probe may pass in 7.5")
			.hasMessageNotContaining("secret");
	}

	@Test
	void theRefusalHasNoStackTraceAndNoCause() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		CallNotPermittedException refusal = test.refused();
		assertThat(refusal.getStackTrace()).isEmpty();
		assertThat(refusal).hasNoCause().hasNoSuppressedExceptions();
		refusal.fillInStackTrace();
		refusal.addSuppressed(new IllegalStateException());
		assertThat(refusal.getStackTrace()).isEmpty();
		assertThat(refusal).hasNoSuppressedExceptions();
	}

	@Test
	void acquireRefusesAsCallDoes() {
		TestBreaker test = TestBreaker.simple().in(State.OPEN);
		try {
			test.breaker.acquire();
			throw new AssertionError("was admitted");
		}
		catch (CallNotPermittedException ex) {
			assertThat(ex.retryAfter()).isEqualTo(Duration.ofSeconds(10));
			assertThat(ex).hasMessageContaining("COMMAND");
		}
		assertThat(test.snapshot().notPermittedCallsTotal()).isEqualTo(1);
	}

	@Test
	void aHalfOpenBreakerWithoutAFreePlaceKnowsNoTime() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.advance(Duration.ofSeconds(10));
		test.take();
		CallNotPermittedException refusal = test.refused();
		assertThat(refusal.state()).isEqualTo(State.HALF_OPEN);
		assertThat(refusal.retryAfter()).isZero();
		assertThat(refusal).hasMessageContaining("HALF_OPEN")
			.hasMessageContaining("WAIT_ELAPSED")
			.hasMessageContaining("java.lang.IllegalStateException");
	}

	@Test
	void aForcedOpenBreakerSaysThatItIsHeld() {
		CallNotPermittedException refusal = TestBreaker.simple().in(State.FORCED_OPEN).refused();
		assertThat(refusal.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(refusal.retryAfter()).isZero();
		assertThat(refusal).hasMessageContaining("FORCED_OPEN")
			.hasMessageContaining("COMMAND")
			.hasMessageContaining("another command")
			.hasMessageNotContaining("last failure");
	}

	@Test
	void aHoldThatEndsSaysWhenCallsMayPass() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.forceOpen(Duration.ofMillis(1500));
		assertThat(test.refused()).hasMessageContaining("FORCED_OPEN").hasMessageContaining("calls may pass in 1.5");
	}

	@Test
	void aBreakerThatWasBornOpenHasNoReason() {
		TestBreaker test = TestBreaker.with((config) -> config.initialState(State.OPEN));
		CallNotPermittedException refusal = test.refused();
		assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(60));
		assertThat(refusal).hasMessageContaining("OPEN").hasMessageNotContaining("null");
	}

	@Test
	void theLastFailureIsForgottenWithTheRecovery() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		test.breaker.open();
		assertThat(test.refused()).hasMessageNotContaining("IllegalStateException");
		assertThat(test.snapshot().lastChange().lastFailure()).isNull();
	}

	@Test
	void theLastFailureOutlivesFailedProbes() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.advance(Duration.ofSeconds(10));
		test.throwing(new UnsupportedOperationException());
		assertThat(test.refused()).hasMessageContaining("UnsupportedOperationException")
			.hasMessageContaining("PROBES_FAILED");
	}

	@Test
	void theMessageIsTheSameInEveryLocale() {
		Locale before = Locale.getDefault();
		try {
			Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
			TestBreaker test = TestBreaker.simple().in(State.OPEN);
			test.advance(Duration.ofMillis(2500));
			assertThat(test.refused()).hasMessageContaining("7.5");
		}
		finally {
			Locale.setDefault(before);
		}
	}

	@Test
	void aHugeWaitIsToldToo() {
		TestBreaker test = TestBreaker
			.with((config) -> config.waitDurationInOpenState(Duration.ofSeconds(Long.MAX_VALUE)))
			.in(State.OPEN);
		CallNotPermittedException refusal = test.refused();
		assertThat(refusal.retryAfter()).isGreaterThan(Duration.ofDays(36_500));
		assertThat(refusal.getMessage()).isNotBlank();
	}

	@Test
	void itSurvivesSerialization() throws Exception {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		CallNotPermittedException refusal = test.refused();
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(refusal);
		}
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			CallNotPermittedException read = (CallNotPermittedException) in.readObject();
			assertThat(read).hasMessage(refusal.getMessage());
			assertThat(read.retryAfter()).isEqualTo(refusal.retryAfter());
		}
	}

	@Test
	void whyAClosedBreakerRefusedSurvivesSerialization() throws Exception {
		TestBreaker test = TestBreaker.with((config) -> config.recoveryRampDuration(Duration.ofSeconds(10)));
		test.breaker.open();
		test.breaker.close();
		test.succeed();
		CallNotPermittedException refusal = test.refused();
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
			out.writeObject(refusal);
		}
		try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
			assertThat((CallNotPermittedException) in.readObject()).hasMessage(refusal.getMessage())
				.hasMessageContaining("during its recovery ramp");
		}
	}

	@ParameterizedTest
	@CsvSource({ "OPEN, 0, a probe may pass now", "OPEN, 1500, a probe may pass in 1.500 s",
			"FORCED_OPEN, 1500, calls may pass in 1.500 s", "FORCED_OPEN, 0, held until another command",
			"HALF_OPEN, 0, all probes are under way", "CLOSED, 0, try again" })
	void theMessageEndsWithWhatComesNext(State state, long millis, String outlook) {
		assertThat(
				new CallNotPermittedException("payments", state, Duration.ofMillis(millis).toNanos(), null, null, null))
			.hasMessageEndingWith("; " + outlook);
	}

}
