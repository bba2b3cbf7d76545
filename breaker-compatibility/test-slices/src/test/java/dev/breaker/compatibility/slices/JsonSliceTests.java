package dev.breaker.compatibility.slices;

import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.spring.test.AutoConfigureCircuitBreakers;
import dev.breaker.test.CircuitBreakers;
import dev.breaker.test.ManualClock;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@JsonTest
@ExtendWith(OutputCaptureExtension.class)
@AutoConfigureCircuitBreakers
@Import(Guarded.class)
class JsonSliceTests {

	@Test
	void aBeanIsGuarded(@Autowired Guarded bean) {
		Guarded.assertGuards(bean);
	}

	@Test
	void entriesOfHttpThatTheSliceLeavesOutAreNoWarning(CapturedOutput output) {
		Assertions.assertThat(output).doesNotContain("breaker.http.");
	}

	@Test
	@AutoConfigureCircuitBreakers(open = "payments")
	void aTestBeginsWithAnOpenBreaker(@Autowired Guarded bean, @Autowired ManualClock clock) {
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(bean::call);
		clock.advance(Duration.ofMinutes(1));
		assertThat(CircuitBreakers.named(bean.registry(), "payments")).isHalfOpen();
	}

}
