package dev.breaker.spring.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import dev.breaker.test.ManualClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Configs that are tried on recorded outcomes over HTTP, and advice on them, whatever
 * serves it: the subclasses choose the server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WhatIfRequests {

	private static final String BASE = "/actuator/circuitbreakers/";

	private final HttpClient client = HttpClient.newHttpClient();

	private final String[] properties;

	private RunningApplication application;

	private CircuitBreakerRegistry registry;

	private ManualClock clock;

	WhatIfRequests(String... properties) {
		this.properties = properties;
	}

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class, this.properties);
		this.registry = this.application.bean(CircuitBreakerRegistry.class);
		this.clock = this.application.bean(ManualClock.class);
		for (String name : List.of("plain", "lonely/advice", "whatif", "advice")) {
			this.registry.get(name);
		}
		CircuitBreakerConfig recording = this.application.bean(BreakerConfigs.class)
			.defaults()
			.toBuilder()
			.recordOutcomes(100)
			.build();
		for (String key : List.of("lyon", "berlin", "lyon/whatif", "lyon/advice")) {
			this.registry.group("stores", recording, 10).get(key);
		}
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void forget() {
		this.application.bean(Application.class).audited.clear();
		for (CircuitBreaker breaker : this.registry.all()) {
			breaker.reset();
			CircuitBreakerConfig config = breaker.config();
			Integer outcomes = config.recordOutcomes();
			if (outcomes != null) {
				breaker.reconfigure(config.toBuilder().withoutRecordOutcomes().build());
				breaker.reconfigure(config);
			}
		}
	}

	@Test
	void aStricterConfigIsShownBesideThePresentOne() {
		CircuitBreaker payments = this.registry.get("payments");
		String from = this.clock.instant().toString();
		succeed(payments, 10);
		String opened = this.clock.instant().plusSeconds(2).toString();
		fail(payments, 30);
		for (String body : new String[] {
				"{\"consecutive-failure-threshold\": 3, \"wait-duration-in-open-state\": \"10s\"}",
				"{\"config\": {\"consecutiveFailureThreshold\": 3, \"waitDurationInOpenState\": \"10s\"}}" }) {
			Answer answer = post("payments/whatif", body);
			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat(answer.text("/circuitBreaker")).isEqualTo("payments");
			assertThat(answer.at("/recorded/calls").asLong()).isEqualTo(40);
			assertThat(answer.at("/recorded/failures").asLong()).isEqualTo(30);
			assertThat(answer.at("/recorded/failureCounts/java.lang.IllegalStateException").asLong()).isEqualTo(30);
			assertThat(answer.text("/recorded/from")).isEqualTo(from);
			assertThat(answer.text("/recorded/to")).isEqualTo(this.clock.instant().toString());
			assertThat(answer.at("/config")).hasSize(2);
			assertThat(answer.at("/whatIf/openings").asInt()).isEqualTo(3);
			assertThat(answer.at("/whatIf/firstOpenings")).hasSize(3);
			assertThat(answer.text("/whatIf/firstOpenings/0/at")).isEqualTo(opened);
			assertThat(answer.text("/whatIf/firstOpenings/0/reason")).isEqualTo("CONSECUTIVE_FAILURES");
			assertThat(answer.text("/whatIf/firstOpenings/0/lasted")).isEqualTo("PT10S");
			assertThat(answer.at("/whatIf/firstOpenings/0/over").asBoolean()).isTrue();
			assertThat(answer.at("/whatIf/firstOpenings/2/over").asBoolean()).isFalse();
			assertThat(answer.text("/whatIf/open")).isEqualTo("PT28S");
			assertThat(answer.at("/whatIf/refusedCalls").asLong()).isEqualTo(25);
			assertThat(answer.at("/whatIf/failuresSpared").asLong()).isEqualTo(25);
			assertThat(answer.at("/whatIf/successesRefused").asLong()).isZero();
			assertThat(answer.at("/whatIf/unknownCalls").asLong()).isZero();
			assertThat(answer.text("/whatIf/state")).isEqualTo("OPEN");
			assertThat(answer.at("/present/openings").asInt()).isZero();
			assertThat(answer.at("/present/refusedCalls").asLong()).isZero();
			assertThat(answer.text("/present/state")).isEqualTo("CLOSED");
			assertThat(answer.text("/summary"))
				.isEqualTo("On 40 calls of the last 40 s this config would have opened 3 times for 28 s in all, "
						+ "refused 25 calls and spared 25 failures; the present one would have opened never, "
						+ "refused 0 calls and spared 0 failures");
		}
	}

	@Test
	void nothingIsChangedAndNothingAudited() {
		CircuitBreaker payments = this.registry.get("payments");
		CircuitBreakerConfig config = payments.config();
		fail(payments, 5);
		assertThat(post("payments/whatif", "{\"consecutive-failure-threshold\": 3}").status()).isEqualTo(200);
		assertThat(payments.config()).isSameAs(config);
		assertThat(payments.state()).isEqualTo(State.CLOSED);
		assertThat(get("payments").at("/changed")).isNull();
		assertThat(this.application.bean(Application.class).audited).isEmpty();
		assertThat(this.registry.find("payments (what-if)")).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					{"failure-rate-treshold": 40}               | did you mean "config.failure-rate-threshold"?
					{"failure-rate-threshold": 140}             | "config.failure-rate-threshold" (140) must be above 0 and at most 100 percent
					{"wait-duration-in-open-state": 30}         | "30s" is seconds
					{"minimum-number-of-calls": 101}            | must be at most the 100 calls that the count-based window holds
					{"initial-state": "OPEN"}                   | command a state
					{"ignore-exceptions": ["java.io.IOException"]} | "config.ignore-exceptions" cannot be tried on recorded outcomes: what each call counted as is on the record
					{"matchCauses": true}                       | "config.match-causes" cannot be tried on recorded outcomes
					{"time-limit": "5s"}                        | how long each call took is on the record
					{"wait-duration-jitter": 0.2}               | it is by chance
					{"record-outcomes": 5}                      | Remove "config.record-outcomes".
					{"state": "FORCED_OPEN"}                    | Unknown field 'state', which is one of a command. A what-if is {"config":
					{"reset": true}                             | Unknown field 'reset', which is one of a command. A what-if is {"config":
					{"sliding-window-size": 5, "reason": "try"} | Unknown field 'reason', which is one of a command. A what-if is {"config":
					{"config": {"state": "OPEN"}}               | "config.state" (OPEN) is not a property. Remove "config.state": command a state.
					{"config": {"sliding-window-size": 5}, "state": "OPEN"} | A what-if is {"config":
					{"config": {"sliding-window-size": 5}, "reason": "try"} | A what-if is {"config":
					{"config": {"sliding-window-size": 5}, "name": "other"} | A what-if is {"config":
					{"config": null}                            | Invalid 'config' (null)
					{"config": {}}                              | Give at least one property to try
					{}                                          | Give at least one property to try
					[]                                          | The body is no JSON object. A what-if is
					' '                                         | The body is empty. A what-if is
					""")
	void whatCannotBeTriedIs400AndSaysWhy(String body, String message) {
		fail(this.registry.get("payments"), 1);
		Answer answer = post("payments/whatif", body);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).contains(message);
		assertThat(this.registry.get("payments").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void whatATryIsToldIsWhatAChangeIsTold() {
		for (String config : List.of("{\"sliding-window-syze\": 5}", "{\"slow-call-rate-threshold\": 0}",
				"{\"record-exceptions\": [\"no.Such\"]}")) {
			Answer tried = post("payments/whatif", config);
			Answer changed = post("payments", "{\"config\": " + config + "}");
			assertThat(changed.status()).isEqualTo(400);
			assertThat("Nothing is changed. " + tried.text("/message")).isEqualTo(changed.text("/message"));
		}
	}

	@Test
	void whereNothingIsRecordedItSaysHowToRecord() {
		Answer answer = post("plain/whatif", "{\"sliding-window-size\": 5}");
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).isEqualTo("Circuit breaker 'plain' records no outcomes to try a config on. "
				+ "Set record-outcomes, such as 10000");
		Answer advice = get("plain/advice");
		assertThat(advice.status()).isEqualTo(200);
		assertThat(advice.text("/silence")).isEqualTo("No outcomes are recorded: set record-outcomes, such as 10000");
		Answer empty = post("payments/whatif", "{\"sliding-window-size\": 500}");
		assertThat(empty.text("/summary")).isEqualTo("No call is on the record yet");
		assertThat(empty.at("/recorded/from").isNull()).isTrue();
	}

	@Test
	void aKeyIsTriedOnItsOwnOutcomes() {
		CircuitBreaker lyon = this.registry.find("stores:lyon").orElseThrow();
		fail(lyon, 5);
		succeed(this.registry.find("stores:berlin").orElseThrow(), 7);
		Answer answer = post("stores:lyon/whatif", "{\"consecutive-failure-threshold\": 2}");
		assertThat(answer.text("/circuitBreaker")).isEqualTo("stores:lyon");
		assertThat(answer.at("/recorded/calls").asLong()).isEqualTo(5);
		assertThat(answer.at("/whatIf/failuresSpared").asLong()).isEqualTo(3);
		assertThat(get("stores:berlin/advice").text("/silence")).startsWith("7 successes and failures");
		for (Answer ofGroup : List.of(post("stores/whatif", "{\"consecutive-failure-threshold\": 2}"),
				get("stores/advice"))) {
			assertThat(ofGroup.status()).isEqualTo(400);
			assertThat(ofGroup.text("/message"))
				.isEqualTo("'stores' is a group of circuit breakers, one a key, each with outcomes of its own. "
						+ "Name one of them, such as 'stores:lyon'");
		}
	}

	@Test
	void aNameWithSlashesStandsBeforeTheLastWord() {
		fail(this.registry.get("GET /orders"), 4);
		Answer answer = post("GET%20/orders/whatif", "{\"consecutive-failure-threshold\": 2}");
		assertThat(answer.text("/circuitBreaker")).isEqualTo("GET /orders");
		assertThat(answer.at("/whatIf/failuresSpared").asLong()).isEqualTo(2);
		assertThat(get("GET%20/orders/advice").text("/circuitBreaker")).isEqualTo("GET /orders");
	}

	/** Such as a key that a request brought along. */
	@Test
	void aBreakerThatIsCalledLikeAPathIsNotReachedByIt() {
		for (String body : List.of("{\"state\": \"FORCED_OPEN\"}", "{\"reset\": true}",
				"{\"config\": {\"sliding-window-size\": 5}}", "{\"consecutive-failure-threshold\": 2}",
				"{\"state\": \"FORCED_OPEN\", \"name\": \"stores:lyon/whatif\"}", "{}", "")) {
			post("stores:lyon/whatif", body);
		}
		CircuitBreaker shadow = this.registry.find("stores:lyon/whatif").orElseThrow();
		assertThat(shadow.state()).isEqualTo(State.CLOSED);
		assertThat(this.registry.findGroup("stores").orElseThrow().config().slidingWindowSize()).isEqualTo(100);
		assertThat(get("stores:lyon/advice").text("/circuitBreaker")).isEqualTo("stores:lyon");
		assertThat(get("stores:lyon/whatif").text("/name")).isEqualTo("stores:lyon/whatif");
		assertThat(post("stores:lyon/advice", "{\"state\": \"FORCED_OPEN\"}").status()).isEqualTo(204);
		assertThat(this.registry.find("stores:lyon/advice").orElseThrow().state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.registry.find("stores:lyon").orElseThrow().state()).isEqualTo(State.CLOSED);
	}

	@Test
	void theAdviceOfAnUnknownBreakerIs404() {
		Answer unknown = get("unknown/advice");
		assertThat(unknown.status()).isEqualTo(404);
		assertThat(unknown.text("/message")).isEqualTo("There is no circuit breaker 'unknown'");
		Answer called = get("lonely/advice");
		assertThat(called.status()).isEqualTo(404);
		assertThat(called.text("/message")).isEqualTo("There is no circuit breaker 'lonely'. "
				+ "A path that ends in '/advice' asks for that of the circuit breaker before it; "
				+ "'lonely/advice' is in the list of all");
	}

	@Test
	void aTryOnAnUnknownBreakerIs404AndNoneIsMade() {
		Answer answer = post("unknown/whatif", "{\"sliding-window-size\": 5}");
		assertThat(answer.status()).isEqualTo(404);
		assertThat(answer.text("/message")).isEqualTo("There is no circuit breaker 'unknown'");
		assertThat(this.registry.find("unknown")).isEmpty();
		assertThat(this.registry.find("unknown/whatif")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "whatif", "advice" })
	void aBreakerMayBeCalledSoByItself(String name) {
		assertThat(get(name).text("/name")).isEqualTo(name);
		assertThat(post(name, "{\"state\": \"DISABLED\"}").status()).isEqualTo(204);
		assertThat(this.registry.get(name).state()).isEqualTo(State.DISABLED);
		assertThat(get(name + "/advice").text("/circuitBreaker")).isEqualTo(name);
		assertThat(post(name + "/whatif", "{\"sliding-window-size\": 5}").text("/message"))
			.startsWith("Circuit breaker '" + name + "' records no outcomes");
	}

	@ParameterizedTest
	@ValueSource(strings = { "payments/whatif?name=plain", "payments/whatif?config=x", "payments/whatif/",
			"payments//whatif", "payments%2Fwhatif", "payments/whatif;a=b" })
	void aTryOfAnotherSpellingIsRefused(String path) {
		Answer answer = post(path, "{\"consecutive-failure-threshold\": 3}");
		assertThat(answer.status()).isIn(400, 404);
		assertThat(answer.body()).doesNotContain("\"whatIf\"");
	}

	@Test
	void anAdviceTakesNoKeysAndNoName() {
		assertThat(get("payments/advice?keys=all").status()).isEqualTo(400);
		assertThat(get("payments/advice?name=plain").status()).isEqualTo(400);
	}

	@Test
	void adviceIsSilentWhileThereIsTooLittle() {
		succeed(this.registry.get("payments"), 999);
		Answer answer = get("payments/advice");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.text("/silence"))
			.isEqualTo("999 successes and failures are on the record, and 1,000 are needed");
		assertThat(answer.at("/advice")).isEmpty();
		assertThat(answer.at("/config")).isEmpty();
		assertThat(answer.at("/whatIf").isNull()).isTrue();
	}

	@Test
	void adviceComesWithReasonsAndIsTriedAndAppliedAsItIs() {
		CircuitBreaker payments = this.registry.get("payments");
		for (int i = 0; i < 2_000; i++) {
			call(payments, null, Duration.ofMillis((i % 50 == 0) ? 130 : 20));
			this.clock.advance(Duration.ofMillis(80));
		}
		Answer answer = get("payments/advice");
		assertThat(answer.at("/silence").isNull()).isTrue();
		assertThat(answer.at("/advice")).hasSize(1);
		assertThat(answer.text("/advice/0/property")).isEqualTo("slow-call-duration-threshold");
		assertThat(answer.at("/advice/0/present").isNull()).isTrue();
		assertThat(answer.text("/advice/0/suggested")).isEqualTo("260ms");
		assertThat(answer.text("/advice/0/reason")).startsWith("99 % of 2,000 successful calls took at most 130 ms");
		assertThat(answer.at("/whatIf/openings").asInt()).isZero();
		assertThat(answer.at("/present/openings").asInt()).isZero();
		String config = answer.at("/config").toString();
		assertThat(config).isEqualTo("{\"slow-call-duration-threshold\":\"260ms\"}");
		assertThat(post("payments/whatif", config).status()).isEqualTo(200);
		assertThat(post("payments", "{\"config\": " + config + "}").status()).isEqualTo(204);
		Answer later = get("payments/advice");
		this.application.bean(BreakerConfigs.class).restore("payments");
		assertThat(later.at("/silence").isNull()).isTrue();
		assertThat(later.at("/advice")).isEmpty();
	}

	private void succeed(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			call(breaker, null, Duration.ZERO);
			this.clock.advance(Duration.ofSeconds(1));
		}
	}

	private void fail(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			call(breaker, new IllegalStateException("down"), Duration.ZERO);
			this.clock.advance(Duration.ofSeconds(1));
		}
	}

	private void call(CircuitBreaker breaker, @Nullable Throwable thrown, Duration taking) {
		Permit permit = breaker.acquire();
		this.clock.advance(taking);
		if (thrown != null) {
			permit.failure(thrown, taking.toNanos());
		}
		else {
			permit.success("done", taking.toNanos());
		}
	}

	private Answer post(String path, String json) {
		return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
	}

	private Answer get(String path) {
		return send(request(path).GET());
	}

	private HttpRequest.Builder request(String path) {
		String port = this.application.context().getEnvironment().getRequiredProperty("local.management.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + BASE + path))
			.timeout(Duration.ofSeconds(10));
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

		private final List<AuditApplicationEvent> audited = new CopyOnWriteArrayList<>();

		@EventListener
		void audit(AuditApplicationEvent event) {
			this.audited.add(event);
		}

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock clockOfAllBreakers(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

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

	}

}
