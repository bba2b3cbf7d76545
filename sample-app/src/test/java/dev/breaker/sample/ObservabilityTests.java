package dev.breaker.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.sample.Prometheus.Sample;
import dev.breaker.spring.BreakerClock;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * The dashboard and the alerts of {@code docs/observability} in a real Prometheus, where
 * one is installed. It scrapes the shop before its first call, and in an outage: payments
 * are open for the third time, the partner was forced open half an hour ago, one
 * warehouse of two is half-open since then, and the fallback of gifts fails. The waits
 * are so long that only the clock of the breakers ends them.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = "logging.level.dev.breaker.CircuitBreaker=off")
@AutoConfigureMetrics
@DirtiesContext
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ObservabilityTests {

	private static final Path FILES = Path.of("..", "docs", "observability");

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final String NO_DATA = "CircuitBreakerNoData";

	private static final Set<String> BREAKERS = Set.of("payments", "partner", "inventory", "gifts");

	private static final Pattern VARIABLE = Pattern.compile("label_values\\((.*), (\\w+)\\)");

	private final JsonMapper mapper = new JsonMapper();

	private JsonNode dashboard;

	private Prometheus prometheus;

	/** Nothing was scraped yet. */
	private Instant before;

	/** All breakers have been scraped, and none was called. */
	private Instant quiet;

	@Autowired
	Environment environment;

	@Autowired
	WebServerApplicationContext server;

	@Autowired
	CircuitBreakerRegistry breakers;

	@Autowired
	ManualClock clock;

	@Autowired
	Gifts gifts;

	@BeforeAll
	void watchAnOutage() throws IOException {
		this.dashboard = this.mapper.readTree(Files.readString(FILES.resolve("grafana-dashboard.json")));
		Optional<Path> program = Prometheus.program("prometheus");
		assumeThat(program).as("Prometheus on the path").isPresent();
		this.prometheus = new Prometheus(program.get(), FILES.resolve("alerts.yml"));
		this.before = Instant.now();
		this.prometheus.scrape(shop());
		// Some more than the two scrapes that a rate needs, and the first evaluation of
		// the rules
		awaitThat("count_over_time(breaker_window_calls{name=\"gifts\"}[1m]) >= 3");
		awaitThat("count_over_time(job_instance:breaker_window_calls:group[1m]) >= 2");
		this.quiet = Instant.now();
		breakDown();
	}

	private String shop() {
		return "127.0.0.1:" + this.environment.getRequiredProperty("local.server.port");
	}

	private void awaitThat(String expression) {
		await().alias(expression)
			.atMost(PATIENCE)
			.until(() -> this.prometheus.query(expression, Instant.now()), (result) -> !result.isEmpty());
	}

	private void breakDown() {
		ShopClient client = new ShopClient(this.environment);
		assertThat(client.get("/checkout/sku-1?warehouse=lyon").status()).isEqualTo(200);
		assertThat(client.command("partner", "{\"state\": \"FORCED_OPEN\"}").status()).isEqualTo(204);
		assertThat(client.command("inventory:lyon", "{\"state\": \"OPEN\"}").status()).isEqualTo(204);
		this.clock.advance(Duration.ofMinutes(31));
		assertThatIllegalStateException().isThrownBy(this.gifts::wrap).withMessage("no paper either");
		for (int outage = 1; outage <= 2; outage++) {
			openPayments(client);
			client.behave("payments", "ok");
			this.clock.advance(Duration.ofSeconds(5));
			// By its dark probe: a call would be the first of the next period, or refused
			await().atMost(PATIENCE).until(() -> this.breakers.get("payments").state() == State.CLOSED);
			assertThat(client.get("/checkout/sku-1?warehouse=berlin").status()).isEqualTo(200);
		}
		this.breakers.get("payments").acquire().success("late", Duration.ofSeconds(2).toNanos());
		openPayments(client);
		for (int order = 0; order < 5; order++) {
			assertThat(client.get("/checkout/sku-1?warehouse=berlin").status()).isEqualTo(202);
		}
		this.clock.advance(Duration.ofSeconds(1));
	}

	private static void openPayments(ShopClient client) {
		client.behave("payments", "error");
		client.callUntil("payments", State.OPEN, "/checkout/sku-1?warehouse=berlin");
	}

	@AfterAll
	void stop() {
		if (this.prometheus != null) {
			this.prometheus.close();
		}
	}

	Stream<Query> queries() {
		return this.dashboard.get("panels")
			.valueStream()
			.flatMap((panel) -> panel.path("targets")
				.valueStream()
				.map((target) -> new Query(panel.get("title").asString(), target.get("refId").asString(),
						target.get("expr").asString())));
	}

	Stream<String> panels() {
		return queries().map(Query::panel).distinct();
	}

	@ParameterizedTest
	@MethodSource("panels")
	void noPanelIsBlankBeforeTheFirstCall(String panel) {
		List<Sample> drawn = queries().filter((query) -> query.panel().equals(panel))
			.flatMap((query) -> this.prometheus.query(query.forAll(), this.quiet).stream())
			.filter((sample) -> Double.isFinite(sample.value()))
			.toList();
		assertThat(drawn).isNotEmpty();
		Set<String> names = drawn.stream()
			.filter((sample) -> sample.labels().containsKey("name"))
			.map((sample) -> sample.labels().get("name"))
			.collect(Collectors.toSet());
		assertThat(names).isIn(Set.of(), BREAKERS);
	}

	@ParameterizedTest
	@MethodSource("queries")
	void queryReturnsWhatHappened(Query query) {
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertResult(query.toString(), this.prometheus.query(query.forAll(), Instant.now())));
	}

	private static void assertResult(String query, List<Sample> result) {
		switch (query) {
			case "Breakers A" -> assertThat(only(result)).isEqualTo(5);
			case "Not closed A" -> assertThat(only(result)).isEqualTo(3);
			case "Instances that see it A", "By command A" -> assertThat(only(result)).isEqualTo(1);
			case "Refused calls A" -> assertThat(only(result)).isBetween(1.0, 50.0);
			case "Failing fallbacks A", "Calls a second B" -> assertThat(only(result)).isPositive();
			case "State A", "Breakers now A" -> assertThat(by("name", result))
				.isEqualTo(Map.of("payments", 5.0, "partner", 6.0, "inventory", 4.0, "gifts", 1.0));
			case "Breakers now B" ->
				assertThat(by("name", result)).containsEntry("payments", 1.0).containsEntry("partner", 1_871.0);
			case "Time in state while not closed A" -> assertThat(by("name", result))
				.isEqualTo(Map.of("payments", 1.0, "partner", 1_871.0, "inventory", 1_866.0, "gifts", 0.0));
			case "Breakers now C" -> assertThat(by("name", result)).containsEntry("payments", 60.0)
				.containsEntry("partner", Double.NaN)
				.containsEntry("gifts", 100.0);
			case "Failure rate A" -> assertThat(by("name", result))
				.isEqualTo(Map.of("payments", 60.0, "partner", 0.0, "inventory", 0.0, "gifts", 100.0));
			case "Breakers now D", "Failure rate B" ->
				assertThat(by("name", result)).containsEntry("payments", 50.0).containsEntry("partner", Double.NaN);
			case "Breakers now E", "Slow-call rate A" -> assertThat(by("name", result)).containsEntry("payments", 20.0);
			case "Breakers now F", "Slow-call rate B" ->
				assertThat(by("name", result)).containsEntry("payments", 60.0).containsEntry("partner", 100.0);
			case "Breakers now G", "Calls in the window B" ->
				assertThat(by("name", result)).containsEntry("payments", 0.0).containsEntry("gifts", 4.0);
			case "Calls in the window A" ->
				assertThat(by("name", result)).containsEntry("payments", 5.0).containsEntry("gifts", 1.0);
			case "Breakers now H", "Until the next probe A" -> assertThat(by("name", result))
				.isEqualTo(Map.of("payments", 4.0, "partner", 0.0, "inventory", 0.0, "gifts", 0.0));
			case "Changes of state A" -> assertThat(by("reason", without("reason", "command", result)))
				.hasEntrySatisfying("failure_rate", (count) -> assertThat(count).isBetween(3.0, 4.0))
				.hasEntrySatisfying("wait_elapsed", (count) -> assertThat(count).isPositive())
				.hasEntrySatisfying("probes_succeeded", (count) -> assertThat(count).isBetween(2.0, 3.0))
				.containsEntry("probes_failed", 0.0)
				.containsEntry("slow_call_rate", 0.0);
			case "Calls a second A" ->
				assertThat(by("outcome", result)).hasEntrySatisfying("success", (rate) -> assertThat(rate).isPositive())
					.hasEntrySatisfying("failure", (rate) -> assertThat(rate).isPositive())
					.containsEntry("ignored", 0.0);
			case "Refused calls of each breaker A" -> assertThat(by("name", result))
				.hasEntrySatisfying("payments", (share) -> assertThat(share).isBetween(1.0, 50.0))
				.containsEntry("partner", 0.0)
				.containsEntry("inventory", 0.0)
				.containsEntry("gifts", 0.0);
			case "How long calls take A", "Slow calls a second A" ->
				assertThat(by("name", result)).hasEntrySatisfying("payments", (mean) -> assertThat(mean).isPositive())
					.containsEntry("partner", 0.0);
			// It is forgotten after a minute or two
			case "How long calls take B" -> assertThat(by("name", result)).containsOnlyKeys(BREAKERS)
				.hasEntrySatisfying("payments", (longest) -> assertThat(longest).isIn(0.0, 2.0));
			case "Fallbacks a second A" -> {
				assertThat(by("name", with("outcome", "success", result)))
					.hasEntrySatisfying("payments", (rate) -> assertThat(rate).isPositive())
					.containsEntry("gifts", 0.0);
				assertThat(by("name", with("outcome", "failure", result)))
					.hasEntrySatisfying("gifts", (rate) -> assertThat(rate).isPositive())
					.containsEntry("payments", 0.0);
			}
			case "Keys without a breaker, calls a second A" -> assertThat(only(result)).isZero();
			case "Calls under way A" ->
				assertThat(by("name", result)).containsOnlyKeys(BREAKERS).containsEntry("payments", 0.0);
			case "Signals A" -> assertThat(by("name", result))
				.isEqualTo(Map.of("payments", 0.0, "partner", 0.0, "inventory", 0.0, "gifts", 0.0));
			case "Shadow mode A" ->
				assertThat(by("name", result)).containsOnlyKeys(BREAKERS).containsEntry("payments", 0.0);
			case "Shadow mode B" -> assertThat(by("name", result))
				.isEqualTo(Map.of("payments", 1.0, "partner", 1.0, "inventory", 2.0, "gifts", 1.0));
			case "Refused calls of each breaker B" ->
				assertThat(by("name", result)).containsOnlyKeys(BREAKERS).containsEntry("payments", 0.0);
			default -> fail("Unknown query '%s': say what it returns", query);
		}
	}

	@ParameterizedTest
	@MethodSource("queries")
	void queryIsAboutWhatTheVariablesSelect(Query query) {
		assertThat(this.prometheus.query(query.with("$application", "none"), Instant.now())).isEmpty();
		assertThat(this.prometheus.query(query.with("$instance", "none"), Instant.now())).isEmpty();
		assertThat(this.prometheus.query(query.with("$breaker", "gifts"), Instant.now()))
			.allMatch((sample) -> sample.labels().getOrDefault("name", "gifts").equals("gifts"));
		// Of these alone Prometheus knows no name
		assertThat(this.prometheus.query(query.with("$breaker", "none"), Instant.now()).isEmpty())
			.isEqualTo(!query.expression().contains("breaker_keys_overflow"));
	}

	@Test
	void variablesListWhatThereIs() {
		Map<String, List<String>> listed = new TreeMap<>();
		for (JsonNode variable : this.dashboard.at("/templating/list")) {
			if (variable.get("type").asString().equals("query")) {
				Matcher query = VARIABLE.matcher(variable.at("/query/query").asString());
				assertThat(query.matches()).as(variable.toString()).isTrue();
				assertThat(variable.get("definition").asString()).isEqualTo(query.group());
				listed.put(variable.get("name").asString(),
						this.prometheus.labelValues(Query.replaced(query.group(1), Map.of()), query.group(2)));
			}
		}
		assertThat(listed).containsOnlyKeys("application", "instance", "breaker")
			.containsEntry("application", List.of("shop"))
			.containsEntry("instance", List.of(shop()))
			.hasEntrySatisfying("breaker", (names) -> assertThat(names).hasSameElementsAs(BREAKERS));
	}

	@Test
	void everyMeterIsOnTheDashboard() {
		assertThat(this.prometheus.labelValues("{__name__=~\"breaker_.+\"}", "__name__")).hasSizeGreaterThan(15)
			.allSatisfy((metric) -> assertThat(queries().map(Query::expression))
				.anyMatch((expression) -> expression.contains(metric + "{")));
	}

	Stream<Alert> alerts() {
		return this.prometheus.rules()
			.stream()
			.filter((rule) -> rule.get("type").asString().equals("alerting"))
			.map((rule) -> new Alert(rule.get("name").asString(), rule));
	}

	@ParameterizedTest
	@MethodSource("alerts")
	void noAlertFiresBeforeTheFirstCall(Alert alert) {
		assertThat(this.prometheus.query(alert.expression(), this.quiet)).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("alerts")
	void alertFiresInTheOutageThatItIsFor(Alert alert) {
		Instant when = alert.name().equals(NO_DATA) ? this.before : null;
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertAlert(alert.name(),
					this.prometheus.query(alert.expression(), (when != null) ? when : Instant.now())));
	}

	private void assertAlert(String name, List<Sample> result) {
		switch (name) {
			case "CircuitBreakerNotClosed" -> {
				assertThat(by("name", result)).isEqualTo(Map.of("payments", 1.0, "partner", 1.0, "inventory", 1.0));
				assertThat(result).allMatch((sample) -> sample.labels().get("instance").equals(shop()));
			}
			case "CircuitBreakerCommandForgotten" -> {
				assertThat(by("name", result)).isEqualTo(Map.of("partner", 1_871.0));
				assertThat(result.get(0).labels()).containsEntry("state", "forced_open");
			}
			case "CircuitBreakerFlapping" -> assertThat(by("name", result)).containsOnlyKeys("payments")
				.hasEntrySatisfying("payments", (count) -> assertThat(count).isBetween(3.0, 4.0));
			case "CircuitBreakerRefusals" -> assertThat(by("name", result)).containsOnlyKeys("payments")
				.hasEntrySatisfying("payments", (share) -> assertThat(share).isBetween(1.0, 50.0));
			case "CircuitBreakerFallbackFailing" -> assertThat(by("name", result)).containsOnlyKeys("gifts");
			case "CircuitBreakerHalfOpenWithoutEnd" ->
				assertThat(by("name", result)).isEqualTo(Map.of("inventory", 1_866.0));
			case NO_DATA -> assertThat(result).containsExactly(new Sample(Map.of(), 1));
			default -> fail("Unknown alert '%s': say what makes it fire", name);
		}
	}

	@ParameterizedTest
	@MethodSource("alerts")
	void alertIsEvaluatedByPrometheus(Alert alert) {
		assertThat(alert.rule().get("health").asString()).isEqualTo("ok");
		if (!alert.name().equals(NO_DATA)) {
			awaitThat("ALERTS{alertname=\"" + alert.name() + "\"}");
		}
	}

	@ParameterizedTest
	@MethodSource("alerts")
	void alertHasSeverityTextsAndALineInTheRunbook(Alert alert) throws IOException {
		assertThat(alert.rule().at("/labels/severity").asString()).isIn("critical", "warning");
		assertThat(alert.rule().at("/annotations/summary").asString()).isNotBlank();
		assertThat(alert.rule().at("/annotations/description").asString()).isNotBlank();
		assertThat(alert.rule().at("/annotations/runbook_url").asString())
			.endsWith("/docs/observability/runbook.md#" + alert.name().toLowerCase());
		assertThat(Files.readString(FILES.resolve("runbook.md"))).contains("\n## " + alert.name() + "\n");
	}

	@Test
	void rulesPassTheirUnitTests() throws Exception {
		Optional<Path> promtool = Prometheus.program("promtool");
		assertThat(promtool).as("promtool, of the package of Prometheus").isPresent();
		Process process = new ProcessBuilder(promtool.get().toString(), "test", "rules", "alerts-test.yml")
			.directory(FILES.toFile())
			.redirectErrorStream(true)
			.start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
		assertThat(alerts().map(Alert::name))
			.allSatisfy((name) -> assertThat(Files.readString(FILES.resolve("alerts-test.yml")))
				.contains("alertname: " + name + "\n"));
	}

	@Test
	@Order(Integer.MAX_VALUE)
	void noDataFiresForAnInstanceThatIsDown() {
		Alert noData = alerts().filter((alert) -> alert.name().equals(NO_DATA)).findFirst().orElseThrow();
		assertThat(this.prometheus.query(noData.expression(), Instant.now())).isEmpty();
		this.server.getWebServer().stop();
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(this.prometheus.query(noData.expression(), Instant.now()))
				.containsExactly(new Sample(Map.of("job", "shop", "instance", shop()), 1)));
	}

	private static double only(List<Sample> result) {
		assertThat(result).hasSize(1);
		return result.get(0).value();
	}

	private static Map<String, Double> by(String label, List<Sample> result) {
		return result.stream().collect(Collectors.toMap((sample) -> sample.labels().get(label), Sample::value));
	}

	private static List<Sample> with(String label, String value, List<Sample> result) {
		return result.stream().filter((sample) -> value.equals(sample.labels().get(label))).toList();
	}

	private static List<Sample> without(String label, String value, List<Sample> result) {
		return result.stream().filter((sample) -> !value.equals(sample.labels().get(label))).toList();
	}

	record Query(String panel, String refId, String expression) {

		String forAll() {
			return replaced(this.expression, Map.of());
		}

		String with(String variable, String value) {
			return replaced(this.expression, Map.of(variable, value));
		}

		// As Grafana does: the value for all is that of the variables
		static String replaced(String expression, Map<String, String> values) {
			String replaced = expression.replace("$__rate_interval", "5m");
			for (String variable : List.of("$application", "$instance", "$breaker")) {
				replaced = replaced.replace(variable, values.getOrDefault(variable, ".+"));
			}
			assertThat(replaced).doesNotContain("$");
			return replaced;
		}

		@Override
		public String toString() {
			return this.panel + " " + this.refId;
		}

	}

	record Alert(String name, JsonNode rule) {

		String expression() {
			return this.rule.get("query").asString();
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	/** A service of the shop whose fallback fails as well. */
	static class Gifts {

		@CircuitBreaker(name = "gifts", fallbackMethod = "wrapLater")
		String wrap() {
			throw new IllegalStateException("no paper");
		}

		String wrapLater() {
			throw new IllegalStateException("no paper either");
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock breakerClock(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

		@Bean
		Gifts gifts() {
			return new Gifts();
		}

	}

}
