package dev.breaker.compatibility.slices;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.test.AutoConfigureCircuitBreakers;
import dev.breaker.test.CircuitBreakers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@DataJpaTest
@ExtendWith(OutputCaptureExtension.class)
@AutoConfigureCircuitBreakers
@Import(Guarded.class)
class DataJpaSliceTests {

	@Test
	void aBeanIsGuarded(@Autowired Guarded bean) {
		Guarded.assertGuards(bean);
	}

	@Test
	void entriesOfHttpThatTheSliceLeavesOutAreNoWarning(CapturedOutput output) {
		assertThat(output).doesNotContain("breaker.http.");
	}

	@Test
	void aRepositoryIsGuarded(@Autowired Orders orders, @Autowired CircuitBreakerRegistry registry) {
		assertThat(orders.countByState("paid")).isZero();
		CircuitBreakers.named(registry, "orders").forceOpen();
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> orders.countByState("paid"));
	}

}
