package dev.breaker.spring.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;

import dev.breaker.CircuitBreakerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keys in the form of environment variables.
 */
class ConfigEnvironmentVariableTests {

	private static final String YAML = """
			breaker:
			  instances:
			    payments-api:
			      failure-rate-threshold: 40
			""";

	@TempDir
	Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "BREAKER_INSTANCES_PAYMENTSAPI_FAILURERATETHRESHOLD",
			"BREAKER_INSTANCES_PAYMENTS_API_FAILURE_RATE_THRESHOLD",
			"breaker.instances.payments-api.failure-rate-threshold" })
	void variableWinsOverTheFile(String name) {
		CircuitBreakerConfig config = application().withVariable(name, "60").config(YAML, "payments-api");
		assertThat(config.failureRateThreshold()).isEqualTo(60);
	}

	@ParameterizedTest
	@ValueSource(strings = { "BREAKER_INSTANCES_STOCK_FAILURERATETHRESHOLD",
			"BREAKER_INSTANCES_STOCK_FAILURE_RATE_THRESHOLD" })
	void variableAloneMakesAnInstance(String name) {
		try (ConfigurableApplicationContext context = application().withVariable(name, "60").start(YAML)) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThat(configs.instanceNames()).containsExactly("payments-api", "stock");
			assertThat(configs.get("stock").failureRateThreshold()).isEqualTo(60);
		}
	}

	@Test
	void listsAreWrittenWithIndexesOrCommas() {
		YamlApplication application = application()
			.withVariable("BREAKER_INSTANCES_PAYMENTSAPI_RECORDEXCEPTIONS_0", "java.io.IOException")
			.withVariable("BREAKER_INSTANCES_PAYMENTSAPI_RECORDEXCEPTIONS_1", "java.util.concurrent.TimeoutException")
			.withVariable("BREAKER_CONFIGS_DEFAULT_IGNOREEXCEPTIONS",
					"java.lang.IllegalStateException,java.lang.IllegalArgumentException");
		CircuitBreakerConfig config = application.config(YAML, "payments-api");
		assertThat(config.recordExceptions()).containsExactly(IOException.class, TimeoutException.class);
		assertThat(config.ignoreExceptions()).containsExactly(IllegalStateException.class,
				IllegalArgumentException.class);
	}

	@Test
	void variableSwitchesOff() {
		assertThat(application().withVariable("BREAKER_INSTANCES_PAYMENTSAPI_FAILURERATETHRESHOLD", "none")
			.config(YAML, "payments-api")
			.failureRateThreshold()).isNull();
	}

	@Test
	void misspeltVariableStopsTheApplicationAndNamesTheNearest() {
		assertThat(
				application().withVariable("BREAKER_INSTANCES_PAYMENTS_API_FAILURE_RATE_TRESHOLD", "60").failure(YAML))
			.contains("Property: BREAKER_INSTANCES_PAYMENTS_API_FAILURE_RATE_TRESHOLD")
			.contains("Value: \"60\"")
			.contains("did you mean \"BREAKER_INSTANCES_PAYMENTSAPI_FAILURERATETHRESHOLD\"?");
	}

	@Test
	void variableOfTwoWordsThatNoFileKnowsStopsTheApplication() {
		assertThat(application().withVariable("BREAKER_INSTANCES_STOCK_LEVEL_INITIALSTATE", "OPEN").failure(""))
			.contains("Property: BREAKER_INSTANCES_STOCK_LEVEL_INITIALSTATE");
	}

	@Test
	void wrongValueOfAVariableIsReportedWithItsName() {
		assertThat(
				application().withVariable("BREAKER_INSTANCES_PAYMENTSAPI_FAILURERATETHRESHOLD", "140").failure(YAML))
			.contains("Property: breaker.instances.payments-api.failure-rate-threshold")
			.contains("Value: \"140\"")
			.contains("Origin: ")
			.contains("BREAKER_INSTANCES_PAYMENTSAPI_FAILURERATETHRESHOLD");
	}

	@Test
	void variablesThatAPlatformSetsForAServiceCalledBreakerAreLeftAlone() {
		try (ConfigurableApplicationContext context = application().withVariable("BREAKER_SERVICE_HOST", "10.0.0.7")
			.withVariable("BREAKER_PORT_8080_TCP", "tcp://10.0.0.7:8080")
			.start(YAML)) {
			assertThat(context.getBean(BreakerConfigs.class).instanceNames()).containsExactly("payments-api");
		}
	}

	@Test
	void prefixOfTheApplicationsVariablesIsUnderstood() {
		String name = "SHOP_BREAKER_INSTANCES_STOCK_FAILURERATETHRESHOLD";
		assertThat(application().withPrefixOfVariables("shop")
			.withVariable(name, "60")
			.config(YAML, "stock")
			.failureRateThreshold()).isEqualTo(60);
		assertThat(application().withPrefixOfVariables("shop").withVariable(name + "S", "60").failure(YAML))
			.contains("Property: " + name + "S")
			.contains("SHOP_BREAKER_INSTANCES_PAYMENTSAPI_FAILURERATETHRESHOLD");
	}

	@Test
	void switchesMayBeVariables() {
		try (ConfigurableApplicationContext context = application().withVariable("BREAKER_ENABLED", "false")
			.start(YAML)) {
			assertThat(context.getBeansOfType(BreakerConfigs.class)).isEmpty();
		}
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory);
	}

}
