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
	void oneInsideOfAnotherCallBelongsToThat() {
		IOException thrown = new IOException();
		this.breaker.outermost().<Throwable, RuntimeException>call(() -> GuardedCall.ended(this.breaker, true, thrown));
		assertThat(this.breaker.snapshot().successfulCallsTotal()).isOne();
		assertThat(this.breaker.snapshot().failedCallsTotal()).isZero();
		GuardedCall.ended(this.breaker, true, thrown);
		this.breaker.outermost()
			.<Throwable, RuntimeException>call(() -> GuardedCall.ended(this.breaker, false, thrown));
		assertThat(this.breaker.snapshot().failedCallsTotal()).isEqualTo(2);
	}

	@Test
	void oneOfAKeyIsUnderWayNoMore() {
		CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("inventory", config, 1);
		GuardedCall.ended(group.get("a"), false, null);
		assertThat(group.get("b").name()).isEqualTo("inventory:b");
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
