package dev.breaker.spring.signal;

import java.time.Duration;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.Signal;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.spring.CircuitBreakerSignal;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerSignalAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Signals by application events.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignalEventTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerSignalAutoConfiguration.class))
		.withPropertyValues("breaker.instances.payments.wait-duration-in-open-state=10s");

	@Test
	void anEventOpensTheBreakerThatItNames() {
		this.runner.run((context) -> {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			context.publishEvent(CircuitBreakerSignal.of("payments", "backlog", "12,000 messages wait", MINUTE));
			assertThat(payments.state()).isEqualTo(State.OPEN);
			assertThat(payments.snapshot().lastChange()).isNotNull()
				.extracting(StateChange::reason, StateChange::actor, StateChange::comment)
				.containsExactly(Reason.SIGNAL, "backlog", "12,000 messages wait");
			context.publishEvent(CircuitBreakerSignal.clear("payments", "backlog"));
			assertThat(payments.snapshot().signals()).isEmpty();
		});
	}

	@Test
	void anEventIsForAllKeysOfAName() {
		this.runner.run((context) -> {
			CircuitBreakerGroup stores = context.getBean(CircuitBreakerRegistry.class)
				.group("stores", CircuitBreakerConfig.ofDefaults(), 10);
			CircuitBreaker berlin = stores.get("berlin");
			context.publishEvent(CircuitBreakerSignal.of("stores", "backlog", null, MINUTE));
			assertThat(berlin.state()).isEqualTo(State.OPEN);
			assertThat(stores.get("later").snapshot().signals()).extracting(Signal::source).containsExactly("backlog");
			context.publishEvent(CircuitBreakerSignal.clear("stores", "backlog"));
			assertThat(berlin.snapshot().signals()).isEmpty();
		});
	}

	@Test
	void anEventForAnUnknownBreakerMakesNoneAndIsAWarning(CapturedOutput output) {
		this.runner.run((context) -> {
			for (int i = 0; i < 3; i++) {
				context.publishEvent(CircuitBreakerSignal.of("paymenst", "backlog", null, MINUTE));
			}
			assertThat(context.getBean(CircuitBreakerRegistry.class).find("paymenst")).isEmpty();
			assertThat(output).containsOnlyOnce("There is no circuit breaker for the signal of 'backlog': paymenst"
					+ " (did you mean 'payments'?)");
		});
	}

	@Test
	void anEventThatMakesNoSenseIsRefusedWhereItIsMade() {
		assertThatIllegalArgumentException().isThrownBy(() -> CircuitBreakerSignal.of(" ", "backlog", null, MINUTE))
			.withMessage("Invalid circuitBreaker of a signal: must not be empty");
		assertThatIllegalArgumentException().isThrownBy(() -> CircuitBreakerSignal.of("payments", "", null, MINUTE))
			.withMessage("Invalid source of a signal: must not be empty");
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> CircuitBreakerSignal.of("payments", "x".repeat(Signal.MAX_SOURCE_LENGTH + 1), null, MINUTE))
			.withMessageContaining("has 257 characters, may have 256");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> CircuitBreakerSignal.of("payments", "backlog", null, MINUTE.negated()))
			.withMessage("Invalid ttl of a signal (PT-1M): must be above zero, or zero to clear it");
	}

}
