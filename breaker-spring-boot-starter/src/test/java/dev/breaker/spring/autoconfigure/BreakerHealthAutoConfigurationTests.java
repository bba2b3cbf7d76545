package dev.breaker.spring.autoconfigure;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.actuate.CircuitBreakersHealthIndicator;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class BreakerHealthAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerHealthAutoConfiguration.class));

	@Test
	void theIndicatorIsThere() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(CircuitBreakersHealthIndicator.class));
	}

	@Test
	void breakersThatTurnHealthDownAreConfigured() {
		this.runner.withPropertyValues("breaker.health.down-when-open=payments,inventory").run((context) -> {
			context.getBean(CircuitBreakerRegistry.class).get("inventory").forceOpen();
			assertThat(context.getBean(CircuitBreakersHealthIndicator.class).health().getStatus())
				.isEqualTo(Status.DOWN);
		});
	}

	@Test
	void isNotThereWithoutTheHealthModule() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("circuitBreakersHealthIndicator"));
	}

	@Test
	void isNotThereWhenDisabledAsAnyIndicatorIs() {
		this.runner.withPropertyValues("management.health.circuitbreakers.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(CircuitBreakersHealthIndicator.class));
		this.runner.withPropertyValues("management.health.defaults.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(CircuitBreakersHealthIndicator.class));
	}

	@Test
	void isNotThereWhenTheStarterIsSwitchedOff() {
		this.runner.withPropertyValues("breaker.enabled=false")
			.withBean(CircuitBreakerRegistry.class, () -> CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults()))
			.run((context) -> assertThat(context).doesNotHaveBean(CircuitBreakersHealthIndicator.class));
	}

	@Test
	void backsOffFromTheUsersOwn() {
		HealthIndicator own = () -> Health.unknown().build();
		this.runner.withBean("circuitBreakersHealthContributor", HealthIndicator.class, () -> own)
			.run((context) -> assertThat(context).getBean(HealthIndicator.class).isSameAs(own));
	}

}
