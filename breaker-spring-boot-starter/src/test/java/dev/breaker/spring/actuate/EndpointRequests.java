package dev.breaker.spring.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a request may say, whatever serves it: the subclasses choose the server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EndpointRequests {

	private static final String STATES = "CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY";

	private static final String ORIGIN = "https://ops.example";

	private final HttpClient client = HttpClient.newHttpClient();

	private final String base;

	private final String[] properties;

	private RunningApplication application;

	private CircuitBreakerRegistry registry;

	EndpointRequests(String base, String... properties) {
		this.base = base;
		this.properties = properties;
	}

	@BeforeAll
	void start() {
		List<String> all = new ArrayList<>(List.of(this.properties));
		all.add("management.endpoints.web.cors.allowed-origins=" + ORIGIN);
		all.add("management.endpoints.web.cors.allowed-methods=GET,POST");
		this.application = RunningApplication.start(Application.class, all.toArray(String[]::new));
		this.registry = this.application.bean(CircuitBreakerRegistry.class);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@AfterEach
	void reset() {
		this.registry.all().forEach(CircuitBreaker::reset);
	}

	private void assertNothingChanged() {
		assertThat(this.registry.all()).hasSize(6).allMatch((breaker) -> breaker.state() == State.CLOSED);
	}

	private void refused(Answer answer, String... message) {
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).contains(message);
		assertNothingChanged();
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "x/y" })
	void aNameInTheBodyNeverBeatsThePath(String name) {
		refused(post(name, "{\"name\": \"fb\", \"state\": \"FORCED_OPEN\"}"), "Invalid 'name' ('fb')",
				"here '" + name + "'");
		refused(post(name, "{\"state\": \"FORCED_OPEN\", \"name\": null}"), "Invalid 'name'");
		refused(post(name, "{\"state\": \"FORCED_OPEN\", \"name\": [\"fb\"]}"), "Invalid 'name'");
	}

	@Test
	void theNameOfThePathMayBeRepeatedInTheBody() {
		assertThat(post("plain", "{\"name\": \"plain\", \"state\": \"DISABLED\"}").status()).isEqualTo(204);
		assertThat(this.registry.get("plain").state()).isEqualTo(State.DISABLED);
		assertThat(this.registry.get("fb").state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain?name=fb", "plain?n%61me=fb", "plain?name=x&name=fb", "plain?state=FORCED_OPEN",
			"x/y?name=fb", "x/y?name=a,b", "plain?hold=10m", "plain?other=1" })
	void aQueryNeverAddsToACommand(String path) {
		refused(post(path, "{\"state\": \"CLOSED\"}"), "A command is given in the body",
				"Content-Type: application/json", "Leave out the parameters");
	}

	@Test
	void aQueryIsNoCommand() {
		Answer answer = send(request("plain?state=FORCED_OPEN").header("Content-Type", "application/json")
			.POST(BodyPublishers.noBody()));
		refused(answer, "A command is given in the body");
		Answer untyped = send(request("plain?state=FORCED_OPEN").POST(BodyPublishers.noBody()));
		assertThat(untyped.status()).isIn(400, 415);
		assertNothingChanged();
	}

	@Test
	void aConfigIsChangedAndRestored() {
		assertThat(post("x/y", "{\"config\": {\"sliding-window-size\": 70}, \"reason\": \"drill\"}").status())
			.isEqualTo(204);
		assertThat(this.registry.get("x/y").config().slidingWindowSize()).isEqualTo(70);
		assertThat(send(request("x/y").GET()).text("/changed/reason")).isEqualTo("drill");
		refused(post("x/y", "{\"config\": {\"sliding-window-syze\": 80}}"),
				"did you mean \"config.sliding-window-size\"?");
		assertThat(post("x/y", "{\"config\": {}}").status()).isEqualTo(204);
		assertThat(this.registry.get("x/y").config().slidingWindowSize()).isEqualTo(100);
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "HEAD" })
	void aNameInTheQueryShowsNoOtherBreaker(String method) {
		for (String path : new String[] { "plain?name=fb", "x/y?name=fb", "plain?n%61me=fb" }) {
			Answer answer = send(request(path).method(method, BodyPublishers.noBody()));
			assertThat(answer.status()).isEqualTo(400);
			assertThat(answer.body()).doesNotContain("\"fb\"");
		}
		assertThat(send(request("plain?name=fb").GET()).text("/message")).contains("The path alone");
	}

	@Test
	void anotherQueryDoesNotHinderReading() {
		Answer answer = send(request("plain?t=1").GET());
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.text("/name")).isEqualTo("plain");
		assertThat(send(request("plain").method("HEAD", BodyPublishers.noBody())).status()).isEqualTo(200);
	}

	@Test
	void aNameInTheQueryShowsNoOtherEvents() {
		this.registry.get("fb").open();
		Answer answer = get(this.base.replace("circuitbreakers", "circuitbreakerevents") + "/plain?name=fb");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(get(this.base.replace("circuitbreakers", "circuitbreakerevents") + "/x//y").status()).isEqualTo(404);
		assertThat(get(this.base.replace("circuitbreakers", "circuitbreakerevents") + "/fb").status()).isEqualTo(200);
	}

	@ParameterizedTest
	@CsvSource({ "resaon, 'bank moves'", "hodl, 10m", "State, OPEN", "stat\u00e9, OPEN", "'', OPEN", "fallback, x" })
	void anUnknownFieldIs400NamingTheValidOnes(String field, String value) {
		refused(post("plain", "{\"state\": \"FORCED_OPEN\", \"" + field + "\": \"" + value + "\"}"),
				"Unknown field '" + field + "'", "Valid fields: state, hold, reason, reset, config");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "+10", "-10", "10", " 10 ", "1e3", "10.5", "0", "0s", "-5m", "+0m", "PT0S", "10m ago", "1h30" })
	void aHoldWithoutAUnitOrOfNothingIs400(String hold) {
		refused(post("plain", "{\"state\": \"FORCED_OPEN\", \"hold\": \"" + hold + "\"}"), "Invalid hold", "PT10M");
	}

	@ParameterizedTest
	@CsvSource({ "10m, 10m", "+10m, 10m", "90s, 90s", "PT10M, 10m", "pt10m, 10m", "1d, 24h" })
	void aHoldWithAUnitIsTaken(String hold, String expected) {
		assertThat(post("plain", "{\"state\": \"FORCED_OPEN\", \"hold\": \"" + hold + "\"}").status()).isEqualTo(204);
		assertThat(this.registry.get("plain").snapshot().retryAfter()).isBetween(Duration.ofSeconds(60),
				Duration.parse("PT" + expected));
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"state\": [\"OPEN\"]", "\"state\": {\"to\": \"OPEN\"}", "\"state\": 1",
			"\"state\": true", "\"state\": null", "\"state\": \"OPEN\", \"hold\": 10",
			"\"state\": \"OPEN\", \"hold\": [\"10m\"]", "\"state\": \"OPEN\", \"hold\": null",
			"\"state\": \"OPEN\", \"reason\": 5", "\"state\": \"OPEN\", \"reason\": [\"a\"]", "\"reset\": \"yes\"",
			"\"reset\": \"true\"", "\"reset\": 1", "\"reset\": [true]", "\"reset\": null" })
	void aValueOfTheWrongTypeIs400NamingIt(String field) {
		Answer answer = post("plain", "{" + field + "}");
		String name = field.replaceAll(".*\"(\\w+)\": [^:]+$", "$1").replace("to", "state");
		refused(answer, "Invalid '" + name + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "null", "[]", "[{\"state\": \"OPEN\"}]", "\"OPEN\"", "{", "{\"state\": ",
			"{\"state\": \"OPEN\"", "{\"state\": \"OPEN\"} {\"state\": \"OPEN\"}", "{'state': 'OPEN'}", "OPEN",
			"state=OPEN", "{\"state\" \"OPEN\"}" })
	void aBodyThatIsNoJsonObjectIs400WithAClearMessage(String body) {
		refused(post("plain", body), "The body is ", "state");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"hold\": \"10m\"}", "{\"reset\": false}", "{\"state\": \"BROKEN\"}" })
	void aCommandWithoutAStateIs400NamingThem(String body) {
		refused(post("plain", body), STATES);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			"state": "BRO\\nKEN"                   | Invalid state 'BRO KEN'
			"state": "OPEN", "hold": "so\\r\\non"  | Invalid hold 'so on'
			"state": "OPEN", "na\\nme": 1          | Unknown field 'na me'
			"state": "OPEN", "name": "f\\nb"       | Invalid 'name' ('f b')
			"state": "OPEN", "reset": "y\\nes"     | Invalid 'reset' ('y es')
			"state": ["O\\nPEN"]                   | Invalid 'state' ([O PEN])
			""")
	void whatIsQuotedInAMessageIsOfOneLine(String fields, String message) {
		refused(post("plain", "{" + fields + "}"), message);
	}

	@Test
	void anEndlessBodyIs400() {
		refused(post("plain", "{\"state\": \"OPEN\", \"reason\": \"" + "x".repeat(70_000) + "\"}"),
				"longer than 65536 bytes");
	}

	@ParameterizedTest
	@ValueSource(strings = { "x//y", "x/y/", "/x/y", "//x/y", "x/", "/x", "x//", "x%2Fy", "x%2fy", "z/../x", "./x",
			"z/%2e%2e/x", "x/./y", "x;a=b", "x;/y", "x/y;a=b", "x;a=b/y", ";a=b", "x%2F", "%2Fx" })
	void apathOfAnotherSpellingReachesNoBreaker(String path) {
		Answer written = post(path, "{\"state\": \"FORCED_OPEN\"}");
		assertThat(written.status()).isIn(400, 404);
		assertNothingChanged();
		Answer read = send(request(path).GET());
		assertThat(read.status()).isIn(400, 404);
		assertThat(read.body()).doesNotContain("bufferedCalls");
	}

	@ParameterizedTest
	@CsvSource({ "x//y, x//y", "caf%C3%A9//y, caf\u00e9//y", "x;a=b/y, x;a=b/y", "a%20b/, a b/" })
	void aPathOfAnotherSpellingIsShownDecoded(String path, String shown) {
		assertThat(send(request(path).GET()).text("/message")).startsWith("The path '" + shown + "' is that of no");
		assertThat(post(path, "{\"state\": \"FORCED_OPEN\"}").text("/message"))
			.startsWith("The path '" + shown + "' is that of no");
	}

	@Test
	void theListIsReadAndNotCommanded() {
		Answer list = get(this.base);
		assertThat(list.status()).isEqualTo(200);
		assertThat(list.at("/circuitBreakers")).hasSize(6);
		for (String body : new String[] { "{\"state\": \"OPEN\"}", "{\"state\": \"OPEN\", \"name\": \"fb\"}" }) {
			refused(send(requestOf(this.base).header("Content-Type", "application/json")
				.POST(BodyPublishers.ofString(body))), "The path names no circuit breaker");
		}
		assertThat(get(this.base + "?name=fb").at("/circuitBreakers")).hasSize(6);
		assertThat(post("", "{\"state\": \"OPEN\"}").status()).isEqualTo(404);
		assertNothingChanged();
	}

	@Test
	void everyNameIsStillReached() {
		for (String path : new String[] { "x", "x/y", "caf%C3%A9", "semi%3Bcolon" }) {
			assertThat(send(request(path).GET()).status()).isEqualTo(200);
			assertThat(post(path, "{\"state\": \"DISABLED\", \"reason\": \"m\u00fcde \\\"x\\\" \\u20ac\"}").status())
				.isEqualTo(204);
			assertThat(send(request(path).GET()).text("/state")).isEqualTo("DISABLED");
		}
	}

	@Test
	void anotherTypeOfContentIs415() {
		Answer answer = send(request("plain").header("Content-Type", "text/plain")
			.POST(BodyPublishers.ofString("{\"state\": \"OPEN\"}")));
		assertThat(answer.status()).isEqualTo(415);
		Answer form = send(request("plain").header("Content-Type", "application/x-www-form-urlencoded")
			.POST(BodyPublishers.ofString("state=OPEN&name=fb")));
		assertThat(form.status()).isIn(400, 415);
		assertNothingChanged();
	}

	@ParameterizedTest
	@ValueSource(strings = { "json", "application/", "application/json;charset=nothing", "/json", "*" })
	void aTypeOfContentThatIsNoneIsNoCommand(String type) {
		Answer answer = send(
				request("plain").header("Content-Type", type).POST(BodyPublishers.ofString("{\"state\": \"OPEN\"}")));
		assertThat(answer.status()).isIn(400, 415);
		assertNothingChanged();
	}

	@ParameterizedTest
	@CsvSource({ "plain, 400", "x//y, 404" })
	void aScriptOfAnAllowedOriginCanReadWhyItIsRefused(String path, int status) throws Exception {
		// Spring MVC makes its handlers with the first request that gets to it.
		assertThat(send(request("plain").GET()).status()).isEqualTo(200);
		HttpRequest.Builder command = request(path).header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{}"));
		HttpResponse<String> allowed = this.client.send(command.header("Origin", ORIGIN).build(),
				BodyHandlers.ofString());
		assertThat(allowed.statusCode()).isEqualTo(status);
		assertThat(allowed.headers().allValues("Access-Control-Allow-Origin")).containsExactly(ORIGIN);
		HttpResponse<String> other = this.client.send(command.setHeader("Origin", "https://evil.example").build(),
				BodyHandlers.ofString());
		assertThat(other.statusCode()).isEqualTo(403);
		assertThat(other.headers().allValues("Access-Control-Allow-Origin")).isEmpty();
	}

	private Answer post(String path, String json) {
		return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
	}

	private Answer get(String path) {
		return send(requestOf(path).GET());
	}

	private HttpRequest.Builder request(String path) {
		return requestOf(this.base + "/" + path);
	}

	private HttpRequest.Builder requestOf(String path) {
		String port = this.application.context().getEnvironment().getRequiredProperty("local.management.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).timeout(Duration.ofSeconds(10));
	}

	private Answer send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = this.client.send(request.build(), BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		/**
		 * The event loops that all share are ended by the first application that ends.
		 */
		@Bean
		ReactorResourceFactory ownEventLoops() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

		@Bean
		CircuitBreakerRegistry registry() {
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
			for (String name : new String[] { "plain", "fb", "x", "x/y", "caf\u00e9", "semi;colon" }) {
				registry.get(name);
			}
			return registry;
		}

	}

}
