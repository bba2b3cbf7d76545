package dev.breaker;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that have ended before a permit was asked for.
 */
class EndedCallTests {

	private final CircuitBreaker breaker = CircuitBreaker.of("ended",
			CircuitBreakerConfig.builder()
				.permittedNumberOfCallsInHalfOpenState(1)
				.ignoreExceptions(IllegalArgumentException.class)
				.build());

	@Test
	void anAdmittedCallIsRecorded() {
		IOException thrown = new IOException();
		assertThat(GuardedCall.ended(this.breaker, false, new CompletionException(thrown))).isSameAs(thrown);
		assertThat(GuardedCall.ended(this.breaker, true, null)).isNull();
		assertThat(GuardedCall.ended(this.breaker, false, new IllegalArgumentException())).isNull();
		assertThat(this.breaker.snapshot().failedCallsTotal()).isOne();
		assertThat(this.breaker.snapshot().successfulCallsTotal()).isOne();
		assertThat(this.breaker.snapshot().ignoredCallsTotal()).isOne();
	}

	@Test
	void oneThatGetsNoPermitCountsAsNothing() {
		this.breaker.forceOpen();
		IOException thrown = new IOException();
		assertThat(GuardedCall.ended(this.breaker, false, thrown)).isSameAs(thrown);
		assertThat(GuardedCall.ended(this.breaker, false, new IllegalArgumentException())).isNull();
		assertThat(GuardedCall.ended(this.breaker, false, new CancellationException())).isNull();
		assertThat(GuardedCall.ended(this.breaker, false, null)).isNull();
		Snapshot snapshot = this.breaker.snapshot();
		assertThat(snapshot.failedCallsTotal() + snapshot.successfulCallsTotal() + snapshot.ignoredCallsTotal()
				+ snapshot.notPermittedCallsTotal())
			.isZero();
	}

	@Test
	void aProbeThatHasEndedDecides() {
		this.breaker.halfOpen();
		assertThat(GuardedCall.ended(this.breaker, false, new CancellationException())).isNull();
		assertThat(this.breaker.state()).isEqualTo(State.HALF_OPEN);
		GuardedCall.ended(this.breaker, false, new IOException());
		assertThat(this.breaker.state()).isEqualTo(State.OPEN);
	}

}
