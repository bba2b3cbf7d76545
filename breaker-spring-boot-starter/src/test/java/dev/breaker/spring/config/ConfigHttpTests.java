package dev.breaker.spring.config;

import java.nio.file.Path;

import dev.breaker.spring.http.HttpOutcomeRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a file says of HTTP.
 */
class ConfigHttpTests {

	@TempDir
	Path directory;

	@Test
	void statusesAreReadFromAListOrBetweenCommas() {
		assertThat(rule("""
				breaker:
				  instances:
				    payments:
				      record-http-statuses: [ 5xx, 429, 400-404 ]
				      ignore-http-statuses: 401, 403
				      honour-retry-after: true
				""")).satisfies((rule) -> {
			assertThat(rule.recorded()).hasToString("[500-599, 429, 400-404]");
			assertThat(rule.ignored()).hasToString("[401, 403]");
			assertThat(rule.honourRetryAfter()).isTrue();
		});
	}

	@Test
	void statusesAreInheritedAndTakenAway() {
		assertThat(rule("""
				breaker:
				  configs:
				    default: { record-http-statuses: [ 5xx ], ignore-http-statuses: [ 404 ] }
				  instances:
				    payments: { record-http-statuses: none }
				""")).satisfies((rule) -> {
			assertThat(rule.recorded()).isEmpty();
			assertThat(rule.ignored()).hasToString("[404]");
		});
		assertThat(new YamlApplication(this.directory).config("""
				breaker:
				  configs:
				    default: { record-http-statuses: [ 5xx ], honour-retry-after: true }
				  instances:
				    payments: { record-http-statuses: none, honour-retry-after: false }
				""", "payments").outcomeRule()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "6x", "teapot", "99", "500-400", "6xx", "999" })
	void whatIsNoStatusStopsTheApplicationWithItsPlace(String status) {
		assertThat(failure("""
				breaker:
				  instances:
				    payments:
				      record-http-statuses: [ 5xx, %s ]
				""".formatted(status))).contains("Property: breaker.instances.payments.record-http-statuses[1]")
			.contains("Value: \"" + status + "\"")
			.contains("application.yml] - 4:")
			.contains("must be a status such as 429, a class such as 5xx, or a range such as 400-499, or none")
			.contains("Statuses are 100 to 599.");
	}

