package dev.breaker.spring.aop;

import java.time.Duration;

import dev.breaker.Reason;
import dev.breaker.Signal;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.autoconfigure.BreakerEventsAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerSignalAutoConfiguration;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A method that takes longer than others of the same service, as docs/recipes.md has it.
 */
class SlowMethodTests {

	private final ManualClock clock = new ManualClock();

	private final ApplicationContextRunner runner = Contexts.with(Bank.class)
		.withConfiguration(
				AutoConfigurations.of(BreakerEventsAutoConfiguration.class, BreakerSignalAutoConfiguration.class))
		.withBean(ManualClock.class, () -> this.clock)
		.withBean(BreakerClock.class, () -> new BreakerClock(this.clock::nanos, this.clock.clock()))
		.withPropertyValues("breaker.configs.bank.slow-call-duration-threshold=1s",
				"breaker.configs.bank.minimum-number-of-calls=2", "breaker.instances.payments.base-config=bank",
				"breaker.instances.payments.propagate-to=statements", "breaker.instances.statements.base-config=bank",
				"breaker.instances.statements.slow-call-duration-threshold=30s",
				"breaker.instances.statements.propagate-to=payments");

	@Test
	void aSlowMethodHasAThresholdOfItsOwn() {
		this.runner.run((context) -> {
			Bank bank = context.getBean(Bank.class);
			bank.statement(Duration.ofSeconds(30));
			bank.statement(Duration.ofSeconds(30));
			assertThat(Contexts.breaker(context, "statements").snapshot().slowCallRate()).isZero();
			bank.statement(Duration.ofSeconds(31));
			assertThat(Contexts.breaker(context, "statements").snapshot().slowCalls()).isOne();
			assertThat(Contexts.breaker(context, "payments").state()).isEqualTo(State.CLOSED);
		});
	}

	@Test
	void whatOpensOneOpensBoth() {
		this.runner.run((context) -> {
			Bank bank = context.getBean(Bank.class);
			bank.pay(Duration.ofSeconds(2));
			bank.pay(Duration.ofSeconds(2));
			assertThat(Contexts.breaker(context, "payments").snapshot().lastChange()).isNotNull()
				.extracting("reason")
				.isEqualTo(Reason.SLOW_CALL_RATE);
			assertThat(Contexts.breaker(context, "statements").state()).isEqualTo(State.OPEN);
			assertThat(Contexts.breaker(context, "statements").snapshot().signals()).extracting(Signal::source)
				.containsExactly("circuit breaker payments");
		});
	}

	static class Bank {

		private final ManualClock clock;

		Bank(ManualClock clock) {
			this.clock = clock;
		}

		@CircuitBreaker(name = "payments")
		void pay(Duration taking) {
			this.clock.advance(taking);
		}

		@CircuitBreaker(name = "statements")
		void statement(Duration taking) {
			this.clock.advance(taking);
		}

	}

}
