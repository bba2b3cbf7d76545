package dev.breaker.sample;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

import dev.breaker.State;
import dev.breaker.sample.ShopClient.Answer;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

@ShopTest
class OperatorsTests {

	@Autowired
	ShopClient shop;

	@Autowired
	WebServerApplicationContext server;

	@BeforeEach
	void restore() {
		this.shop.restore();
	}

	@ParameterizedTest
	@ValueSource(strings = { "payments", "inventory", "partner" })
	void prometheusHasEveryMeterOfEveryBreaker(String name) {
		String scrape = this.shop.get("/actuator/prometheus").body();
		for (String outcome : new String[] { "success", "failure", "ignored" }) {
			assertMeter(scrape, "breaker_calls_seconds_count", "name", name, "outcome", outcome);
		}
		for (State state : State.values()) {
			assertMeter(scrape, "breaker_state", "name", name, "state", state.name().toLowerCase());
		}
		for (String outcome : new String[] { "success", "failure" }) {
			assertMeter(scrape, "breaker_fallbacks_total", "name", name, "outcome", outcome);
		}
		assertMeter(scrape, "breaker_state_transitions_total", "from", "closed", "name", name, "reason", "failure_rate",
				"to", "open");
		for (String meter : new String[] { "breaker_calls_slow_total", "breaker_calls_not_permitted_total",
				"breaker_failure_rate", "breaker_slow_call_rate", "breaker_window_calls" }) {
			assertMeter(scrape, meter, "name", name);
		}
	}

	@Test
	void prometheusHasNoMetersOfASingleWarehouse() {
		this.shop.get("/checkout/sku-1?warehouse=berlin");
		assertThat(this.shop.get("/actuator/prometheus").body()).doesNotContain("inventory:berlin");
	}

	@Test
	void metersCountWhatHappened() {
		double failures = meter("breaker_calls_seconds_count", "name", "payments", "outcome", "failure");
		double openings = openings();
		double refusals = meter("breaker_calls_not_permitted_total", "name", "payments");
		double fallbacks = meter("breaker_fallbacks_total", "name", "payments", "outcome", "success");
		this.shop.behave("payments", "error");
		this.shop.callUntil("payments", State.OPEN, "/checkout/sku-1");
		long failed = this.shop.breaker("payments").get("failedCallsTotal").asLong();
		this.shop.get("/checkout/sku-1");

		assertThat(meter("breaker_calls_seconds_count", "name", "payments", "outcome", "failure"))
			.isEqualTo(failures + failed);
		assertThat(openings()).isEqualTo(openings + 1);
		assertThat(meter("breaker_calls_not_permitted_total", "name", "payments")).isEqualTo(refusals + 1);
		assertThat(meter("breaker_fallbacks_total", "name", "payments", "outcome", "success"))
			.isEqualTo(fallbacks + failed + 1);
		assertThat(meter("breaker_state", "name", "payments", "state", "open")).isEqualTo(1);
		assertThat(meter("breaker_state", "name", "payments", "state", "closed")).isZero();
	}

	@Test
	void healthShowsTheStatesAndStaysUp() {
		this.shop.command("payments", "{\"state\": \"FORCED_OPEN\"}");
		Answer health = this.shop.get("/actuator/health");
		assertThat(health.status()).isEqualTo(200);
		JsonNode breakers = health.json().at("/components/circuitBreakers");
		assertThat(breakers.get("status").asString()).isEqualTo("UP");
		assertThat(breakers.get("details").propertyNames()).contains("payments", "inventory", "partner");
		assertThat(breakers.at("/details/payments").toString()).contains("FORCED_OPEN");
		assertThat(breakers.at("/details/partner").toString()).contains("CLOSED");
	}

	@Test
	void shopListensOnThisMachineOnly() throws UnknownHostException {
		Connector connector = ((TomcatWebServer) this.server.getWebServer()).getTomcat().getConnector();
		assertThat((InetAddress) connector.getProperty("address")).isEqualTo(InetAddress.getByName("127.0.0.1"));
	}

