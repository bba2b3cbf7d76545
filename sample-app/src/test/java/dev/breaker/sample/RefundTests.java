package dev.breaker.sample;

import dev.breaker.State;
import dev.breaker.sample.ShopClient.Answer;
import dev.breaker.sample.refund.RefundClient;
import dev.breaker.sample.refund.RefundDesk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two layers that retry, and the breaker of the service behind them.
 */
@ShopTest
class RefundTests {

	private static final int ATTEMPTS = (1 + RefundDesk.RETRIES) * (1 + RefundClient.RETRIES);

	@Autowired
	ShopClient shop;

	@BeforeEach
	void restore() {
		this.shop.restore();
	}

	@Test
	void refundIsGiven() {
		long received = this.shop.received("payments");
		Answer answer = this.shop.get("/refund/R-000001");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json().get("status").asString()).isEqualTo("REFUNDED");
		assertThat(answer.json().get("receipt").asString()).startsWith("R-");
		assertThat(this.shop.received("payments")).isEqualTo(received + 1);
	}

	@Test
	void deadServiceIsAskedAsOftenAsBothLayersTogetherAllow() {
		// So that no breaker ends the attempts
		this.shop.command("payments", "{\"state\": \"METRICS_ONLY\"}");
		this.shop.behave("payments", "error");
		long received = this.shop.received("payments");
		assertThat(this.shop.get("/refund/R-000001").status()).isEqualTo(502);
		assertThat(this.shop.received("payments")).isEqualTo(received + ATTEMPTS);
		assertThat(this.shop.breaker("payments").get("failedCallsTotal").asLong()).isEqualTo(ATTEMPTS);
	}

	@Test
	void breakerEndsTheAttemptsOfBothLayers() {
		this.shop.behave("payments", "error");
		long received = this.shop.received("payments");
		Answer answer = this.shop.get("/refund/R-000001");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.json().get("note").asString()).startsWith("The payment service was not asked");
		assertThat(this.shop.state("payments")).isEqualTo(State.OPEN);
		// As many as the minimum number of calls
		assertThat(this.shop.received("payments") - received).isEqualTo(3).isLessThan(ATTEMPTS);
		assertThat(this.shop.breaker("payments").get("notPermittedCallsTotal").asLong()).isEqualTo(1);
	}

	@Test
	void openBreakerLetsNoAttemptThrough() {
		this.shop.command("payments", "{\"state\": \"FORCED_OPEN\"}");
		long received = this.shop.received("payments");
		Answer answer = this.shop.get("/refund/R-000001");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.json().get("status").asString()).isEqualTo("LATER");
		assertThat(this.shop.received("payments")).isEqualTo(received);
		assertThat(this.shop.breaker("payments").get("notPermittedCallsTotal").asLong()).isEqualTo(1);
	}

	@Test
	void answerThatIsNoFailureIsNotRetried() {
		long received = this.shop.received("payments");
		assertThat(this.shop.get("/refund/unknown").status()).isEqualTo(404);
		assertThat(this.shop.received("payments")).isEqualTo(received + 1);
		assertThat(this.shop.breaker("payments").get("ignoredCallsTotal").asLong()).isEqualTo(1);
	}

}
