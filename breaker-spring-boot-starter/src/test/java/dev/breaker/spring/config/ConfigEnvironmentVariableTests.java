package dev.breaker.spring.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeoutException;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.CompositePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

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
	void variablesInOneSourceWithOthersAreRead() {
		CompositePropertySource both = new CompositePropertySource("both");
		both.addPropertySource(
				new MapPropertySource("map", Map.of("breaker.instances.stock.minimum-number-of-calls", "5")));
		both.addPropertySource(new SystemEnvironmentPropertySource("variables",
				Map.of("BREAKER_INSTANCES_STOCK_SLIDING_WINDOW_SIZE", "7")));
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class))
			.withInitializer((context) -> context.getEnvironment().getPropertySources().addFirst(both))
			.run((context) -> {
				CircuitBreakerConfig config = context.getBean(BreakerConfigs.class).get("stock");
				assertThat(config.minimumNumberOfCalls()).isEqualTo(5);
				assertThat(config.slidingWindowSize()).isEqualTo(7);
			});
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
			.contains("Property: BREAKER_INSTANCES_STOCK_LEVEL_INITIALSTATE")
			.contains("did you mean \"BREAKER_INSTANCES_STOCKLEVEL_INITIALSTATE\"?")
			.contains("a name with a dash must be in a file too");
	}

	@ParameterizedTest
	@CsvSource({ "BREAKER_INSTANCES_PAYMENT_API_INITIALSTATE, OPEN, BREAKER_INSTANCES_PAYMENTSAPI_INITIALSTATE",
			"BREAKER_INSTANCES_PAYMENTS_API_INITIALSTAT, OPEN, BREAKER_INSTANCES_PAYMENTSAPI_INITIALSTATE",
			"BREAKER_INSTANCES_STOCK_INITIALSTAT, OPEN, BREAKER_INSTANCES_STOCK_INITIALSTATE",
			"BREAKER_CONFIGS_DEFAULT_INITIALSTAT, OPEN, BREAKER_CONFIGS_DEFAULT_INITIALSTATE",
			"BREAKER_INSTANCES_STOCK_LEVEL_SLOW_CAL_RATE_THRESHOLD, 50, "
					+ "BREAKER_INSTANCES_STOCKLEVEL_SLOWCALLRATETHRESHOLD",
			"BREAKER_INSTANCES_PAYMENTSAPI_SLOWCALLTHRESHOLD, 2s, "
					+ "BREAKER_INSTANCES_PAYMENTSAPI_SLOWCALLDURATIONTHRESHOLD",
			"BREAKER_INSTANCES_STOCK_RECORDEXCEPTION_0, java.io.IOException, BREAKER_INSTANCES_STOCK_RECORDEXCEPTIONS",
			"BREAKER_INSTANCES_PAYMENTSAPI_RANDOMIZEDWAITFACTOR, 0.2, "
					+ "BREAKER_INSTANCES_PAYMENTSAPI_WAITDURATIONJITTER" })
	void variableThatIsSuggestedIsValid(String name, String value, String suggested) {
		assertThat(application().withVariable(name, value).failure(YAML))
			.contains("Instead of \"" + name + "\": did you mean \"" + suggested + "\"?");
		try (ConfigurableApplicationContext context = application().withVariable(suggested, value).start(YAML)) {
			assertThat(context.isActive()).isTrue();
		}
	}

	@Test
	void variableThatNearsNothingIsAnsweredWithARule() {
		assertThat(application().withVariable("BREAKER_INSTANCES_PAYMENTSAPI_BULKHEAD", "4").failure(YAML))
			.contains("Remove \"BREAKER_INSTANCES_PAYMENTSAPI_BULKHEAD\"")
			.contains("such as \"BREAKER_INSTANCES_PAYMENTS_INITIALSTATE\"")
			.contains("Valid for a config or an instance are base-config, ")
			.doesNotContain("did you mean");
		assertThat(application().withVariable("BREAKER_INSTANCES_X", "4")
			.failure("breaker.instances[a#b].initial-state: OPEN")).contains("Remove \"BREAKER_INSTANCES_X\"")
			.doesNotContain("did you mean");
	}

	@Test
	void nameThatNoVariableCanSpellIsNotSuggested() {
		assertThat(application().withVariable("BREAKER_INSTANCES_CLIENT_PAY_INITIALSTAT", "OPEN")
			.failure("breaker.instances[Client#pay(int)].initial-state: OPEN"))
			.contains("did you mean \"BREAKER_INSTANCES_CLIENTPAY_INITIALSTATE\"?");
	}

	@Test
	void oneVariableInTwoSpellingsIsRefused() {
		String one = "BREAKER_INSTANCES_PAYMENTSAPI_FAILURERATETHRESHOLD";
		String other = "BREAKER_INSTANCES_PAYMENTS_API_FAILURE_RATE_THRESHOLD";
		assertThat(application().withVariable(one, "60").withVariable(other, "70").failure(YAML))
			.contains("Reason: is the same property as \"BREAKER_INSTANCES_PAYMENTS")
			.contains("Keep one of \"BREAKER_INSTANCES_PAYMENTS")
			.contains(one)
			.contains(other);
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
	void variablesOfAServiceCalledBreakerAreLeftAlone() {
		try (ConfigurableApplicationContext context = application().withVariable("BREAKER_SERVICE_HOST", "10.0.0.7")
			.withVariable("BREAKER_PORT_8080_TCP", "tcp://10.0.0.7:8080")
			.start(YAML)) {
			assertThat(context.getBean(BreakerConfigs.class).instanceNames()).containsExactly("payments-api");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "BREAKER_INSTANCES", "BREAKER_CONFIGS", "BREAKER_INSTANCES_PAYMENTS",
			"BREAKER_INSTANCES_PAYMENTS_API", "BREAKER_CONFIGS_DEFAULT", "BREAKER_KEYS", "BREAKER_HEALTH",
			"BREAKER_EVENTS", "BREAKER_ENABLED", "BREAKER_KEYS_MAX" })
	void serviceOfThePlatformDoesNotStopTheApplication(String service) {
		YamlApplication application = application();
		Map.of("_SERVICE_HOST", "10.0.0.7", "_SERVICE_PORT", "80", "_SERVICE_PORT_HTTP_METRICS", "80", "_PORT",
				"tcp://10.0.0.7:80", "_PORT_80_TCP", "tcp://10.0.0.7:80", "_PORT_80_TCP_PROTO", "tcp",
				"_PORT_80_TCP_PORT", "80", "_PORT_80_TCP_ADDR", "10.0.0.7", "_PORT_53_UDP_ADDR", "10.0.0.7")
			.forEach((suffix, value) -> application.withVariable(service + suffix, value));
		try (ConfigurableApplicationContext context = application.start(YAML)) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThat(configs.instanceNames()).containsExactly("payments-api");
			assertThat(configs.get("payments-api").failureRateThreshold()).isEqualTo(40);
		}
	}

	@Test
	void breakerMayBeCalledAsAVariableOfThePlatform() {
		assertThat(application().withVariable("BREAKER_INSTANCES_PORT_INITIALSTATE", "OPEN")
			.config(YAML, "port")
			.initialState()).hasToString("OPEN");
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
