package dev.breaker.spring.config;

import java.nio.file.Path;

import dev.breaker.spring.http.HttpServerEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a file says of requests that are rejected in advance.
 */
class ConfigHttpRejectTests {

	@TempDir
	Path directory;

	@Test
	void entriesAreReadInTheirOrder() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory).start("""
				breaker:
				  http:
				    server:
				      reject:
				        - { paths: [ /orders/**, /carts/* ], methods: [ POST, put ], breaker: payments }
				        - paths: /stock/**
				          breaker: "inventory:lyon"
				""")) {
			assertThat(context.getBean(BreakerConfigs.class).httpRejects()).hasSize(2).satisfies((entries) -> {
				assertThat(entries.get(0).paths()).hasToString("[/orders/**, /carts/*]");
				assertThat(entries.get(0).methods()).containsExactly(HttpServerEntry.Method.POST,
						HttpServerEntry.Method.PUT);
				assertThat(entries.get(0).breaker()).isEqualTo("payments");
				assertThat(entries.get(1).paths()).hasToString("[/stock/**]");
				assertThat(entries.get(1).methods()).isEmpty();
				assertThat(entries.get(1).breaker()).isEqualTo("inventory:lyon");
			});
			assertThat(context.getBean(BreakerConfigs.class).httpClients()).isEmpty();
		}
	}

	@Test
	void aListReplacesAListOfAnotherSource() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.withArgument("--breaker.http.server.reject[0].breaker=other")
			.withArgument("--breaker.http.server.reject[0].paths=/others/**")
			.start("""
					breaker:
					  http:
					    server:
					      reject:
					        - { paths: [ /a, /b ], breaker: first }
					        - { paths: /c, breaker: second }
					""")) {
			assertThat(context.getBean(BreakerConfigs.class).httpRejects()).singleElement()
				.satisfies((entry) -> assertThat(entry.paths()).hasToString("[/others/**]"));
		}
	}

	@Test
	void variablesOfTheEnvironmentAreRead() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.withVariable("BREAKER_HTTP_SERVER_REJECT_0_PATHS", "/orders/**")
			.withVariable("BREAKER_HTTP_SERVER_REJECT_0_BREAKER", "payments")
			.start("")) {
			assertThat(context.getBean(BreakerConfigs.class).httpRejects()).singleElement()
				.satisfies((entry) -> assertThat(entry.breaker()).isEqualTo("payments"));
		}
	}

	@Test
	void aListWithoutEntriesRejectsNothing() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.start("breaker: { http: { server: { reject: [ ] } } }")) {
			assertThat(context.getBean(BreakerConfigs.class).httpRejects()).isEmpty();
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"breaker: payments | paths | the paths of these requests, such as /orders/**; /** is all of them",
			"paths: [ /orders/** ] | breaker | the name of the circuit breaker that the handlers of these requests depend on" })
	void whatIsMissingStopsTheApplicationWithItsPlace(String given, String missing, String remedy) {
		assertThat(failure("""
				breaker:
				  http:
				    server:
				      reject:
				        - %s
				""".formatted(given))).contains("Property: breaker.http.server.reject[0]." + missing)
			.contains("application.yml] - 5:")
			.contains("Reason: is missing")
			.contains("Set \"breaker.http.server.reject[0].%s\" to %s.".formatted(missing, remedy));
	}

	@ParameterizedTest
	@ValueSource(strings = { "paths", "methods" })
	void aListThatMatchesNothingStopsTheApplication(String property) {
		String other = property.equals("paths") ? "methods: GET" : "paths: /**";
		assertThat(failure("""
				breaker:
				  http:
				    server:
				      reject:
				        - breaker: payments
				          %s
				          %s: [ ]
				""".formatted(other, property))).contains("Property: breaker.http.server.reject[0]." + property)
			.contains("is a list without elements, so that no request matches");
	}

	@ParameterizedTest
	@CsvSource({ "methods, FETCH, 'must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE'",
			"methods, DELET, 'did you mean \"DELETE\"?'", "paths, orders, 'must be a path such as /api/**'",
			"paths, '/orders/{id}', 'no {variable}'" })
	void whatCannotBeUsedStopsTheApplicationWithItsPlace(String property, String value, String requirement) {
		String other = property.equals("paths") ? "methods: GET" : "paths: /**";
		assertThat(failure("""
				breaker:
				  http:
				    server:
				      reject:
				        - breaker: payments
				          %s
				          %s: [ "%s" ]
				""".formatted(other, property, value)))
			.contains("Property: breaker.http.server.reject[0]." + property + "[0]")
			.contains("Value: \"" + value + "\"")
			.contains("application.yml] - 7:")
			.contains(requirement);
	}

	@ParameterizedTest
	@CsvSource({ "path, did you mean \"breaker.http.server.reject[0].paths\"?",
			"failure-rate-threshold, did you mean \"breaker.instances.NAME.failure-rate-threshold\"?",
			"frobnicate, 'Valid for an entry of \"breaker.http.server.reject\" are breaker, methods, paths.'" })
	void anUnknownKeyOfAnEntryStopsTheApplication(String key, String remedy) {
		assertThat(failure("""
				breaker:
				  http:
				    server:
				      reject:
				        - { breaker: payments, paths: /**, %s: 50 }
				""".formatted(key))).contains("Property: breaker.http.server.reject[0]." + key)
			.contains("Reason: is not a property")
			.contains(remedy);
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.rejects[0].breaker", "server.reject.payments.breaker", "server.breaker" })
	void whatIsNoEntryStopsTheApplication(String key) {
		assertThat(failure("breaker.http." + key + ": payments")).contains("Property: breaker.http." + key)
			.contains("is no entry of \"breaker.http.server.reject\"")
			.contains("as a list with dashes, or as \"breaker.http.server.reject[0].paths\"");
	}

	@Test
	void aGapInTheNumbersStopsTheApplication() {
		assertThat(failure("""
				breaker.http.server.reject[0].breaker: first
				breaker.http.server.reject[0].paths: /a
				breaker.http.server.reject[2].breaker: third
				breaker.http.server.reject[2].paths: /c
				""")).contains("Property: breaker.http.server.reject[1]").contains("without a gap");
	}

	private String failure(String yaml) {
		return new YamlApplication(this.directory).failure(yaml);
	}

}
