package dev.breaker.spring.test.docs;

import java.io.IOException;
import java.time.Duration;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.breaker.CircuitBreaker;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.test.CircuitBreakerArchRules;
import dev.breaker.test.CircuitBreakers;
import dev.breaker.test.ManualClock;
import dev.breaker.test.RecordingListener;
import org.junit.jupiter.api.Test;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

class WithoutSpringTests {

	@Test
	void breakerIsTrippedAndRecovers() {
		ManualClock clock = new ManualClock();
		CircuitBreaker payments = CircuitBreaker.of("payments", clock.config().build());
		RecordingListener heard = RecordingListener.of(payments);

		CircuitBreakers.trip(payments, new IOException("connection refused"));
		clock.advance(Duration.ofSeconds(60));

		assertThat(payments).isHalfOpen().hasFailed(20);
		assertThat(heard.changes()).extracting(StateChange::to).containsExactly(State.OPEN, State.HALF_OPEN);
	}

	@Test
	void selfInvocationIsLookedFor() {
		CircuitBreakerArchRules.NO_SELF_INVOCATION
			.check(new ClassFileImporter().importPackages("dev.breaker.spring.test.docs"));
	}

}
