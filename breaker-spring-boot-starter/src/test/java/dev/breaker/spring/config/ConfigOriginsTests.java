package dev.breaker.spring.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.support.Calls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where each value of an effective config comes from.
 */
class ConfigOriginsTests {

	private static final String YAML = """
			breaker:
			  configs:
			    default:
			      minimum-number-of-calls: 5
			    fast:
			      slow-call-duration-threshold: 500ms
			      record-exceptions:
			        - java.io.IOException
			        - java.lang.IllegalStateException
			  instances:
			    payments:
			      base-config: fast
			      failure-rate-threshold: 40
			      record-http-statuses: 5xx
			""";

	@TempDir
	Path folder;

	@Test
	void aValueOfAFileIsFoundByItsLine() {
		try (ConfigurableApplicationContext context = application().start(YAML)) {
			Map<String, ConfigValue> values = values(context, "payments");
			assertThat(values.get("failure-rate-threshold")).satisfies((value) -> {
				assertThat(value.value()).isEqualTo(40f);
				assertThat(value.origin()).contains("application.yml").endsWith(" - 13:31");
			});
			assertThat(values.get("minimum-number-of-calls").origin()).endsWith(" - 4:32");
			assertThat(values.get("slow-call-duration-threshold").value()).isEqualTo(Duration.ofMillis(500));
			assertThat(values.get("slow-call-duration-threshold").origin()).endsWith(" - 6:37");
			assertThat(values.get("record-exceptions").origin()).endsWith(" - 8:11");
			assertThat(values.get("record-http-statuses").origin()).endsWith(" - 14:29");
			assertThat(values.get("sliding-window-size").origin()).isEqualTo("default");
			assertThat(values).hasSizeGreaterThan(20).doesNotContainKeys("clock", "nano-clock", "outcome-rule");
		}
	}

	@Test
	void anArgumentBeatsTheFileAndIsNamed() {
		try (ConfigurableApplicationContext context = application()
			.withArgument("--breaker.instances.payments.failure-rate-threshold=30")
			.start(YAML)) {
			assertThat(values(context, "payments").get("failure-rate-threshold").origin()).contains("commandLineArgs");
		}
	}

	@Test
	void aBreakerWithoutConfigHasThatOfDefault() {
		try (ConfigurableApplicationContext context = application().start(YAML)) {
			context.getBean(CircuitBreakerRegistry.class).get("others");
			Map<String, ConfigValue> values = values(context, "others");
			assertThat(values.get("minimum-number-of-calls").origin()).endsWith(" - 4:32");
			assertThat(values.get("failure-rate-threshold").origin()).isEqualTo("default");
		}
	}

	@Test
	void aKeyHasTheConfigOfItsGroup() {
		try (ConfigurableApplicationContext context = application().start(YAML)) {
			CircuitBreaker key = context.getBean(CircuitBreakerRegistry.class)
				.group("stores", context.getBean(BreakerConfigs.class).get("payments"), 10)
				.get("lyon");
			Calls.succeed(key);
			assertThat(values(context, "stores:lyon").get("failure-rate-threshold").origin()).endsWith(" - 13:31");
		}
	}

	@Test
	void aCustomizerIsNamedForWhatItChanges() {
		try (ConfigurableApplicationContext context = application().with(Customized.class).start(YAML)) {
			Map<String, ConfigValue> values = values(context, "payments");
			assertThat(values.get("sliding-window-size").origin())
				.isEqualTo("customizer CircuitBreakerConfigCustomizer[payments]");
			assertThat(values.get("failure-rate-threshold").origin()).endsWith(" - 13:31");
		}
	}

	@Test
	void anOperatorIsNamedUntilTheChangeIsTakenBack() {
		try (ConfigurableApplicationContext context = application().start(YAML)) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			configs.change("payments", Map.of("failure-rate-threshold", 25), "alice", "drill");
			assertThat(values(context, "payments").get("failure-rate-threshold")).satisfies((value) -> {
				assertThat(value.value()).isEqualTo(25f);
				assertThat(value.origin()).startsWith("changed at run time by alice at 2");
			});
			configs.restore("payments");
			assertThat(values(context, "payments").get("failure-rate-threshold").origin()).endsWith(" - 13:31");
		}
	}

	@Test
	void aConfigOfCodeIsThatOfTheApplication() {
		try (ConfigurableApplicationContext context = application().start(YAML)) {
			context.getBean(CircuitBreakerRegistry.class)
				.get("own", CircuitBreakerConfig.builder().failureRateThreshold(77).build());
			context.getBean(BreakerConfigs.class)
				.customize("payments", (config) -> config.toBuilder().slidingWindowSize(70).build());
			assertThat(values(context, "own").get("failure-rate-threshold").origin()).isEqualTo("application code");
			assertThat(values(context, "own").get("sliding-window-size").origin()).isEqualTo("default");
			assertThat(values(context, "payments").get("sliding-window-size").origin()).isEqualTo("application code");
		}
	}

	private YamlApplication application() {
		return new YamlApplication(this.folder);
	}

	private static Map<String, ConfigValue> values(ApplicationContext context, String name) {
		CircuitBreaker breaker = context.getBean(CircuitBreakerRegistry.class).find(name).orElseThrow();
		return context.getBean(BreakerConfigs.class)
			.valuesOf(breaker)
			.stream()
			.collect(Collectors.toMap(ConfigValue::property, Function.identity()));
	}

	@Configuration(proxyBeanMethods = false)
	static class Customized {

		@Bean
		CircuitBreakerConfigCustomizer largeWindow() {
			return CircuitBreakerConfigCustomizer.of("payments", (builder) -> builder.slidingWindowSize(50));
		}

	}

}
