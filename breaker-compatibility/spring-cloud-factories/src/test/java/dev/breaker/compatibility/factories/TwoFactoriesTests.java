package dev.breaker.compatibility.factories;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.cloud.BreakerCircuitBreakerFactory;
import dev.breaker.spring.cloud.BreakerSpringCloudAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JCircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.Customizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that has the factories of Breaker and of Spring Cloud Circuit Breaker on
 * the classpath.
 */
@ExtendWith(OutputCaptureExtension.class)
class TwoFactoriesTests {

	private static final String THEIR_REGISTRY = "io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry";

	@Test
	void breakersFactoryIsUsedAndTheirBreakersAreThere(CapturedOutput output) throws Exception {
		try (ConfigurableApplicationContext context = start(Application.class)) {
			assertThat(context.getBean(CircuitBreakerFactory.class)).isInstanceOf(BreakerCircuitBreakerFactory.class);
			assertThat(context.getBeansOfType(Class.forName(THEIR_REGISTRY))).hasSize(1);
			context.getBean(CircuitBreakerFactory.class).create("payments").run(() -> "paid");
			assertThat(context.getBean(CircuitBreakerRegistry.class).get("payments")).hasSucceeded(1);
			assertThat(output).containsOnlyOnce("Breaker's CircuitBreakerFactory is used, and not that of")
				.doesNotContain("These customizers have no effect");
		}
	}

	@Test
	void customizersOfTheirFactoryAreNamedInAWarning(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(Customized.class)) {
			assertThat(context.getBean(CircuitBreakerFactory.class)).isInstanceOf(BreakerCircuitBreakerFactory.class);
			assertThat(output.toString().lines().filter((line) -> line.contains("These customizers have no effect")))
				.singleElement()
				.asString()
				.contains(" WARN ", "slowCustomizer", "remove breaker-spring-cloud");
		}
	}

	@Test
	void theirFactoryIsUsedWhereBreakersIsExcluded(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(Application.class,
				"spring.autoconfigure.exclude=" + BreakerSpringCloudAutoConfiguration.class.getName())) {
			assertThat(context.getBean(CircuitBreakerFactory.class))
				.isInstanceOf(Resilience4JCircuitBreakerFactory.class);
			assertThat(output).doesNotContain("Breaker's CircuitBreakerFactory");
		}
	}

	private static ConfigurableApplicationContext start(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE).properties(properties).run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Customized {

		@Bean
		Customizer<Resilience4JCircuitBreakerFactory> slowCustomizer() {
			return (factory) -> {
			};
		}

	}

}
