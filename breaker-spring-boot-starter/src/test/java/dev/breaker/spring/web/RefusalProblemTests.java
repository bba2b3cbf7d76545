package dev.breaker.spring.web;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
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
