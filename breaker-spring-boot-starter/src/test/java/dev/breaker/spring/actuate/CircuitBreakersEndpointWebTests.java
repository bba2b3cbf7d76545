package dev.breaker.spring.actuate;

import java.security.Principal;
import java.time.Duration;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CircuitBreakersEndpointWebTests {

	private static final String PATH = "/actuator/circuitbreakers";

	private RunningApplication application;

	private ManualClock clock;

	private CircuitBreaker payments;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=unrestricted");
		this.clock = this.application.bean(ManualClock.class);
		this.payments = this.application.bean(CircuitBreakerRegistry.class).get("payments");
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void reset() {
		registry().all().forEach(CircuitBreaker::reset);
	}

	private CircuitBreakerRegistry registry() {
		return this.application.bean(CircuitBreakerRegistry.class);
	}

	@Test
	void ratesAreNumbersAndNullWhileTheWindowIsEmpty() {
		JsonNode empty = get("/fresh");
		assertThat(empty.get("failureRate").isNull()).isTrue();
		assertThat(empty.get("slowCallRate").isNull()).isTrue();
		Calls.succeed(this.payments);
		Calls.fail(this.payments, 1);
		JsonNode used = get("/payments");
		assertThat(used.get("failureRate").isNumber()).isTrue();
		assertThat(used.get("failureRate").asDouble()).isEqualTo(50.0);
		assertThat(used.get("slowCallRate").asDouble()).isZero();
		assertThat(used.get("callsUntilEvaluated").asInt()).isEqualTo(2);
	}

	@Test
	void showsEveryFieldOfTheSnapshotAndTheThresholds() {
		Calls.succeed(this.payments, Duration.ofSeconds(2));
		Calls.fail(this.payments, 3);
		Calls.refused(this.payments, 5);
		this.clock.advance(Duration.ofSeconds(25));
		JsonNode json = get("/payments");
		assertThat(json.propertyNames()).containsExactlyInAnyOrder("name", "state", "since", "failureRate",
				"slowCallRate", "bufferedCalls", "failedCalls", "slowCalls", "consecutiveFailures",
				"callsUntilEvaluated", "successfulCallsTotal", "failedCallsTotal", "slowCallsTotal",
				"ignoredCallsTotal", "notPermittedCallsTotal", "openings", "retryAfter", "lastChange", "admittedShare",
				"inFlight", "oldestInFlight", "failureRateThreshold", "slowCallRateThreshold", "explanation", "command",
				"failures", "enforced", "wouldRefuseTotal", "signals");
		assertThat(json.get("name").asString()).isEqualTo("payments");
		assertThat(json.get("state").asString()).isEqualTo("OPEN");
		assertThat(json.get("since").asString()).isEqualTo(this.payments.snapshot().since().toString());
		assertThat(json.get("failureRate").asDouble()).isEqualTo(75.0);
		assertThat(json.get("slowCallRate").asDouble()).isEqualTo(25.0);
		assertThat(json.get("bufferedCalls").asInt()).isEqualTo(4);
		assertThat(json.get("failedCalls").asInt()).isEqualTo(3);
		assertThat(json.get("slowCalls").asInt()).isEqualTo(1);
		assertThat(json.get("consecutiveFailures").asInt()).isEqualTo(3);
		assertThat(json.get("callsUntilEvaluated").asInt()).isZero();
		assertThat(json.get("successfulCallsTotal").asLong()).isEqualTo(1);
		assertThat(json.get("failedCallsTotal").asLong()).isEqualTo(3);
		assertThat(json.get("slowCallsTotal").asLong()).isEqualTo(1);
		assertThat(json.get("ignoredCallsTotal").asLong()).isZero();
		assertThat(json.get("notPermittedCallsTotal").asLong()).isEqualTo(5);
		assertThat(json.get("openings").asInt()).isEqualTo(1);
		assertThat(json.get("retryAfter").asString()).isEqualTo("PT5S");
		assertThat(json.get("admittedShare").asDouble()).isEqualTo(100.0);
		assertThat(json.get("inFlight").asInt()).isZero();
		assertThat(json.get("oldestInFlight").asString()).isEqualTo("PT0S");
		assertThat(json.get("failureRateThreshold").asDouble()).isEqualTo(50.0);
		assertThat(json.get("slowCallRateThreshold").asDouble()).isEqualTo(80.0);
		assertThat(json.get("explanation").asString()).isEqualTo(this.payments.explain().toString())
			.startsWith("Open for 25 s: 3 of the last 4 calls failed (75 %, threshold 50 %)");
		assertThat(json.get("command").isNull()).isTrue();
		assertThat(json.at("/failures/counts/java.lang.IllegalStateException").asLong()).isEqualTo(3);
		JsonNode last = json.at("/failures/last/2");
		assertThat(last.propertyNames()).containsExactlyInAnyOrder("exception", "message", "time");
		assertThat(last.get("exception").asString()).isEqualTo("java.lang.IllegalStateException");
		assertThat(last.get("message").asString()).isEqualTo("Read timed out");
		JsonNode change = json.get("lastChange");
		assertThat(change.propertyNames()).containsExactlyInAnyOrder("from", "to", "reason", "at", "lastFailure",
				"comment", "actor", "enforced");
		assertThat(change.get("from").asString()).isEqualTo("CLOSED");
		assertThat(change.get("to").asString()).isEqualTo("OPEN");
		assertThat(change.get("reason").asString()).isEqualTo("FAILURE_RATE");
		assertThat(change.get("at").asString()).isEqualTo(this.payments.snapshot().since().toString());
		assertThat(change.get("lastFailure").asString()).isEqualTo("java.lang.IllegalStateException: Read timed out");
	}

	@Test
	void theRampShowsTheShareThatIsAdmittedAndSaysSo() {
		CircuitBreaker ramping = registry().get("ramping",
				this.clock.config().recoveryRampDuration(Duration.ofSeconds(10)).build());
		ramping.open();
		ramping.close();
		this.clock.advance(Duration.ofSeconds(5));
		JsonNode json = get("/ramping");
		assertThat(json.get("state").asString()).isEqualTo("CLOSED");
		assertThat(json.get("admittedShare").asDouble()).isEqualTo(55.0);
		assertThat(json.get("explanation").asString())
			.contains("admits 55 % of calls during its recovery ramp, all in 5 s");
	}

	@Test
	void thresholdsThatAreOffAndAChangeThatNeverWasAreNull() {
		JsonNode json = get("/fresh");
		assertThat(json.get("failureRateThreshold").isNull()).isTrue();
		assertThat(json.get("slowCallRateThreshold").isNull()).isTrue();
		assertThat(json.get("lastChange").isNull()).isTrue();
		assertThat(json.get("retryAfter").asString()).isEqualTo("PT0S");
	}

	@Test
	void listsAllBreakersByName() {
		Answer answer = this.application.get(PATH);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.at("/circuitBreakers").propertyNames()).contains("fresh", "payments", "inventory:berlin",
				"GET /orders/{id}");
		assertThat(answer.text("/circuitBreakers/payments/state")).isEqualTo("CLOSED");
	}

	@Test
	void anOpenBreakerWhoseWaitElapsedIsSeenHalfOpenWithoutTraffic() {
		this.payments.open();
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(get("/payments").get("state").asString()).isEqualTo("HALF_OPEN");
	}

	@ParameterizedTest
	@ValueSource(strings = { "inventory:berlin", "inventory%3Aberlin", "GET%20/orders/%7Bid%7D", "caf%C3%A9",
			"100%25%20sure%3F" })
	void everyNameIsReachable(String encoded) {
		assertThat(this.application.get(PATH + "/" + encoded).status()).isEqualTo(200);
		assertThat(this.application.post(PATH + "/" + encoded, "{\"state\": \"DISABLED\"}").status()).isEqualTo(204);
		assertThat(this.application.get(PATH + "/" + encoded).text("/state")).isEqualTo("DISABLED");
	}

	@Test
	void allKeysOfANameAreShownWhenAskedFor() {
		CircuitBreakerGroup group = registry().group("shelves", CircuitBreakerConfig.ofDefaults(), 100);
		for (int key = 0; key < 25; key++) {
			group.get("key/" + key);
		}
		assertThat(this.application.get(PATH + "/shelves").at("/keys")).hasSize(20);
		assertThat(this.application.get(PATH + "/shelves?keys=all").at("/keys")).hasSize(25);
		assertThat(this.application.get(PATH).at("/groups/shelves/keys")).hasSize(20);
		assertThat(this.application.get(PATH + "/shelves:key/3").text("/explanation")).startsWith("Closed: ");
		Answer refused = this.application.get(PATH + "/shelves:key/3?keys=all");
		assertThat(refused.status()).isEqualTo(400);
		assertThat(refused.text("/message")).contains("Leave 'keys' out");
	}

	@Test
	void theListStaysSmallHoweverManyKeysThereAre() {
		CircuitBreakerGroup group = registry().group("customers", CircuitBreakerConfig.ofDefaults(), 10_000);
		for (int key = 0; key < 10_000; key++) {
			Calls.fail(group.get("customer-" + key), 1);
		}
		Answer list = this.application.get(PATH);
		assertThat(list.at("/groups/customers/size").asInt()).isEqualTo(10_000);
		assertThat(list.body().length()).isLessThan(100_000);
		registry().removeGroup("customers");
	}

	@Test
	void aLongKeyIsFoundByAllOfIt() {
		CircuitBreakerGroup group = registry().group("halls", CircuitBreakerConfig.builder().recordOutcomes(10).build(),
				10);
		String key = "z".repeat(300);
		CircuitBreaker breaker = group.get(key);
		assertThat(this.application.post(PATH + "/halls:" + key, "{\"state\": \"FORCED_OPEN\"}").status())
			.isEqualTo(204);
		assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
		Answer read = this.application.get(PATH + "/halls:" + key);
		assertThat(read.text("/name")).isEqualTo(breaker.name());
		assertThat(read.text("/state")).isEqualTo("FORCED_OPEN");
		assertThat(this.application.get("/actuator/circuitbreakerevents/halls:" + key).text("/events/0/circuitBreaker"))
			.isEqualTo(breaker.name());
		assertThat(this.application.get(PATH + "/halls:" + key + "/advice").status()).isEqualTo(200);
		String whatIf = PATH + "/halls:" + key + "/whatif";
		assertThat(this.application.post(whatIf, "{\"config\": {\"failure-rate-threshold\": 40}}").status())
			.isEqualTo(200);
		String signal = "{\"signal\": \"test\", \"reason\": \"x\", \"ttl\": \"1m\"}";
		assertThat(this.application.post(PATH + "/halls:" + key, signal).status()).isEqualTo(204);
		assertThat(this.application.get(PATH + "/halls:" + key).at("/signals")).hasSize(1);
		assertThat(this.application.post(PATH + "/halls:" + key, "{\"config\": {\"failure-rate-threshold\": 40}}")
			.text("/message")).contains("is that of a key");
		registry().removeGroup("halls");
	}

	@Test
	void keyWithoutABreakerIs404ThatNamesItsGroup() {
		registry().group("rooms", CircuitBreakerConfig.ofDefaults(), 10);
		registry().group("rooms:grand", CircuitBreakerConfig.ofDefaults(), 10);
		Answer read = this.application.get(PATH + "/rooms:12%C3%A9");
		assertThat(read.status()).isEqualTo(404);
		assertThat(read.text("/message")).isEqualTo("There is no circuit breaker 'rooms:12\u00e9': this key of 'rooms'"
				+ " has none at present, and gets one with its next call."
				+ " A command to 'rooms' holds for all of its keys, those to come too");
		Answer written = this.application.post(PATH + "/rooms:grand:1", "{\"state\": \"FORCED_OPEN\"}");
		assertThat(written.status()).isEqualTo(404);
		assertThat(written.text("/message")).contains("'rooms:grand:1': this key of 'rooms:grand'");
		assertThat(this.application.get("/actuator/circuitbreakerevents/rooms:12").text("/message"))
			.contains("this key of 'rooms'");
		assertThat(this.application.get(PATH + "/roomsx").text("/message"))
			.isEqualTo("There is no circuit breaker 'roomsx'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "paymnts", "GET%20/unknown/path" })
	void anUnknownBreakerIs404AndNoneIsMade(String name) {
		int before = registry().all().size();
		Answer read = this.application.get(PATH + "/" + name);
		Answer written = this.application.post(PATH + "/" + name, "{\"state\": \"FORCED_OPEN\"}");
		assertThat(read.status()).isEqualTo(404);
		assertThat(read.text("/message")).startsWith("There is no circuit breaker '");
		assertThat(written.status()).isEqualTo(404);
		assertThat(written.text("/message")).startsWith("There is no circuit breaker '");
		assertThat(registry().all()).hasSize(before);
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void everyStateCanBeCommanded(State state) {
		this.payments.open();
		assertThat(post("{\"state\": \"" + state + "\"}").status()).isEqualTo(204);
		assertThat(this.payments.state()).isEqualTo(state);
		this.clock.advance(Duration.ofSeconds(29));
		assertThat(this.payments.state()).isEqualTo(state);
	}

	@Test
	void aCommandHasNoBodyToAnswer() {
		Answer answer = post("{\"state\": \"OPEN\"}");
		assertThat(answer.status()).isEqualTo(204);
		assertThat(answer.body()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "forced_open, FORCED_OPEN, CLOSED", "Disabled, DISABLED, CLOSED", "OPEN, OPEN, HALF_OPEN" })
	void aHoldEnds(String state, State during, State after) {
		assertThat(post("{\"state\": \"" + state + "\", \"hold\": \"10m\", \"reason\": \"maintenance\"}").status())
			.isEqualTo(204);
		this.clock.advance(Duration.ofMinutes(10).minusNanos(1));
		assertThat(this.payments.state()).isEqualTo(during);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(this.payments.state()).isEqualTo(after);
	}

	@ParameterizedTest
	@ValueSource(strings = { "FORCED_OPEN", "DISABLED", "OPEN" })
	void aHoldShowsItsEnd(String state) {
		post("{\"state\": \"" + state + "\", \"hold\": \"10m\", \"reason\": \"maintenance\"}");
		String until = this.clock.instant().plus(Duration.ofMinutes(10)).toString();
		this.clock.advance(Duration.ofMinutes(1));
		JsonNode command = get("/payments").get("command");
		assertThat(command.propertyNames()).containsExactlyInAnyOrder("state", "comment", "actor", "until");
		assertThat(command.get("state").asString()).isEqualTo(state);
		assertThat(command.get("comment").asString()).isEqualTo("maintenance");
		assertThat(command.get("until").asString()).isEqualTo(until);
		this.clock.advance(Duration.ofMinutes(9));
		assertThat(get("/payments").get("command").isNull()).isTrue();
	}

	@Test
	void aCommandWithoutAHoldHasNoEnd() {
		post("{\"state\": \"DISABLED\"}");
		assertThat(get("/payments").get("command").get("until").isNull()).isTrue();
	}

	@Test
	void aHoldMayBeIso8601() {
		assertThat(post("{\"state\": \"FORCED_OPEN\", \"hold\": \"PT10M\"}").status()).isEqualTo(204);
		assertThat(get("/payments").get("retryAfter").asString()).isEqualTo("PT10M");
	}

	@Test
	void resetClosesAndClears() {
		Calls.fail(this.payments, 4);
		assertThat(post("{\"reset\": true}").status()).isEqualTo(204);
		JsonNode json = get("/payments");
		assertThat(json.get("state").asString()).isEqualTo("CLOSED");
		assertThat(json.get("failedCallsTotal").asLong()).isZero();
		assertThat(json.get("failureRate").isNull()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"state\": \"BROKEN\"}", "{\"state\": \"\"}", "{\"state\": \"OPEN\", \"reset\": true}",
			"{}", "{\"reset\": false}", "{\"hold\": \"10m\"}", "" })
	void aCommandThatNamesNoStateIs400NamingTheValidOnes(String body) {
		Answer answer = post(body);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).contains("CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY");
		assertThat(this.payments.state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "-10m", "0s", "10", "", "10 parsecs", "PT", "99999999999999999999d" })
	void aBadHoldIs400AndChangesNothing(String hold) {
		Answer answer = post("{\"state\": \"FORCED_OPEN\", \"hold\": \"" + hold + "\"}");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).startsWith("Invalid hold '" + hold + "'").contains("10m", "PT10M");
		assertThat(this.payments.state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "CLOSED", "HALF_OPEN", "METRICS_ONLY" })
	void aHoldForAStateThatHasNoneIs400NamingThoseThatDo(String state) {
		this.payments.open();
		Answer answer = post("{\"state\": \"" + state + "\", \"hold\": \"10m\"}");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).isEqualTo(state + " takes no 'hold'; OPEN, FORCED_OPEN and DISABLED do");
		assertThat(this.payments.state()).isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"reset\": \"banana\"}", "{\"state\": {\"to\": \"OPEN\"}}", "[]", "{" })
	void aBodyThatIsNoCommandIs400(String body) {
		assertThat(post(body).status()).isEqualTo(400);
		assertThat(this.payments.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aHoldForAResetIs400() {
		Answer answer = post("{\"reset\": true, \"hold\": \"10m\"}");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).isEqualTo("A reset takes no 'hold'");
	}

	@Test
	void theReasonIsLoggedWithTheCommand(CapturedOutput output) {
		post("{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"bank moves house\\nWARN forged line\"}");
		assertThat(output).contains("INFO")
			.contains("Circuit breaker 'payments': operator commands FORCED_OPEN for PT10M; "
					+ "reason: bank moves house WARN forged line");
	}

	@Test
	void theOperatorIsLoggedWithTheCommand(CapturedOutput output) {
		CircuitBreakersEndpointWebExtension extension = this.application
			.bean(CircuitBreakersEndpointWebExtension.class);
		extension.command(new SecurityContext() {

			@Override
			public Principal getPrincipal() {
				return () -> "alice";
			}

			@Override
			public boolean isUserInRole(String role) {
				return false;
			}

		}, "payments", null, null, null, true, null, null, null, null, null);
		assertThat(output).contains("Circuit breaker 'payments': operator alice commands reset");
	}

	private Answer post(String body) {
		return this.application.post(PATH + "/payments", body);
	}

	private JsonNode get(String name) {
		Answer answer = this.application.get(PATH + name);
		assertThat(answer.status()).isEqualTo(200);
		JsonNode json = answer.at("");
		assertThat(json).isNotNull();
		return json;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		CircuitBreakerRegistry registry(ManualClock clock) {
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(clock.config()
				.minimumNumberOfCalls(4)
				.slowCallDurationThreshold(Duration.ofSeconds(1))
				.slowCallRateThreshold(80)
				.waitDurationInOpenState(Duration.ofSeconds(30))
				.build());
			registry.get("payments");
			registry.get("fresh", clock.config().consecutiveFailureThreshold(5).build());
			registry.get("inventory:berlin");
			registry.get("GET /orders/{id}");
			registry.get("café");
			registry.get("100% sure?");
			return registry;
		}

	}

}
