package dev.breaker;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * DISABLED, METRICS_ONLY and FORCED_OPEN.
 */
class HeldStateTests {

	@Test
	void metricsOnlyCountsEverythingAndNeverOpens() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(2)
				.failureRateThreshold(10)
				.slidingWindowSize(5)
				.slowCallDurationThreshold(Duration.ofSeconds(1))
				.slowCallRateThreshold(10)
				.ignoreExceptions(IllegalArgumentException.class))
			.in(State.METRICS_ONLY);
		test.heard.forget();
		test.succeed(2);
		test.failTaking(Duration.ofSeconds(2));
		test.fail(2);
		test.throwing(new IllegalArgumentException());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.METRICS_ONLY);
		assertThat(snapshot.bufferedCalls()).isEqualTo(5);
		assertThat(snapshot.failedCalls()).isEqualTo(3);
		assertThat(snapshot.slowCalls()).isEqualTo(1);
		assertThat(snapshot.failureRate()).isEqualTo(60f);
		assertThat(snapshot.slowCallRate()).isEqualTo(20f);
		assertThat(snapshot.consecutiveFailures()).isEqualTo(3);
		assertThat(snapshot.successfulCallsTotal()).isEqualTo(2);
		assertThat(snapshot.failedCallsTotal()).isEqualTo(3);
		assertThat(snapshot.slowCallsTotal()).isEqualTo(1);
		assertThat(snapshot.ignoredCallsTotal()).isEqualTo(1);
		assertThat(test.heard.news()).hasSize(6);
		test.fail(100);
		test.advance(Duration.ofDays(1000));
		assertThat(test.state()).isEqualTo(State.METRICS_ONLY);
	}

	@Test
	void disabledAdmitsEverythingAndRecordsItNowhere() {
		TestBreaker test = TestBreaker.simple().in(State.DISABLED);
		test.heard.forget();
		test.succeed(2);
		test.fail(100);
		test.take().failure(new IllegalStateException(), 1);
		test.advance(Duration.ofDays(1000));
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.DISABLED);
		assertThat(snapshot.bufferedCalls()).isZero();
		assertThat(snapshot.failureRate()).isNaN();
		assertThat(snapshot.slowCallRate()).isNaN();
		assertThat(snapshot.consecutiveFailures()).isZero();
		assertThat(snapshot.successfulCallsTotal()).isZero();
		assertThat(snapshot.failedCallsTotal()).isZero();
		assertThat(test.heard.news()).isEmpty();
	}

	@Test
	void disabledShowsNoFiguresOfTheStateBeforeAndLetsNobodyWait() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		assertThat(test.snapshot().failedCalls()).isEqualTo(3);
		test.breaker.disable(Duration.ofHours(1));
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isZero();
		assertThat(snapshot.failedCalls()).isZero();
		assertThat(snapshot.failureRate()).isNaN();
		assertThat(snapshot.consecutiveFailures()).isZero();
		assertThat(snapshot.retryAfter()).isZero();
	}

	@Test
	void whatWasAdmittedWhileDisabledIsNeverRecorded() {
		TestBreaker test = TestBreaker.simple().in(State.DISABLED);
		Permit permit = test.take();
		test.in(State.CLOSED);
		test.heard.forget();
		permit.failure(new IllegalStateException(), 0);
		assertThat(test.snapshot().failedCallsTotal()).isZero();
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(test.heard.news()).isEmpty();
	}

	@Test
	void forcedOpenAdmitsNothingAndCountsTheRefusals() {
		TestBreaker test = TestBreaker.simple().in(State.FORCED_OPEN);
		test.heard.forget();
		for (int i = 0; i < 3; i++) {
			CallNotPermittedException refusal = test.refused();
			assertThat(refusal.state()).isEqualTo(State.FORCED_OPEN);
			assertThat(refusal.retryAfter()).isZero();
		}
		assertThat(test.snapshot().notPermittedCallsTotal()).isEqualTo(3);
		assertThat(test.heard.news()).containsExactly("refused", "refused", "refused");
	}

	@Test
	void leavingMetricsOnlyForClosedDoesNotOpenForOldFailures() {
		TestBreaker test = TestBreaker.simple().in(State.METRICS_ONLY);
		test.fail(100);
		test.breaker.close();
		assertThat(test.snapshot().bufferedCalls()).isZero();
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

}
