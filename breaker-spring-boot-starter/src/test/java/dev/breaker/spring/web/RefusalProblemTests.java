package dev.breaker.spring.web;

import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class RefusalProblemTests {

	@Test
	void causesThatGoRoundInACircleAreNoRefusal() {
		RuntimeException outer = new RuntimeException("outer");
		outer.initCause(new RuntimeException(outer));
		assertThat(RefusalProblem.of(outer, "/")).isNull();
	}

	@Test
	void exceptionWhoseCauseCannotBeReadIsNoRefusal() {
		RuntimeException rude = new RuntimeException("outer") {
			@Override
			public synchronized Throwable getCause() {
				throw new AssertionError("no cause for you");
			}
		};
		assertThat(RefusalProblem.of(new RuntimeException(rude), "/")).isNull();
	}

	@Test
	void refusalByAClosedBreakerSaysThatItIsAShare() {
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder()
					.recoveryRampDuration(Duration.ofHours(1))
					.recoveryRampStart(50)
					.nanoClock(() -> 0)
					.build());
		breaker.open();
		breaker.close();
		breaker.acquire().release();
		CallNotPermittedException refusal = catchThrowableOfType(CallNotPermittedException.class, breaker::acquire);
		assertThat(RefusalProblem.of(refusal, "/orders")).isNotNull()
			.extracting(RefusalProblem::json)
			.asString()
			.contains("Circuit breaker 'payments' is CLOSED and refuses a share of the calls; try again in 3600 s");
	}

	@Test
	void refusalIsFoundFarDown() {
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("payments");
		breaker.forceOpen();
		Throwable thrown = catchThrowableOfType(CallNotPermittedException.class, breaker::acquire);
		for (int i = 0; i < 20; i++) {
			thrown = new RuntimeException(thrown);
		}
		assertThat(RefusalProblem.of(thrown, "/orders")).isNotNull()
			.extracting(RefusalProblem::json)
			.asString()
			.contains("\"instance\":\"/orders\"");
	}

}