	@Test
	void clientsAreReadInTheirOrder() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory).start("""
				breaker:
				  http:
				    clients:
				      - { host: "*.example:8443", path: /api/**, breaker: api }
				      - breaker: partners
				        key: host
				""")) {
			assertThat(context.getBean(BreakerConfigs.class).httpClients()).hasSize(2).satisfies((clients) -> {
				assertThat(clients.get(0).host()).hasToString("*.example:8443");
				assertThat(clients.get(0).path()).hasToString("/api/**");
				assertThat(clients.get(1).breaker()).isEqualTo("partners");
				assertThat(clients.get(1).key()).hasToString("HOST");
			});
			assertThat(context.getBean(BreakerConfigs.class).get("api").outcomeRule())
				.isEqualTo(HttpOutcomeRule.DEFAULT);
		}
	}

	@Test
	void aListReplacesAListOfAnotherSource() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.withArgument("--breaker.http.clients[0].breaker=other")
			.start("""
					breaker:
					  http:
					    clients:
					      - { host: a, breaker: first }
					      - { host: b, breaker: second }
					""")) {
			assertThat(context.getBean(BreakerConfigs.class).httpClients()).singleElement().satisfies((client) -> {
				assertThat(client.breaker()).isEqualTo("other");
				assertThat(client.host()).isNull();
			});
		}
	}

	@Test
	void variablesOfTheEnvironmentAreRead() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.withVariable("BREAKER_HTTP_CLIENTS_0_HOST", "inventory")
			.withVariable("BREAKER_HTTP_CLIENTS_0_BREAKER", "inventory")
			.start("")) {
			assertThat(context.getBean(BreakerConfigs.class).httpClientBreakers()).containsExactly("inventory");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "BREAKER_HTTP", "BREAKER_HTTP_CLIENTS", "BREAKER_HTTP_SERVER_REJECT" })
	void aServiceOfThePlatformIsNoEntryOfAList(String service) {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.withVariable(service + "_SERVICE_HOST", "10.0.0.7")
			.withVariable(service + "_SERVICE_PORT_HTTP", "80")
			.withVariable(service + "_PORT", "tcp://10.0.0.7:80")
			.withVariable(service + "_PORT_80_TCP_ADDR", "10.0.0.7")
			.start("""
					breaker:
					  http:
					    clients:
					      - { host: inventory, breaker: inventory }
					    server:
					      reject:
					        - { paths: /orders/**, breaker: payments }
					""")) {
			BreakerConfigs configs = context.getBean(BreakerConfigs.class);
			assertThat(configs.httpClients()).hasSize(1);
			assertThat(configs.httpRejects()).hasSize(1);
		}
	}

	@ParameterizedTest
	@CsvSource({ "BREAKER_HTTP_CLIENTS_0_PAHT, /pay/**, 'did you mean \"BREAKER_HTTP_CLIENTS_0_PATH\"?'",
			"BREAKER_HTTP_CLIENTS_0_TIMEOUT, 5s, 'Valid for an entry of \"breaker.http.clients\" are breaker, host,'",
			"BREAKER_HTTP_SERVER_REJECT_0_PATH_0, /pay, 'did you mean \"BREAKER_HTTP_SERVER_REJECT_0_PATHS\"?'",
			"BREAKER_HTTP_CLIENTS_0, pay, 'Remove \"BREAKER_HTTP_CLIENTS_0\"'" })
	void aMisspeltVariableOfAnEntryStopsTheApplication(String name, String value, String remedy) {
		assertThat(new YamlApplication(this.directory).withVariable("BREAKER_HTTP_CLIENTS_0_BREAKER", "pay")
			.withVariable(name, value)
			.failure("")).contains("Property: " + name + "\n")
			.contains("Value: \"" + value + "\"")
			.contains("is not the environment variable of a property")
			.contains(remedy);
	}

	@Test
	void aListWithoutEntriesGuardsNothing() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.start("breaker: { http: { clients: [ ] } }")) {
			assertThat(context.getBean(BreakerConfigs.class).httpClients()).isEmpty();
		}
	}

	@Test
	void anEntryWithoutABreakerStopsTheApplication() {
		assertThat(failure("""
				breaker:
				  http:
				    clients:
				      - host: inventory.example
				        key: host
				""")).contains("Property: breaker.http.clients[0].breaker")
			.contains("application.yml] - ")
			.contains("Reason: is missing")
			.contains("Set \"breaker.http.clients[0].breaker\" to the name of the circuit breaker");
	}

	@ParameterizedTest
	@CsvSource({ "host, http://inventory, must be a host such as inventory.example",
			"path, items, 'must be a path such as /api/**'", "path, /sp%20ace/*, 'a space is a space, not %20'",
			"key, tenant, must be one of HOST" })
	void whatCannotBeUsedStopsTheApplicationWithItsPlace(String property, String value, String requirement) {
		assertThat(failure("""
				breaker:
				  http:
				    clients:
				      - breaker: inventory
				        %s: %s
				""".formatted(property, value))).contains("Property: breaker.http.clients[0]." + property)
			.contains("Value: \"" + value + "\"")
			.contains("application.yml] - 5:")
			.contains(requirement);
	}

	@ParameterizedTest
	@CsvSource({ "hosts, did you mean \"breaker.http.clients[0].host\"?",
			"record-http-statuses, did you mean \"breaker.instances.NAME.record-http-statuses\"?",
			"frobnicate, 'Valid for an entry of \"breaker.http.clients\" are breaker, host, key, path.'" })
	void anUnknownKeyOfAnEntryStopsTheApplication(String key, String remedy) {
		assertThat(failure("""
				breaker:
				  http:
				    clients:
				      - breaker: inventory
				        %s: 500
				""".formatted(key))).contains("Property: breaker.http.clients[0]." + key)
			.contains("Reason: is not a property")
			.contains(remedy);
	}

	@ParameterizedTest
	@ValueSource(strings = { "client[0].host", "clients.inventory.host", "hosts" })
	void whatIsNoEntryStopsTheApplication(String key) {
		assertThat(failure("breaker.http." + key + ": inventory")).contains("Property: breaker.http." + key)
			.contains("is no entry of \"breaker.http.clients\"")
			.contains("as a list with dashes");
	}

	@Test
	void aGapInTheNumbersStopsTheApplication() {
		assertThat(failure("""
				breaker.http.clients[0].breaker: first
				breaker.http.clients[2].breaker: third
				""")).contains("Property: breaker.http.clients[1]").contains("without a gap");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{ }", "", "x" })
	void anEntryWithoutPropertiesIsReportedOnceWithItsPlace(String entry) {
		for (String last : new String[] { "", "\n  - { breaker: third }" }) {
			assertThat(failure("breaker.http.clients:\n  - { breaker: first }\n  - " + entry + last))
				.containsOnlyOnce("Property: ")
				.contains("Property: breaker.http.clients[1]")
				.contains("application.yml")
				.contains(entry.equals("x") ? "is an entry, and takes properties below it"
						: "is an entry without properties")
				.contains("Give \"breaker.http.clients[1]\" properties, or remove it.")
				.contains("Valid for an entry of \"breaker.http.clients\" are ");
		}
		assertThat(failure("breaker.http.server.reject: [ { } ]")).containsOnlyOnce("Property: ")
			.contains("Property: breaker.http.server.reject[0]")
			.contains("is an entry without properties");
	}

	@Test
	void aLongGapIsReportedOnce() {
		assertThat(failure("breaker.http.clients[9999].breaker: last"))
			.containsOnlyOnce("is missing, though there is an entry after it");
	}

	@ParameterizedTest
	@ValueSource(strings = { "10000", "2000000000", "99999999999" })
	void aNumberThatNoListHasStopsTheApplicationWithItsPlace(String index) {
		String key = "breaker.http.clients[" + index + "].host";
		assertThat(failure(key + ": inventory")).contains("Property: " + key)
			.contains("application.yml] - 1:")
			.contains("has a number of more than 4 digits")
			.contains("without a gap");
		String variable = "BREAKER_HTTP_CLIENTS_" + index + "_HOST";
		assertThat(new YamlApplication(this.directory).withVariable(variable, "inventory").failure(""))
			.contains("Property: " + variable)
			.contains("has a number of more than 4 digits");
	}

	private HttpOutcomeRule rule(String yaml) {
		return (HttpOutcomeRule) new YamlApplication(this.directory).config(yaml, "payments").outcomeRule();
	}

	private String failure(String yaml) {
		return new YamlApplication(this.directory).failure(yaml);
	}

}
