package dev.breaker.spring.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values that are valid and change nothing.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConfigIneffectiveTests {

	private static final String WARNING = "have no effect";

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({ "slow-call-rate-threshold, 50, , set slow-call-duration-threshold",
			"minimum-number-of-calls, 5, consecutive-failure-threshold: 3, set failure-rate-threshold or slow-call",
			"sliding-window-type, TIME_BASED, consecutive-failure-threshold: 3, set failure-rate-threshold or slow-call",
			"sliding-window-size, 30, failure-rate-threshold: none, set failure-rate-threshold or slow-call",
			"max-wait-duration-in-open-state, 5m, wait-duration-jitter: 0.2, set wait-duration-multiplier above 1",
			"match-causes, true, honour-retry-after: false, set record-exceptions or ignore-exceptions",
			"wait-duration-multiplier, 2, wait-duration-in-open-state: 0, set wait-duration-in-open-state above zero",
			"wait-duration-multiplier, 2, max-wait-duration-in-open-state: 60s, below max-wait-duration-in-open",
			"stable-for, 60s, wait-duration-jitter: 0.2, set wait-duration-multiplier above 1",
			"refuse, SHARE, sliding-window-size: 50, set a higher failure-rate-threshold or a lower share-factor",
			"refuse, SHARE, share-factor: 3, set a higher failure-rate-threshold",
			"record-http-statuses, '429, 5xx', ignore-http-statuses: 429, keep a status in one of the two",
			"record-http-statuses, '500, 400', 'ignore-http-statuses: 500-599', keep a status in one of the two",
			"record-exceptions, java.io.EOFException, ignore-exceptions: java.io.IOException, keep a class in one",
			"wait-duration-jitter, 0.2, wait-duration-in-open-state: 0, set wait-duration-in-open-state above zero",
			"permitted-number-of-calls-in-half-open-state, 3, half-open-probes: DARK, set success-threshold-in-half",
			"probe-interval, 5s, probe: none, set probe", "probe-timeout, 3s, probe: none, set probe" })
	void valueThatChangesNothingIsAWarningWithItsRemedy(String key, String value, String beside, String remedy,
			CapturedOutput output) {
		start("""
				breaker:
				  instances:
				    payments:
				      %s: %s
				      %s
				""".formatted(key, value, (beside != null) ? beside : ""));
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).singleElement()
			.asString()
			.contains(" WARN ", "instance \"payments\"",
					"\"breaker.instances.payments.%s\" is \"%s\"".formatted(key, value), "application.yml] - 4:",
					remedy, "or remove it");
	}

	@Test
	void aBreakerThatNothingOpensIsAWarning(CapturedOutput output) {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory).start("""
				breaker:
				  configs: { default: { failure-rate-threshold: none } }
				  instances:
				    payments: { sliding-window-size: 50 }
				    slow: { slow-call-duration-threshold: 2s }
				    rows: { consecutive-failure-threshold: 3 }
				    rates: { failure-rate-threshold: 40, propagate-to: told }
				    shares: { refuse: SHARE }
				    told: { enforce: true }
				    counted: { initial-state: METRICS_ONLY }
				    healthy: { open-when-down: db }
				""")) {
			assertThat(noRule(output)).singleElement()
				.asString()
				.contains(" WARN ",
						"Circuit breaker 'payments' cannot be opened by calls: failure-rate-threshold is none",
						"Set one of the three");
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			registry.get("code", CircuitBreakerConfig.builder().withoutFailureRateThreshold().build());
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			configs.change("payments", Map.of("failure-rate-threshold", 50));
			configs.change("slow", Map.of("slow-call-duration-threshold", "3s"));
			assertThat(noRule(output)).hasSize(1);
			registry.get("other");
			registry.get("another");
			assertThat(noRule(output)).hasSize(2).last().asString().contains("Circuit breaker 'other'");
			configs.change("rates", Map.of("failure-rate-threshold", "none"));
			assertThat(noRule(output)).hasSize(3).last().asString().contains("Circuit breaker 'rates'");
			configs.change("rates", Map.of("sliding-window-size", 30));
			assertThat(noRule(output)).hasSize(3);
			configs.restore("payments");
			assertThat(noRule(output)).hasSize(4).last().asString().contains("Circuit breaker 'payments'");
		}
	}

	private static List<String> noRule(CapturedOutput output) {
		return output.toString().lines().filter((line) -> line.contains("cannot be opened by calls")).toList();
	}

	@Test
	void theWaitIsAWarningWhereAProbeIntervalTakesItsPlace(CapturedOutput output) {
		start("""
				breaker:
				  instances:
				    payments: { probe: bank, probe-interval: 5s, wait-duration-in-open-state: 30s }
				    orders: { probe: bank, wait-duration-in-open-state: 30s }
				""");
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).singleElement()
			.asString()
			.contains("\"breaker.instances.payments.wait-duration-in-open-state\" is \"30s\"", "keep one of the two");
	}

	@Test
	void anElementOfAListThatIsIgnoredTooIsAWarning(CapturedOutput output) {
		start("""
				breaker:
				  instances:
				    payments: { record-http-statuses: [ 5xx ], ignore-http-statuses: [ 5xx ] }
				    orders: { record-http-statuses: [ 5xx ], ignore-http-statuses: [ 501 ] }
				""");
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).singleElement()
			.asString()
			.contains("\"breaker.instances.payments.record-http-statuses\" is \"[500-599]\"",
					"keep a status in one of the two, or remove it");
	}

	@Test
	void severalOfOneInstanceAreOneWarning(CapturedOutput output) {
		start("""
				breaker:
				  instances:
				    payments:
				      consecutive-failure-threshold: 3
				      minimum-number-of-calls: 5
				      sliding-window-size: 30
				      slow-call-rate-threshold: 50
				    inventory:
				      slow-call-rate-threshold: 50
				""");
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).hasSize(2)
			.anyMatch((line) -> line.contains("payments.minimum-number-of-calls")
					&& line.contains("payments.sliding-window-size")
					&& line.contains("payments.slow-call-rate-threshold"));
	}

	@Test
	void valueOfAConfigIsReportedOnceWhereNoInstanceUsesIt(CapturedOutput output) {
		start("""
				breaker:
				  configs:
				    remote.slow-call-rate-threshold: 50
				  instances:
				    payments.base-config: remote
				    inventory.base-config: remote
				""");
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).singleElement()
			.asString()
			.contains("config \"remote\"", "breaker.configs.remote.slow-call-rate-threshold");
	}

	@ParameterizedTest
	@ValueSource(strings = { """
			breaker:
			  configs.default.minimum-number-of-calls: 10
			  instances.payments.consecutive-failure-threshold: 3
			""", """
			breaker:
			  configs.default.slow-call-rate-threshold: 50
			  instances:
			    payments.slow-call-duration-threshold: 1s
			    inventory.failure-rate-threshold: 40
			""", """
			breaker:
			  configs.default.slow-call-duration-threshold: 1s
			  instances.payments.slow-call-rate-threshold: 50
			""", """
			breaker.instances.payments:
			  wait-duration-multiplier: 1.0
			  wait-duration-jitter: 0
			  wait-duration-in-open-state: 0
			  max-wait-duration-in-open-state: none
			""", """
			breaker.instances.payments:
			  slow-call-duration-threshold: 1s
			  failure-rate-threshold: none
			  minimum-number-of-calls: 5
			  sliding-window-size: 50
			  wait-duration-multiplier: 2
			  max-wait-duration-in-open-state: 5m
			  wait-duration-jitter: 0.2
			  stable-for: 60s
			""", """
			breaker.instances:
			  payments: { refuse: share, share-factor: 1.9 }
			  orders: { refuse: share, failure-rate-threshold: 51 }
			  inventory: { refuse: share, failure-rate-threshold: none }
			  shipping: { refuse: all }
			""" })
	void valueThatSomeBreakerUsesIsNoWarning(String yaml, CapturedOutput output) {
		start(yaml);
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void valueThatACustomizerMakesUsefulIsNoWarning(CapturedOutput output) {
		new YamlApplication(this.directory).with(SlowPayments.class)
			.start("breaker.instances.payments.slow-call-rate-threshold: 50")
			.close();
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void childContextDoesNotRepeatTheWarning(CapturedOutput output) {
		try (ConfigurableApplicationContext parent = new YamlApplication(this.directory)
			.start("breaker.instances.payments.slow-call-rate-threshold: 50")) {
			new SpringApplicationBuilder(YamlApplication.Application.class).parent(parent)
				.web(WebApplicationType.NONE)
				.run()
				.close();
		}
		assertThat(output.toString().lines().filter((line) -> line.contains(WARNING))).hasSize(1);
	}

	private void start(String yaml) {
		new YamlApplication(this.directory).start(yaml).close();
	}

	@Configuration(proxyBeanMethods = false)
	static class SlowPayments {

		@Bean
		CircuitBreakerConfigCustomizer slowPayments() {
			return CircuitBreakerConfigCustomizer.of("payments",
					(builder) -> builder.slowCallDurationThreshold(Duration.ofSeconds(1)));
		}

	}

}