	@Test
	void slowCallsOfPaymentsAreJudgedAsTheReadmeSays() {
		assertThat(this.shop.breaker("payments").get("slowCallRateThreshold").asInt()).isEqualTo(60);
	}

	@Test
	void commandIsCarriedOut() {
		assertThat(
				this.shop.command("partner", "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"works\"}")
					.status())
			.isEqualTo(204);
		assertThat(this.shop.state("partner")).isEqualTo(State.FORCED_OPEN);
		assertThat(this.shop.get("/partner/sku-1").status()).isEqualTo(503);
		assertThat(this.shop.command("partner", "{\"state\": \"CLOSED\"}").status()).isEqualTo(204);
		assertThat(this.shop.get("/partner/sku-1").status()).isEqualTo(200);
		assertThat(this.shop.command("partner", "{\"reset\": true}").status()).isEqualTo(204);
		assertThat(this.shop.breaker("partner").get("successfulCallsTotal").asLong()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "partners, CLOSED, 404", "partner, AJAR, 400" })
	void badCommandIsRefused(String breaker, String state, int status) {
		Answer answer = this.shop.command(breaker, "{\"state\": \"" + state + "\"}");
		assertThat(answer.status()).isEqualTo(status);
		assertThat(this.shop.get("/actuator/circuitbreakers/partners").status()).isEqualTo(404);
	}

	@Test
	void eventsTellWhatHappenedNewestLast() {
		this.shop.behave("partner", "error");
		this.shop.callUntil("partner", State.OPEN, "/partner/sku-1");
		JsonNode events = this.shop.get("/actuator/circuitbreakerevents/partner").json().get("events");
		assertThat(events.valueStream()).allSatisfy((event) -> {
			assertThat(event.get("circuitBreaker").asString()).isEqualTo("partner");
			assertThat(event.hasNonNull("time")).isTrue();
			assertThat(event.hasNonNull("type")).isTrue();
		});
		JsonNode opened = events.valueStream()
			.filter((event) -> event.hasNonNull("to"))
			.reduce((first, second) -> second)
			.orElseThrow();
		assertThat(opened.get("from").asString()).isEqualTo("CLOSED");
		assertThat(opened.get("to").asString()).isEqualTo("OPEN");
		assertThat(opened.get("reason").asString()).isEqualTo("CONSECUTIVE_FAILURES");
	}

	@Test
	void pageIsServedWithAllThatItNeeds() {
		Answer page = this.shop.get("/");
		assertThat(page.status()).isEqualTo(200);
		assertThat(page.header("Content-Type")).startsWith("text/html");
		assertThat(page.body()).contains("href=\"shop.css\"", "src=\"shop.js\"").doesNotContain("https://");
		assertThat(this.shop.get("/shop.js").status()).isEqualTo(200);
		assertThat(this.shop.get("/shop.css").status()).isEqualTo(200);
	}

	private static void assertMeter(String scrape, String meter, String... tags) {
		assertThat(scrape).containsPattern(line(meter, tags));
	}

	private double openings() {
		return meter("breaker_state_transitions_total", "from", "closed", "name", "payments", "reason", "failure_rate",
				"to", "open");
	}

	private double meter(String meter, String... tags) {
		return line(meter, tags).matcher(this.shop.get("/actuator/prometheus").body())
			.results()
			.mapToDouble((found) -> Double.parseDouble(found.group(1)))
			.findFirst()
			.orElseThrow();
	}

	// Prometheus' format has the tags in alphabetical order
	private static Pattern line(String meter, String... tags) {
		StringBuilder line = new StringBuilder("(?m)^").append(meter).append("\\{");
		for (int tag = 0; tag < tags.length; tag += 2) {
			line.append((tag > 0) ? "," : "").append(tags[tag]).append("=\"").append(tags[tag + 1]).append('"');
		}
		return Pattern.compile(line.append("} (\\S+)$").toString());
	}

}
