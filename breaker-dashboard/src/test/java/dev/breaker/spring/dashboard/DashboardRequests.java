package dev.breaker.spring.dashboard;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.dashboard.RunningDashboard.Answer;
import dev.breaker.spring.dashboard.RunningDashboard.Event;
import dev.breaker.spring.dashboard.RunningDashboard.Viewer;
import dev.breaker.test.ManualClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the dashboard answers, whatever serves it: the subclasses choose the server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DashboardRequests {

	private static final String CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
			+ "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	private final WebApplicationType type;

	private final String base;

	private final String[] properties;

	private RunningDashboard application;

	private CircuitBreaker payments;

	DashboardRequests(WebApplicationType type, String base, String... properties) {
		this.type = type;
		this.base = base;
		this.properties = properties;
	}

	@BeforeAll
	void start() {
		this.application = RunningDashboard.start(this.type, this.base, List.of(Shop.class),
				Stream
					.concat(Stream.of(this.properties),
							Stream.of("breaker.instances.payments.minimum-number-of-calls=4",
									"breaker.instances.payments.permitted-number-of-calls-in-half-open-state=3"))
					.toArray(String[]::new));
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void make() {
		this.payments = this.application.breaker("payments");
	}

	@AfterEach
	void forget() {
		this.application.closeViewers();
		this.application.registry().groups().forEach((group) -> this.application.registry().removeGroup(group.name()));
		this.application.registry().all().forEach((breaker) -> this.application.registry().remove(breaker.name()));
	}

	private Answer get(String path) {
		return this.application.get(path);
	}

	private static void assertHeaders(Answer answer) {
		assertThat(answer.header("Content-Security-Policy")).isEqualTo(CSP);
		assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
		assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
		assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
	}

	@Test
	void thePageIsHtmlOfItsOwnFilesAlone() {
		Answer page = this.application.send("/breakerdashboard",
				(request) -> request.header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
		assertThat(page.status()).isEqualTo(200);
		assertThat(page.header("Content-Type")).isEqualToIgnoringCase("text/html;charset=UTF-8");
		assertHeaders(page);
		assertThat(page.body()).startsWith("<!DOCTYPE html>")
			.contains("src=\"breakerdashboard/app.js\"", "href=\"breakerdashboard/page.css\"")
			.doesNotContain("http://", "https://", "style=", "onclick");
	}

	@ParameterizedTest
	@CsvSource({ "page.css,text/css", "app.js,text/javascript", "icon.svg,image/svg+xml", "chart.js,text/javascript" })
	void eachFileHasItsType(String file, String type) {
		Answer answer = get("/breakerdashboard/" + file);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Content-Type")).startsWith(type);
		assertThat(answer.body()).isNotEmpty();
		assertHeaders(answer);
	}

	@ParameterizedTest
	@ValueSource(strings = { "unknown.js", "index.html", "Ring.class", "BreakerDashboardEndpoint.class", "app",
			"..%2Fdashboard%2Fapp.js", "%2e%2e%2fapp.js", "..%5Capp.js", "app.js%00.css", "app.js/x", "x/app.js", ".js",
			"META-INF", "app.css.js", "../../application.yml" })
	void whatIsNoFileOfThePageIsNotServed(String path) {
		assertThat(get("/breakerdashboard/" + path).status()).isBetween(400, 404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "page.css?resource=live", "page.css?resource=breaker&name=payments",
			"app.js?resource=stream", "icon.svg?%72esource=live" })
	void thePathAloneSaysWhatIsRead(String path) {
		Answer answer = get("/breakerdashboard/" + path);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.body()).contains("The path alone says what is read").doesNotContain("payments");
	}

	@Test
	void aBreakerThatIsNotEnforcedSaysSo() {
		assertThat(breaker(get("/breakerdashboard/live").json(), "payments").get("enforced").asBoolean()).isTrue();
		this.payments.reconfigure(this.payments.config().toBuilder().enforce(false).build());
		this.payments.forceOpen();
		Calls.succeed(this.payments, 2);
		JsonNode shown = breaker(get("/breakerdashboard/live").json(), "payments");
		assertThat(shown.get("enforced").asBoolean(true)).isFalse();
		assertThat(shown.get("wouldRefuseTotal").asLong()).isEqualTo(2);
		assertThat(shown.get("explanation").asString()).endsWith("; not enforced, no call is refused");
	}

	@Test
	void theFiguresAreThoseOfTheEndpointAndOfPrometheus() {
		// Counters go on where a breaker is made anew under its name
		double failed = series("breaker_calls_seconds_count{name=\"payments\",outcome=\"failure\"}");
		double succeeded = series("breaker_calls_seconds_count{name=\"payments\",outcome=\"success\"}");
		double refused = series("breaker_calls_not_permitted_total{name=\"payments\"}");
		Calls.succeed(this.payments, 1);
		Calls.fail(this.payments, 3);
		this.application.context().getBean(ManualClock.class).advance(Duration.ofMillis(2500));
		Calls.refuse(this.payments, 4);
		JsonNode shown = breaker(get("/breakerdashboard/live").json(), "payments");
		JsonNode endpoint = get("/circuitbreakers/payments").json();
		for (String field : List.of("name", "state", "since", "failureRate", "slowCallRate", "failureRateThreshold",
				"slowCallRateThreshold", "bufferedCalls", "callsUntilEvaluated", "successfulCallsTotal",
				"failedCallsTotal", "slowCallsTotal", "ignoredCallsTotal", "notPermittedCallsTotal", "openings",
				"explanation", "command")) {
			assertThat(shown.get(field)).as(field).isEqualTo(endpoint.get(field));
		}
		assertThat(shown.get("retryAfter").asDouble())
			.isEqualTo(Duration.parse(endpoint.get("retryAfter").asString()).toMillis() / 1000d);
		assertThat(shown.get("topFailure").asString()).isEqualTo("java.lang.IllegalStateException");
		assertThat(shown.get("lastFailure").asString()).isEqualTo("java.lang.IllegalStateException: Read timed out");
		assertThat(shown.get("fallbacks").asString()).startsWith("later(");
		assertThat(shown.get("state").asString()).isEqualTo("OPEN");
		Map<String, Double> figures = Map.of("breaker_state_duration_seconds{name=\"payments\",state=\"open\"}",
				shown.get("stateSeconds").asDouble(), "breaker_retry_after_seconds{name=\"payments\"}",
				shown.get("retryAfter").asDouble(), "breaker_failure_rate{name=\"payments\"}",
				shown.get("failureRate").asDouble(), "breaker_failure_rate_threshold{name=\"payments\"}",
				shown.get("failureRateThreshold").asDouble(),
				"breaker_calls_seconds_count{name=\"payments\",outcome=\"failure\"}",
				failed + shown.get("failedCallsTotal").asLong(),
				"breaker_calls_seconds_count{name=\"payments\",outcome=\"success\"}",
				succeeded + shown.get("successfulCallsTotal").asLong(),
				"breaker_calls_not_permitted_total{name=\"payments\"}",
				refused + shown.get("notPermittedCallsTotal").asLong());
		figures.forEach((series, figure) -> assertThat(series(series)).as(series).isEqualTo(figure));
	}

	@Test
	void everyFigureIsThatOfPrometheusAndTheHistory() {
		ManualClock clock = this.application.context().getBean(ManualClock.class);
		CircuitBreaker breaker = this.application.registry()
			.get("figures",
					clock.config()
						.minimumNumberOfCalls(20)
						.slowCallDurationThreshold(Duration.ofSeconds(1))
						.slowCallRateThreshold(80)
						.ignoreExceptions(IllegalArgumentException.class)
						.build());
		Map<String, String> counters = Map.of("successfulCallsTotal",
				"breaker_calls_seconds_count{name=\"figures\",outcome=\"success\"}", "failedCallsTotal",
				"breaker_calls_seconds_count{name=\"figures\",outcome=\"failure\"}", "ignoredCallsTotal",
				"breaker_calls_seconds_count{name=\"figures\",outcome=\"ignored\"}", "slowCallsTotal",
				"breaker_calls_slow_total{name=\"figures\"}", "notPermittedCallsTotal",
				"breaker_calls_not_permitted_total{name=\"figures\"}");
		Map<String, Double> before = new HashMap<>();
		counters.forEach((field, series) -> before.put(field, series(series)));
		Calls.succeed(breaker, 2);
		Calls.succeedSlowly(breaker, 1);
		this.application.endSecond();
		Calls.fail(breaker, 1);
		breaker.acquire().failure(new IllegalArgumentException("ignored"), 1);
		this.application.endSecond();
		JsonNode shown = breaker(get("/breakerdashboard/live").json(), "figures");
		counters.forEach((field, series) -> assertThat(series(series)).as(field)
			.isEqualTo(before.get(field) + shown.get(field).asLong()));
		Map<String, String> gauges = Map.of("breaker_failure_rate", "failureRate", "breaker_failure_rate_threshold",
				"failureRateThreshold", "breaker_slow_call_rate", "slowCallRate", "breaker_slow_call_rate_threshold",
				"slowCallRateThreshold", "breaker_window_calls", "bufferedCalls", "breaker_calls_until_evaluated",
				"callsUntilEvaluated", "breaker_retry_after_seconds", "retryAfter");
		gauges.forEach((meter, field) -> assertThat(series(meter + "{name=\"figures\"}")).as(field)
			.isEqualTo(shown.get(field).asDouble()));
		assertThat(shown.get("callsUntilEvaluated").asInt()).isEqualTo(16);
		assertThat(shown.get("failureRate").asDouble()).isEqualTo(25);
		assertThat(series("breaker_state{name=\"figures\",state=\"closed\"}")).isOne();
		assertThat(series("breaker_state_duration_seconds{name=\"figures\",state=\"closed\"}")).isEqualTo(2)
			.isEqualTo(shown.get("stateSeconds").asDouble());
		JsonNode seconds = get("/circuitbreakerhistory/figures").json().at("/circuitBreakers/figures");
		for (String series : List.of("succeeded", "failed", "slow", "ignored", "refused", "states")) {
			assertThat(shown.at("/sparkline/" + series)).as(series).isEqualTo(seconds.get(series));
		}
		assertThat(shown.at("/sparkline/succeeded/0").asInt()).isEqualTo(3);
		assertThat(shown.get("callsPerSecond").asDouble()).as("of five calls in two seconds").isEqualTo(2.5);
		assertThat(shown.get("refusalsPerSecond").asDouble()).isZero();
	}

	/** Zero where it is not there. */
	private double series(String name) {
		return get("/prometheus").body()
			.lines()
			.filter((line) -> line.startsWith(name + " "))
			.mapToDouble((line) -> Double.parseDouble(line.substring(name.length() + 1)))
			.findFirst()
			.orElse(0);
	}

	@Test
	void theAnswerIsAsThePageReadsIt() {
		Calls.succeed(this.payments, 20);
		this.application.endSecond();
		this.payments.halfOpen();
		Calls.succeed(this.payments, 1);
		Answer answer = get("/breakerdashboard/live");
		assertHeaders(answer);
		assertThat(answer.header("Content-Type")).startsWith("application/json");
		JsonNode live = answer.json();
		assertThat(live.propertyNames()).containsExactlyInAnyOrder("application", "instance", "time", "writable",
				"commands", "since", "seconds", "breakers", "groups");
		assertThat(live.get("application").asString()).isEqualTo("shop");
		assertThat(live.get("time").asString())
			.isEqualTo(this.application.context().getBean(ManualClock.class).instant().toString());
		assertThat(live.get("seconds").asInt()).isEqualTo(300);
		JsonNode shown = breaker(live, "payments");
		assertThat(shown.get("probesDone").asInt()).isEqualTo(1);
		assertThat(shown.get("probesPermitted").asInt()).isEqualTo(3);
		assertThat(shown.get("group").isNull()).isTrue();
		assertThat(shown.get("slowCallRateThreshold").isNull()).isTrue();
		assertThat(shown.at("/sparkline").propertyNames()).containsExactlyInAnyOrder("succeeded", "failed", "slow",
				"ignored", "refused", "states");
		assertThat(shown.at("/sparkline/states").asString()).endsWith("C");
		assertThat(shown.get("callsPerSecond").asDouble()).isPositive();
		JsonNode end = live.get("since");
		int longest = 0;
		for (JsonNode each : live.get("breakers")) {
			longest = Math.max(longest, each.at("/sparkline/succeeded").size());
		}
		assertThat(end.asLong() + longest)
			.isEqualTo(this.application.context().getBean(ManualClock.class).instant().getEpochSecond());
	}

	@Test
	void ofManyKeysTheTwentyWorstAreShownWithTheirGroup() {
		BreakerConfigs configs = this.application.context().getBean(BreakerConfigs.class);
		CircuitBreakerGroup stores = this.application.registry().group("stores", configs.get("stores"), 1000);
		for (int i = 0; i < 50; i++) {
			stores.get("k" + i);
		}
		stores.get("lyon").forceOpen();
		JsonNode live = get("/breakerdashboard/live").json();
		assertThat(live.get("breakers")).hasSize(21);
		JsonNode lyon = breaker(live, "stores:lyon");
		assertThat(lyon.get("group").asString()).isEqualTo("stores");
		assertThat(lyon.get("key").asString()).isEqualTo("lyon");
		JsonNode group = live.at("/groups/0");
		assertThat(group.get("name").asString()).isEqualTo("stores");
		assertThat(group.get("size").asInt()).isEqualTo(51);
		assertThat(group.get("limit").asInt()).isEqualTo(1000);
		assertThat(group.at("/states/FORCED_OPEN").asInt()).isEqualTo(1);
		assertThat(group.at("/states/CLOSED").asInt()).isEqualTo(50);
	}

	@Test
	void aNameThatIsMarkupIsText() {
		String name = "<img src=x onerror=\"alert(1)\">\n\u2028";
		this.application.breaker(name);
		JsonNode shown = breaker(get("/breakerdashboard/live").json(), name);
		assertThat(shown.get("name").asString()).isEqualTo(name);
	}

	@Test
	void aNameWithHalfACharacterIsAsItIsWhetherAskedForOrTold() {
		String name = "half \ud83d";
		this.application.breaker(name);
		assertThat(breaker(get("/breakerdashboard/live").json(), name).get("state").asString()).isEqualTo("CLOSED");
		Viewer viewer = this.application.view();
		await().until(() -> !viewer.events().isEmpty());
		assertThat(breaker(viewer.events().get(0).data(), name).get("state").asString()).isEqualTo("CLOSED");
	}

	@Test
	void aBreakerHasAViewOfItsOwn() {
		Calls.fail(this.payments, 4);
		this.application.endSecond();
		Answer answer = get("/breakerdashboard/breaker?name=payments");
		assertThat(answer.status()).isEqualTo(200);
		assertHeaders(answer);
		JsonNode view = answer.json();
		assertThat(view.at("/breaker/name").asString()).isEqualTo("payments");
		assertThat(view.get("since").asLong() + view.at("/breaker/sparkline/failed").size())
			.isEqualTo(this.application.context().getBean(ManualClock.class).instant().getEpochSecond());
		assertThat(view.get("explanation")).isEqualTo(view.at("/breaker/explanation"));
		assertThat(view.get("failures")).isEqualTo(get("/circuitbreakers/payments").json().get("failures"));
		assertThat(view.get("events")).hasSize(5).isEqualTo(get("/circuitbreakerevents/payments").json().get("events"));
		assertThat(view.get("bindings")).hasSize(1)
			.containsExactlyElementsOf(get("/circuitbreakerbindings").json()
				.get("bindings")
				.valueStream()
				.filter((binding) -> binding.get("breaker").asString().equals("payments"))
				.toList());
		JsonNode minimum = property(view, "minimum-number-of-calls");
		assertThat(minimum.get("value").asString()).isEqualTo("4");
		assertThat(minimum.get("origin").asString()).contains("commandLineArgs");
		assertThat(property(view, "failure-rate-threshold").get("value").asString()).isEqualTo("50");
		assertThat(property(view, "failure-rate-threshold").get("origin").asString()).isEqualTo("default");
		assertThat(property(view, "wait-duration-in-open-state").get("value").asString()).isEqualTo("1m");
		assertThat(property(view, "time-limit").get("value").asString()).isEqualTo("none");
	}

	@Test
	void methodsWhoseCallersAreRefusedAreToldFromThoseWithAnAnswer() {
		this.application.breaker("orders");
		this.application.breaker("stock");
		this.application.breaker("partner");
		this.application.breaker("unguarded");
		JsonNode live = get("/breakerdashboard/live").json();
		assertAnswers(breaker(live, "payments"), "later(String, Throwable)", List.of("pay(String)"), List.of());
		assertAnswers(breaker(live, "orders"), "orderLater()", List.of("order()"),
				List.of("cancel()", "refund(String)"));
		assertAnswers(breaker(live, "stock"), null, List.of(), List.of("reserve(String)"));
		assertThat(breaker(live, "stock").get("answersFailures").asBoolean()).isTrue();
		assertAnswers(breaker(live, "partner"), null, List.of(), List.of("offer()"));
		assertThat(breaker(live, "partner").get("answersFailures").asBoolean()).isFalse();
		assertAnswers(breaker(live, "unguarded"), null, List.of(), List.of());
		JsonNode view = get("/breakerdashboard/breaker?name=orders").json().get("breaker");
		assertAnswers(view, "orderLater()", List.of("order()"), List.of("cancel()", "refund(String)"));
	}

	@Test
	void whatCallersOfKeysGetIsSaidOfTheirGroupToo() {
		CircuitBreakerGroup orders = this.application.registry()
			.group("orders", this.payments.config().toBuilder().build(), 10);
		orders.get("lyon");
		JsonNode live = get("/breakerdashboard/live").json();
		for (JsonNode shown : List.of(breaker(live, "orders:lyon"), live.at("/groups/0"))) {
			assertAnswers(shown, "orderLater()", List.of("order()"), List.of("cancel()", "refund(String)"));
		}
	}

	private static void assertAnswers(JsonNode shown, @Nullable String fallbacks, List<String> answered,
			List<String> unanswered) {
		assertThat(shown.get("fallbacks").isNull() ? null : shown.get("fallbacks").asString()).isEqualTo(fallbacks);
		assertThat(methods(shown.get("answered"))).isEqualTo(answered);
		assertThat(methods(shown.get("unanswered"))).isEqualTo(unanswered);
	}

	/** The names of methods without their classes. */
	private static List<String> methods(JsonNode names) {
		return names.valueStream().map((name) -> name.asString().replaceAll("^[^(]*\\.", "")).toList();
	}

	@Test
	void noMoreThanFiftyEventsOfATypeAreShown() {
		for (int i = 0; i < 30; i++) {
			this.payments.forceOpen();
			this.payments.close();
		}
		this.payments.reset();
		Calls.fail(this.payments, 1);
		this.payments.forceOpen();
		Calls.refuse(this.payments, 80);
		List<String> types = get("/breakerdashboard/breaker?name=payments").json()
			.get("events")
			.valueStream()
			.map((event) -> event.get("type").asString())
			.toList();
		assertThat(types.subList(0, 49)).containsOnly("STATE_CHANGE");
		assertThat(types.subList(49, 52)).containsExactly("RESET", "FAILURE", "STATE_CHANGE");
		assertThat(types.subList(52, types.size())).hasSize(50).containsOnly("NOT_PERMITTED");
	}

	@ParameterizedTest
	@ValueSource(strings = { "breaker?name=unknown", "breaker?name=", "breaker" })
	void theViewOfAnUnknownBreakerIs404(String path) {
		Answer answer = get("/breakerdashboard/" + path);
		assertThat(answer.status()).isEqualTo(404);
		assertThat(answer.json().get("message").asString()).contains("There is no circuit breaker");
		assertHeaders(answer);
	}

	@Test
	void theHistoryIsReadByOthersToo() {
		long began = this.application.context().getBean(ManualClock.class).instant().getEpochSecond();
		this.application.breaker("a/b");
		Calls.fail(this.payments, 2);
		this.application.endSecond();
		JsonNode history = get("/circuitbreakerhistory").json();
		assertThat(history.get("interval").asInt()).isEqualTo(1);
		assertThat(history.get("circuitBreakers").propertyNames()).containsExactlyInAnyOrder("payments", "a/b");
		JsonNode seconds = history.at("/circuitBreakers/payments");
		assertThat(seconds.propertyNames()).containsExactlyInAnyOrder("since", "succeeded", "failed", "slow", "ignored",
				"refused", "states");
		assertThat(seconds.get("since").asLong() + seconds.get("failed").size() - 1).isEqualTo(began);
		assertThat(seconds.get("failed").get(seconds.get("failed").size() - 1).asInt()).isEqualTo(2);
		assertThat(get("/circuitbreakerhistory/payments").json().get("circuitBreakers").propertyNames())
			.containsExactly("payments");
		assertThat(get("/circuitbreakerhistory/a/b").json().get("circuitBreakers").propertyNames())
			.containsExactly("a/b");
		assertThat(get("/circuitbreakerhistory/unknown").status()).isEqualTo(404);
		Answer other = get("/circuitbreakerhistory/payments?name=a/b");
		assertThat(other.status()).isEqualTo(400);
		assertThat(other.json().get("message").asString()).contains("The path alone says which circuit breaker");
	}

	@Test
	void theStreamBeginsWithAllAndGoesOnWithWhatIsNew() {
		Calls.succeed(this.payments, 1);
		this.application.endSecond();
		this.application.endSecond();
		Viewer viewer = this.application.view();
		assertThat(viewer.response().statusCode()).isEqualTo(200);
		assertThat(viewer.response().headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
		assertThat(viewer.response().headers().firstValue("Content-Security-Policy")).contains(CSP);
		await().until(() -> !viewer.events().isEmpty());
		Event first = viewer.events().get(0);
		assertThat(first.name()).isEqualTo("live");
		assertThat(first.id()).isEqualTo(first.data().get("time").asString());
		JsonNode whole = breaker(first.data(), "payments").get("sparkline");
		assertThat(whole.get("succeeded").size()).isGreaterThanOrEqualTo(2);
		Calls.fail(this.payments, 2);
		this.application.endSecond();
		await().until(() -> failures(viewer) == 2);
		long end = first.data().get("since").asLong() + longest(first.data());
		for (Event event : viewer.events().subList(1, viewer.events().size())) {
			assertThat(longest(event.data())).isLessThanOrEqualTo(1);
			if (longest(event.data()) == 1) {
				assertThat(event.data().get("since").asLong()).isEqualTo(end++);
			}
		}
	}

	/** The failures that a viewer was told of. */
	private static int failures(Viewer viewer) {
		int failures = 0;
		for (Event event : viewer.events()) {
			for (JsonNode number : breaker(event.data(), "payments").at("/sparkline/failed")) {
				failures += number.asInt();
			}
		}
		return failures;
	}

	private static int longest(JsonNode live) {
		int longest = 0;
		for (JsonNode breaker : live.get("breakers")) {
			longest = Math.max(longest, breaker.at("/sparkline/succeeded").size());
		}
		return longest;
	}

	@Test
	void aViewerThatGoesMakesRoomForAnother() {
		int viewers = 0;
		while (this.application.view().response().statusCode() != 503) {
			viewers++;
		}
		assertThat(viewers).isBetween(1, LiveStream.MOST_VIEWERS);
		this.application.closeViewers();
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			try (Viewer next = this.application.view()) {
				return next.response().statusCode() == 200;
			}
		});
	}

	@Test
	void commandsAreServedWhereThePageSaysSo() {
		boolean writable = get("/breakerdashboard/live").json().get("writable").asBoolean();
		assertThat(writable).isEqualTo(List.of(this.properties).contains(DashboardTests.COMMANDS));
		Answer answer = this.application.send("/circuitbreakers/payments",
				(request) -> request.header("Content-Type", "application/json")
					.POST(BodyPublishers.ofString("{\"state\": \"FORCED_OPEN\", \"reason\": \"drill\"}")));
		assertThat(answer.status()).isEqualTo(writable ? 204 : 405);
		JsonNode shown = breaker(get("/breakerdashboard/live").json(), "payments");
		assertThat(shown.get("state").asString()).isEqualTo(writable ? "FORCED_OPEN" : "CLOSED");
		if (writable) {
			assertThat(shown.at("/command/comment").asString()).isEqualTo("drill");
		}
	}

	private static JsonNode breaker(JsonNode live, String name) {
		for (JsonNode breaker : live.get("breakers")) {
			if (breaker.get("name").asString().equals(name)) {
				return breaker;
			}
		}
		throw new AssertionError("There is no " + name + " in " + live);
	}

	private static JsonNode property(JsonNode view, String name) {
		for (JsonNode property : view.get("config")) {
			if (property.get("property").asString().equals(name)) {
				return property;
			}
		}
		throw new AssertionError("There is no " + name + " in " + view);
	}

	/**
	 * Has a guarded method.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Shop {

		@Bean
		Payments paymentClient() {
			return new Payments();
		}

		@Bean
		Orders orders() {
			return new Orders();
		}

	}

	static class Orders {

		@dev.breaker.annotation.CircuitBreaker(name = "orders", fallbackMethod = "orderLater")
		public void order() {
		}

		@dev.breaker.annotation.CircuitBreaker(name = "orders")
		public void cancel() {
		}

		@dev.breaker.annotation.CircuitBreaker(name = "orders", fallbackMethod = "refundLater")
		public void refund(String order) {
		}

		@dev.breaker.annotation.CircuitBreaker(name = "stock", fallbackMethod = "guess")
		public void reserve(String order) {
		}

		@dev.breaker.annotation.CircuitBreaker(name = "partner")
		public void offer() {
		}

		void orderLater() {
		}

		void refundLater(String order, IllegalStateException thrown) {
		}

		void guess(String order, IllegalStateException thrown) {
		}

	}

	static class Payments {

		@dev.breaker.annotation.CircuitBreaker(name = "payments", fallbackMethod = "later")
		public String pay(String order) {
			return order;
		}

		String later(String order, Throwable thrown) {
			return order;
		}

	}

}
