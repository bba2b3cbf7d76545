package dev.breaker.sample;

import dev.breaker.State;
import dev.breaker.sample.ShopClient.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

@ShopTest
class PartnerTests {

	@Autowired
	ShopClient shop;

	@BeforeEach
	void restore() {
		this.shop.restore();
	}

	@Test
	void offerIsPassedOn() {
		Answer answer = this.shop.get("/partner/sku-1");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json().get("offer").asString()).endsWith("off the second one");
	}

	@Test
	void failureIsABadGateway() {
		this.shop.behave("partner", "error");
		Answer answer = this.shop.get("/partner/sku-1");
		assertThat(answer.status()).isEqualTo(502);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.json().get("detail").asString())
			.isEqualTo("A service behind the shop failed: it answered 503");
	}

	@Test
	void timeoutIsABadGateway() {
		this.shop.behave("partner", "hang");
		assertThat(this.shop.get("/partner/sku-1").status()).isEqualTo(502);
	}

	@Test
	void refusalSaysWhenToComeBack() {
		this.shop.behave("partner", "error");
		this.shop.callUntil("partner", State.OPEN, "/partner/sku-1");
		Answer answer = this.shop.get("/partner/sku-1");
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		// Ten minutes, spread by a tenth
		assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(500, 660);
		assertThat(answer.json().get("circuitBreaker").asString()).isEqualTo("partner");
		assertThat(answer.json().get("state").asString()).isEqualTo("OPEN");
	}

	@Test
	void refusalWithoutAnEndInSightDoesNotInviteAtOnce() {
		this.shop.command("partner", "{\"state\": \"FORCED_OPEN\"}");
		Answer answer = this.shop.get("/partner/sku-1");
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.header("Retry-After")).isEqualTo("1");
	}

	@Test
	void unknownArticleIsAnAnswerAndNoFailure() {
		for (int call = 0; call < 5; call++) {
			assertThat(this.shop.get("/partner/unknown").status()).isEqualTo(404);
		}
		assertThat(this.shop.state("partner")).isEqualTo(State.CLOSED);
		assertThat(this.shop.breaker("partner").get("failedCallsTotal").asLong()).isZero();
		assertThat(this.shop.breaker("partner").get("ignoredCallsTotal").asLong()).isEqualTo(5);
	}

}
