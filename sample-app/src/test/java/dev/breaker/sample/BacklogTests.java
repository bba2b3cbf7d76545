package dev.breaker.sample;

import java.time.Duration;

import dev.breaker.State;
import dev.breaker.sample.ShopClient.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ShopTest
class BacklogTests {

	private static final Duration MORE_THAN_THE_WAIT = Duration.ofMinutes(15);

	@Autowired
	ShopClient shop;

	@Autowired
	TestClock clock;

	@BeforeEach
	void restore() {
		this.shop.restore();
	}

	@Test
	void backlogOpensPaymentsBeforeACallFails() {
		Answer answer = this.shop.post("/backlog?waiting=12000");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json().get("waiting").asInt()).isEqualTo(12_000);
		JsonNode payments = this.shop.breaker("payments");
		assertThat(payments.get("state").asString()).isEqualTo("OPEN");
		assertThat(payments.at("/lastChange/reason").asString()).isEqualTo("SIGNAL");
		assertThat(payments.get("failedCallsTotal").asLong()).isZero();
		assertThat(payments.at("/signals/0/source").asString()).isEqualTo("backlog");
		assertThat(payments.at("/signals/0/reason").asString()).isEqualTo("12000 payments wait");
		long received = this.shop.received("payments");
		assertThat(this.shop.get("/checkout/sku-1").status()).isEqualTo(202);
		assertThat(this.shop.received("payments")).isEqualTo(received);
	}

	@Test
	void darkProbeClosesPaymentsWhenTheBacklogIsGone() {
		this.shop.post("/backlog?waiting=12000");
		assertThat(this.shop.post("/backlog?waiting=0").status()).isEqualTo(200);
		assertThat(this.shop.breaker("payments").get("signals")).isEmpty();
		assertThat(this.shop.state("payments")).isEqualTo(State.OPEN);
		long received = this.shop.received("payments");
		this.clock.advance(MORE_THAN_THE_WAIT);
		await().until(() -> this.shop.state("payments") == State.CLOSED);
		assertThat(this.shop.received("payments")).isEqualTo(received);
		assertThat(this.shop.get("/checkout/sku-1").status()).isEqualTo(200);
	}

	@Test
	void backlogThatIsNotHeardOfAgainIsForgotten() {
		this.shop.post("/backlog?waiting=12000");
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(this.shop.breaker("payments").get("signals")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "1000001" })
	void backlogOutOfRangeIsRefused(String waiting) {
		Answer answer = this.shop.post("/backlog?waiting=" + waiting);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.json().get("detail").asString()).contains(waiting, "from 0 (none) to 1000000");
		assertThat(this.shop.state("payments")).isEqualTo(State.CLOSED);
	}

}
