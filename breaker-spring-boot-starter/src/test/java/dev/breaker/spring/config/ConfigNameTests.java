package dev.breaker.spring.config;

import java.nio.file.Path;

import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names that a property key can hardly express.
 */
class ConfigNameTests {

	@TempDir
	Path directory;

	@Test
	void nameWithOddCharactersIsWrittenInBrackets() {
		try (ConfigurableApplicationContext context = application().start("""
				breaker:
				  configs:
				    "[remote/slow]": { failure-rate-threshold: 40 }
				  instances:
				    "[Client#m(String)]": { base-config: "remote/slow", minimum-number-of-calls: 7 }
				    "[a.b]": { minimum-number-of-calls: 8 }
				    payment_Service-2: { minimum-number-of-calls: 9 }
				""")) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThat(configs.instanceNames()).containsExactly("Client#m(String)", "a.b", "payment_Service-2");
			assertThat(configs.isConfigured("Client#m(String)")).isTrue();
			assertThat(configs.get("Client#m(String)").failureRateThreshold()).isEqualTo(40);
			assertThat(configs.get("Client#m(String)").minimumNumberOfCalls()).isEqualTo(7);
			assertThat(configs.get("a.b").minimumNumberOfCalls()).isEqualTo(8);
			assertThat(configs.get("payment_Service-2").minimumNumberOfCalls()).isEqualTo(9);
			assertThat(context.getBean(CircuitBreakerRegistry.class).find("Client#m(String)")).isPresent();
		}
	}

	@Test
	void nameWhoseCharactersWouldBeStrippedStopsTheApplication() {
		assertThat(application().failure("""
				breaker:
				  instances:
				    Client#m(String):
				      minimum-number-of-calls: 7
				""")).contains("Property: breaker.instances.Client#m(String).minimum-number-of-calls")
			.contains("Value: \"7\"")
			.contains("application.yml] - 4:32")
			.contains("in brackets and quotes");
	}

	@ParameterizedTest
	@ValueSource(strings = { "café", "menü", "pay$", "orders/", "-pay", "r/a", "платежи", "支付" })
	void nameThatLosesACharacterAnywhereStopsTheApplication(String name) {
		assertThat(application().failure("breaker.instances:\n  \"" + name + "\": { failure-rate-threshold: 40 }"))
			.contains("Property: breaker.instances." + name + ".failure-rate-threshold")
			.contains("in brackets and quotes")
			.doesNotContain("did you mean");
		assertThat(application().failure("breaker.instances:\n  \"" + name + "\": { }"))
			.contains("Property: breaker.instances." + name)
			.contains("in brackets and quotes");
	}

	@ParameterizedTest
	@ValueSource(strings = { " payments", "payments ", "\\tpayments" })
	void nameWithABlankAtAnEndStopsTheApplication(String name) {
		assertThat(application().failure("breaker.instances:\n  \"[" + name + "]\": { failure-rate-threshold: 40 }"))
			.contains("Reason: has a name that begins or ends with a blank", "without it, \"payments\"");
		assertThat(application().failure("breaker.configs:\n  \"[" + name + "]\": { }"))
			.contains("Reason: has a name that begins or ends with a blank");
	}

	@ParameterizedTest
	@ValueSource(strings = { "breaker.instances.payments.propagate-to[0]", "breaker.health.down-when-open[0]",
			"breaker.http.clients[0].breaker", "breaker.http.server.reject[0].breaker" })
	void nameOfABreakerWithABlankAtAnEndStopsTheApplication(String key) {
		assertThat(application().withArgument("--" + key + "= orders").failure("")).contains("Property: " + key,
				"Value: \" orders\"", "Reason: begins or ends with a blank", "Write \"orders\" for \"" + key + "\".");
	}

	@Test
	void blanksAroundTheCommasOfNamesAreLeftOut() {
		assertThat(application().config("breaker.instances.payments.propagate-to: \" orders, stock \"", "payments")
			.propagateTo()).containsExactly("orders", "stock");
	}

	@Test
	void nameInBracketsLosesNoCharacter() {
		assertThat(application().config("breaker.instances:\n  \"[café]\": { failure-rate-threshold: 40 }", "café")
			.failureRateThreshold()).isEqualTo(40);
	}

	@ParameterizedTest
	@ValueSource(strings = { "[]", "[ ]", "[  ]" })
	void emptyNameStopsTheApplicationWithItsPlace(String name) {
		for (String section : new String[] { "instances", "configs" }) {
			assertThat(application()
				.failure("breaker." + section + ":\n  \"" + name + "\": { failure-rate-threshold: 40 }"))
				.contains("Property: breaker." + section)
				.contains("application.yml] - 2:");
		}
	}

	@Test
	void nameWithDotsOutsideOfBracketsStopsTheApplication() {
		assertThat(application().failure("""
				breaker:
				  instances:
				    shop.payments:
				      minimum-number-of-calls: 7
				""")).contains("Property: breaker.instances.shop.payments.minimum-number-of-calls")
			.contains("did you mean \"breaker.instances[shop.payments].minimum-number-of-calls\"?")
			.contains("stands in brackets and quotes");
	}

	@Test
	void twoNamesThatSpringBootTakesForOneStopTheApplication() {
		assertThat(application().failure("""
				breaker:
				  instances:
				    paymentsApi: { minimum-number-of-calls: 7 }
				    payments-api: { minimum-number-of-calls: 8 }
				""")).contains("Property: breaker.instances.payments-api.minimum-number-of-calls")
			.contains("Value: \"8\"")
			.contains("application.yml] - 4:46")
			.contains("the same as \"breaker.instances.paymentsApi\"")
			.contains("\"paymentsApi\" or \"payments-api\"");
	}

	@Test
	void sameNameInBracketsAndWithoutStopsTheApplication() {
		assertThat(application().failure("""
				breaker:
				  instances:
				    payments-api: { minimum-number-of-calls: 8 }
				    "[payments-api]": { minimum-number-of-calls: 7 }
				""")).contains("Property: breaker.instances[payments-api].minimum-number-of-calls");
	}

	private YamlApplication application() {
		return new YamlApplication(this.directory);
	}

}
