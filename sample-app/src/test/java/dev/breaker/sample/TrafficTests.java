package dev.breaker.sample;

import java.time.Duration;

import dev.breaker.State;
import dev.breaker.sample.ShopClient.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ShopTest
class TrafficTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final Duration MORE_THAN_THE_WAIT = Duration.ofMinutes(15);

	@Autowired
	ShopClient shop;

	@Autowired
	TestClock clock;

	@BeforeEach
	void restore() {
		this.shop.restore();
	}

	@AfterEach
	void stop() {
		this.shop.post("/traffic?rps=0");
		await().atMost(PATIENCE).until(() -> report().get("inFlight").asInt() == 0);
	}

	@Test
	void drivesOrdersAndQuestionsForOffers() {
		long orders = report().at("/checkout/200").asLong();
		long offers = report().at("/partner/200").asLong();
		assertThat(this.shop.post("/traffic?rps=50").json().get("rps").asInt()).isEqualTo(50);
		await().atMost(PATIENCE).untilAsserted(() -> {
			assertThat(report().at("/checkout/200").asLong()).isGreaterThan(orders + 10);
			assertThat(report().at("/partner/200").asLong()).isGreaterThan(offers + 3);
		});
	}

	@Test
	void isOffUntilSomebodySwitchesItOnAndCanBeSwitchedOff() {
		assertThat(report().get("rps").asInt()).isZero();
		this.shop.post("/traffic?rps=100");
		await().atMost(PATIENCE).until(() -> report().get("sent").asLong() > 0);
		this.shop.post("/traffic?rps=0");
		await().atMost(PATIENCE).until(() -> report().get("inFlight").asInt() == 0);
		JsonNode report = report();
		assertThat(report.get("sent").asLong()).isEqualTo(answers(report, "checkout") + answers(report, "partner"));
		assertThat(report.get("lost").asLong()).isZero();
		assertThat(report.get("skipped").asLong()).isZero();
	}

	@Test
	void movesTheBreakersByItself() {
		this.shop.behave("payments", "error");
		this.shop.post("/traffic?rps=50");
		await().atMost(PATIENCE).until(() -> this.shop.state("payments") == State.OPEN);
		long later = report().at("/checkout/202").asLong();
		await().atMost(PATIENCE).until(() -> report().at("/checkout/202").asLong() > later);
	}

	@Test
	void paymentsRecoverByADarkProbeAndNoOrderIsRisked() {
		this.shop.behave("payments", "error");
		this.shop.post("/traffic?rps=50");
		await().atMost(PATIENCE).until(() -> this.shop.state("payments") == State.OPEN);
		// Orders that were under way as it opened
		await().atMost(PATIENCE).until(() -> {
			long before = this.shop.received("payments");
			long sent = report().get("sent").asLong();
			await().atMost(PATIENCE).until(() -> report().get("sent").asLong() > sent + 20);
			return this.shop.received("payments") == before;
		});
		long received = this.shop.received("payments");
		for (int opening = 2; opening <= 4; opening++) {
			int openings = opening;
			this.clock.advance(MORE_THAN_THE_WAIT);
			await().atMost(PATIENCE).until(() -> this.shop.breaker("payments").get("openings").asInt() == openings);
		}
		assertThat(this.shop.received("payments")).isEqualTo(received);
		this.shop.behave("payments", "ok");
		this.clock.advance(MORE_THAN_THE_WAIT);
		await().atMost(PATIENCE).until(() -> this.shop.state("payments") == State.CLOSED);
		await().atMost(PATIENCE).until(() -> this.shop.received("payments") > received);
	}

	@Test
	void ofFourRequestsThreeAreOrdersAndOneAsksForAnOffer() {
		JsonNode before = report();
		this.shop.post("/traffic?rps=50");
		await().atMost(PATIENCE).until(() -> report().get("sent").asLong() > before.get("sent").asLong() + 40);
		this.shop.post("/traffic?rps=0");
		await().atMost(PATIENCE).until(() -> report().get("inFlight").asInt() == 0);
		JsonNode after = report();
		long offers = answers(after, "partner") - answers(before, "partner");
		long sent = after.get("sent").asLong() - before.get("sent").asLong();
		// The first of them may be any of the four
		assertThat(offers).isBetween(sent / 4, (sent + 3) / 4);
		assertThat(answers(after, "checkout") - answers(before, "checkout")).isEqualTo(sent - offers);
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "501" })
	void rateOutOfRangeIsRefused(String rate) {
		Answer answer = this.shop.post("/traffic?rps=" + rate);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.json().get("detail").asString()).contains(rate, "from 0 (off) to 500");
		assertThat(report().get("rps").asInt()).isZero();
	}

	private static long answers(JsonNode report, String target) {
		return report.get(target).values().stream().mapToLong(JsonNode::asLong).sum();
	}

	private JsonNode report() {
		return this.shop.get("/traffic").json();
	}

}
