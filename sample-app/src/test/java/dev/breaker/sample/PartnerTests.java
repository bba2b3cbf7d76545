package dev.breaker.sample;

import java.time.Duration;

import dev.breaker.State;
import dev.breaker.sample.ShopClient.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;

@ShopTest
class PartnerTests {

	@Autowired
	ShopClient shop;

	@Autowired
	TestClock clock;

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

	@ParameterizedTest
	@CsvSource({ "4500ms, 5", "900ms, 1", "61s, 61" })
	void retryAfterIsNeverEarlierThanTheProbe(String hold, String seconds) {
		this.shop.command("partner", "{\"state\": \"FORCED_OPEN\", \"hold\": \"%s\"}".formatted(hold));
		assertThat(this.shop.get("/partner/sku-1").header("Retry-After")).isEqualTo(seconds);
	}

	@Test
	void partnerIsLeftInPeaceTwiceAsLongTheSecondTime() {
		this.shop.behave("partner", "error");
		this.shop.callUntil("partner", State.OPEN, "/partner/sku-1");
		assertThat(retryAfter()).isBetween(Duration.ofSeconds(500), Duration.ofMinutes(11));
		this.clock.advance(Duration.ofMinutes(12));
		this.shop.callUntil("partner", State.OPEN, "/partner/sku-1");
		assertThat(retryAfter()).isBetween(Duration.ofMinutes(17), Duration.ofMinutes(22));
	}

	private Duration retryAfter() {
		return Duration.parse(this.shop.breaker("partner").get("retryAfter").asString());
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
