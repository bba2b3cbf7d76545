package dev.breaker.spring.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Percentages that look like fractions.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConfigFractionTests {

	private static final String WARNING = "the value is in percent, 50 means half";

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({ "failure-rate-threshold, 0.5, Write 50 if", "slow-call-rate-threshold, 0.25, Write 25 if",
			"recovery-ramp-start, 0.1, Write 10 if", "failure-rate-threshold, 0.999, Write 99.9 if" })
	void aRateBelowOneIsAWarning(String key, String value, String remedy, CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("""
				breaker:
				  instances:
				    payments:
				      { slow-call-duration-threshold: 1s, recovery-ramp-duration: 30s,
				        %s: %s }
				""".formatted(key, value))) {
			assertThat(warnings(output)).singleElement()
				.asString()
				.contains(" WARN ", "\"breaker.instances.payments.%s\" is \"%s\"".formatted(key, value),
						"application.yml] - 5:", remedy);
		}
	}

	@Test
	void itIsTakenAsItIsWritten() {
		try (ConfigurableApplicationContext context = run("breaker.instances.payments.failure-rate-threshold: 0.5")) {
			assertThat(context.getBean(CircuitBreakerRegistry.class).get("payments").config().failureRateThreshold())
				.isEqualTo(0.5f);
		}
	}

	@Test
	void oneThatSeveralInheritIsOneWarning(CapturedOutput output) {
		run("""
				breaker:
				  configs:
				    default.failure-rate-threshold: 0.5
				    remote.failure-rate-threshold: 0.4
				  instances:
				    payments.base-config: remote
				    inventory.base-config: remote
				    shipping.minimum-number-of-calls: 5
				""").close();
		assertThat(warnings(output)).hasSize(2)
			.anyMatch((line) -> line.contains("\"breaker.configs.default.failure-rate-threshold\" is \"0.5\""))
			.anyMatch((line) -> line.contains("\"breaker.configs.remote.failure-rate-threshold\" is \"0.4\""));
	}

	@Test
	void percentagesAreNone(CapturedOutput output) {
		run("""
				breaker:
				  configs.default.failure-rate-threshold: 1
				  instances.payments:
				    failure-rate-threshold: none
				    slow-call-duration-threshold: 1s
				    slow-call-rate-threshold: 1.5
				    wait-duration-jitter: 0.5
				""").close();
		assertThat(warnings(output)).isEmpty();
	}

	@Test
	void oneThatIsGivenAtRunTimeIsAWarningToo(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("breaker.instances.payments.failure-rate-threshold: 40")) {
			context.getBean(BreakerConfigs.class)
				.change("payments", Map.of("failureRateThreshold", 0.5), "alice", null);
			assertThat(warnings(output)).singleElement()
				.asString()
				.contains("\"config.failure-rate-threshold\" is \"0.5\"");
		}
	}

	private ConfigurableApplicationContext run(String yaml) {
		return new YamlApplication(this.directory).start(yaml);
	}

	private static Stream<String> warnings(CapturedOutput output) {
		return output.toString().lines().filter((line) -> line.contains(WARNING));
	}

}
