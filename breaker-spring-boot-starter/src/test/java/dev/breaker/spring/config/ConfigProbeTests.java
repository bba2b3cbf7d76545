package dev.breaker.spring.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.ProbeSource;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.CircuitBreakerProbe;
import dev.breaker.spring.autoconfigure.BreakerHealthAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerProbeAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a file can say of dark probes.
 */
class ConfigProbeTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({ "paymentsProbe", "bankHealthIndicator", "http://localhost:1/health", "https://bank.example/health" })
	void aBeanOrAUrlCanProbe(String probe) {
		CircuitBreakerConfig config = application().config("breaker.instances.payments.probe: " + probe, "payments");
		assertThat(config.probe()).isEqualTo(probe);
		assertThat(config.halfOpenProbes()).isEqualTo(ProbeSource.DARK);
	}

	@ParameterizedTest
	@CsvSource({ "paymentProbe, there is no bean of that name, did you mean \"paymentsProbe\"",
			"nothingAtAll, there is no bean of that name, Change \"breaker.instances.payments.probe\"",
			"clock, that one is a java.time.Clock, Change \"breaker.instances.payments.probe\"",
			"circuitBreakersHealthIndicator, that bean tells the states of circuit breakers, must tell of the other side",
			"ftp://bank/health, must be a URL that begins with http:// or https:// and has a host, Change",
			"http:///health, must be a URL, Change", "'http://bank/a b', must be a URL, Change",
			"http://bank:99999/health, must have a port from 1 to 65535 in its URL, Change",
			"http://bank:0/health, must have a port from 1 to 65535 in its URL, Change",
			"http://alice:secret@bank/health, must have no user in its URL, Change" })
	void whatCannotProbeStopsTheApplication(String probe, String reason, String remedy) {
		assertThat(application().failure("""
				breaker:
				  instances:
				    payments:
				      probe: "%s"
				""".formatted(probe))).contains("breaker.instances.payments.probe", probe, reason, remedy,
				"application.yml] - 4:");
	}

	@Test
	void aProbeOfAConfigIsOneProblemHoweverManyInheritIt() {
		assertThat(application().failure("""
				breaker:
				  configs:
				    default: { probe: nothing }
				  instances:
				    payments: { }
				    stock: { }
				""")).containsOnlyOnce("Property: breaker.configs.default.probe")
			.doesNotContain("Property: breaker.ins");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"probe-interval: 5s | probe-interval | needs probe to be set, or switched off",
			"probe-timeout: 5s | probe-timeout | needs probe to be set, or switched off",
			"{ probe: paymentsProbe, half-open-probes: CALLS } | half-open-probes | must be DARK where probe is set",
			"{ probe: paymentsProbe, probe-timeout: 61s } | probe-timeout | must not be longer than max-wait-duration-in-half-open-state (PT1M)",
			"{ probe: paymentsProbe, probe-interval: 2m, max-wait-duration-in-open-state: 1m } | probe-interval | must not be longer than max-wait-duration-in-open-state (PT1M)",
			"{ probe: paymentsProbe, wait-duration-in-open-state: 0s } | probe | needs probe-interval where wait-duration-in-open-state is zero",
			"{ probe: paymentsProbe, probe-interval: 5 } | probe-interval | with its unit",
			"{ probe: paymentsProbe, probe-interval: 0s } | probe-interval | above zero",
			"{ half-open-probes: DARKER } | half-open-probes | must be one of CALLS, DARK" })
	void contradictionsAreRefusedWithASentence(String properties, String key, String sentence) {
		String braced = properties.startsWith("{") ? properties : "{ " + properties + " }";
		assertThat(application().failure("""
				breaker:
				  instances:
				    payments: %s
				""".formatted(braced))).contains("Property: breaker.instances.payments." + key, sentence,
				"application.yml] - 3:");
	}

	@Test
	void whatBelongsToAProbeIsInheritedAndTheProbeSwitchedOff() {
		String yaml = """
				breaker:
				  configs:
				    default: { probe: none, probe-interval: 3s, probe-timeout: 1s }
				  instances:
				    payments: { probe: paymentsProbe }
				    stock: { }
				    reports: { probe: paymentsProbe, probe-interval: none }
				""";
		try (ConfigurableApplicationContext context = application().start(yaml)) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThat(configs.get("payments").probeInterval()).isEqualTo(Duration.ofSeconds(3));
			assertThat(configs.get("payments").probeTimeout()).isEqualTo(Duration.ofSeconds(1));
			assertThat(configs.get("stock").probe()).isNull();
			assertThat(configs.get("stock").halfOpenProbes()).isEqualTo(ProbeSource.CALLS);
			assertThat(configs.get("reports").probeInterval()).isNull();
		}
	}

	@Test
	void aChangeAtRunTimeIsCheckedToo() {
		try (ConfigurableApplicationContext context = application().start("breaker.instances.payments: { }")) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs.change("payments", Map.of("probe", "paymentProbe")))
				.satisfies((ex) -> assertThat(ex.description() + ex.remedy()).contains("config.probe",
						"there is no bean of that name", "did you mean \"paymentsProbe\""));
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs.change("payments", Map.of("probe-interval", "5s")))
				.satisfies((ex) -> assertThat(ex.description()).contains("needs probe to be set"));
			configs.change("payments", Map.of("probe", "paymentsProbe", "probe-interval", "5s"));
			assertThat(configs.get("payments").probe()).isEqualTo("paymentsProbe");
		}
	}

	@Test
	void theIntervalCanBeTriedOnRecordedOutcomesAndNotTheWaitThatItReplaces() {
		try (ConfigurableApplicationContext context = application().start("""
				breaker:
				  instances:
				    payments: { probe: paymentsProbe, probe-interval: 5s, record-outcomes: 100 }
				    stock: { probe: paymentsProbe, record-outcomes: 100 }
				""")) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			CircuitBreakerRegistry registry = context.getBean(CircuitBreakerRegistry.class);
			CircuitBreaker payments = registry.get("payments");
			assertThat(configs.forReplay(payments, Map.of("probe-interval", "1m")).probeInterval())
				.isEqualTo(Duration.ofMinutes(1));
			assertThatExceptionOfType(InvalidBreakerConfigurationException.class)
				.isThrownBy(() -> configs.forReplay(payments, Map.of("wait-duration-in-open-state", "1m")))
				.satisfies((ex) -> assertThat(ex.description()).contains("config.wait-duration-in-open-state",
						"cannot be tried on recorded outcomes: probe-interval takes its place"));
			assertThat(configs.forReplay(registry.get("stock"), Map.of("wait-duration-in-open-state", "1m"))
				.waitDurationInOpenState()).isEqualTo(Duration.ofMinutes(1));
		}
	}

	@Test
	void whatACustomizerNamesIsCheckedToo() {
		assertThat(application().with(Customizing.class).failure("breaker.instances.payments: { }"))
			.contains("breaker.instances.payments.probe", "nowhere", "there is no bean of that name");
	}

	@Test
	void whereNothingRunsProbesTheirBeansMayBeMissing() {
		CircuitBreakerConfig config = new YamlApplication(this.directory)
			.config("breaker.instances.payments.probe: elsewhere", "payments");
		assertThat(config.probe()).isEqualTo("elsewhere");
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory).with(Probing.class);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ BreakerProbeAutoConfiguration.class, BreakerHealthAutoConfiguration.class })
	static class Probing {

		@Bean
		CircuitBreakerProbe paymentsProbe() {
			return () -> {
			};
		}

		@Bean
		HealthIndicator bankHealthIndicator() {
			return () -> Health.up().build();
		}

		@Bean
		java.time.Clock clock() {
			return java.time.Clock.systemUTC();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizing {

		@Bean
		CircuitBreakerConfigCustomizer paymentsCustomizer() {
			return CircuitBreakerConfigCustomizer.of("payments", (config) -> config.probe("nowhere"));
		}

	}

}
