package dev.breaker.spring.autoconfigure;

import java.util.Map;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What an application is told that wants beans of the starter, and has switched it off.
 */
@ExtendWith(OutputCaptureExtension.class)
class BreakerDisabledFailureTests {

	@ParameterizedTest
	@ValueSource(classes = { ByConstructor.class, ByField.class, ByMethod.class, ThroughAnother.class })
	void missingRegistryIsLedBackToTheSwitch(Class<?> wanting, CapturedOutput output) {
		fail(wanting, "false");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains(" requires a bean of type '%s'".formatted(CircuitBreakerRegistry.class.getName()))
			.contains("breaker.enabled is false (\"breaker.enabled\" from property source \"defaultProperties\")")
			.contains("Inject ObjectProvider<CircuitBreakerRegistry>")
			.contains("or remove breaker.enabled");
	}

	@Test
	void whatWantsItIsNamed(CapturedOutput output) {
		fail(ThroughAnother.class, "off");
		assertThat(output).contains("The constructor of " + ByConstructor.class.getName() + " requires");
	}

	@Test
	void anotherBeanOfTheStarterIsLedBackToo(CapturedOutput output) {
		fail(OtherBean.class, "false");
		assertThat(output).contains("'" + BreakerConfigs.class.getName() + "'")
			.contains("breaker.enabled is false")
			.contains("Inject ObjectProvider<BreakerConfigs>");
	}

	@Test
	void beanOfTheApplicationIsNotBlamedOnTheSwitch(CapturedOutput output) {
		fail(Unrelated.class, "false");
		assertThat(output).contains("APPLICATION FAILED TO START").doesNotContain("breaker.enabled is false (");
	}

	@Test
	void remedyWorks() {
		try (ConfigurableApplicationContext context = application(ByProvider.class, "false").run()) {
			assertThat(context.getBean(ByProvider.class).registry.getIfAvailable()).isNull();
		}
		try (ConfigurableApplicationContext context = application(ByConstructor.class, "true").run()) {
			assertThat(context.getBean(ByConstructor.class)).isNotNull();
		}
	}

	private static void fail(Class<?> source, String enabled) {
		assertThatException().isThrownBy(() -> application(source, enabled).run().close());
	}

	private static SpringApplicationBuilder application(Class<?> source, String enabled) {
		return new SpringApplicationBuilder(Application.class, source).web(WebApplicationType.NONE)
			.properties(Map.of("breaker.enabled", enabled));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	static class ByConstructor {

		ByConstructor(CircuitBreakerRegistry registry) {
		}

	}

	static class ByField {

		@Autowired
		CircuitBreakerRegistry registry;

	}

	@Configuration(proxyBeanMethods = false)
	static class ByMethod {

		@Bean
		String name(CircuitBreakerRegistry registry) {
			return registry.toString();
		}

	}

	@Import(ByConstructor.class)
	static class ThroughAnother {

		ThroughAnother(ByConstructor other) {
		}

	}

	static class ByProvider {

		final ObjectProvider<CircuitBreakerRegistry> registry;

		ByProvider(ObjectProvider<CircuitBreakerRegistry> registry) {
			this.registry = registry;
		}

	}

	static class OtherBean {

		OtherBean(BreakerConfigs configs) {
		}

	}

	static class Unrelated {

		Unrelated(java.util.concurrent.Phaser phaser) {
		}

	}

}
