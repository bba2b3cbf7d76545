package dev.breaker.spring.web;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.web.RunningWeb.Answer;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client gets over HTTP where a breaker refuses, whatever the web framework.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
abstract class RefusalAnswerTests {

	RunningWeb web;

	ManualClock clock;

	CircuitBreaker payments;

	abstract WebApplicationType type();

	/** What the application has beside the handlers that both frameworks know. */
	abstract Class<?> more();

	@BeforeAll
	void start() {
		this.web = start("spring.mvc.problemdetails.enabled=true", "spring.webflux.problemdetails.enabled=true");
		this.clock = this.web.bean(ManualClock.class);
		this.payments = this.web.bean(CircuitBreakerRegistry.class).get("payments");
	}

	RunningWeb start(String... properties) {
		return RunningWeb.start(type(), List.of(Application.class, more()), properties);
	}

	@AfterAll
	void stop() {
		this.web.close();
	}

	@BeforeEach
	void refuse() {
		this.payments.reset();
		this.payments.forceOpen(Duration.ofMillis(4500));
	}

	@Test
	void refusalIsA503WithRetryAfterAndProblemDetails() {
		Answer answer = this.web.get("/plain/a%20b?card=secret");
		assertRefused(answer);
		assertThat(answer.header("Retry-After")).isEqualTo("5");
		assertThat(answer.json()).hasToString("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\","
				+ "\"status\":503,\"detail\":\"Circuit breaker 'payments' is FORCED_OPEN and refuses calls; "
				+ "try again in 5 s\",\"instance\":\"/plain/a%20b\",\"circuitBreaker\":\"payments\","
				+ "\"state\":\"FORCED_OPEN\"}");
	}

	@ParameterizedTest
	@CsvSource({ "1, 1", "200000000, 1", "1000000000, 1", "1000000001, 2", "4000000000, 4", "4500000000, 5",
			"600000000001, 601", "9223372036854775807, 9223372037" })
	void retryAfterIsWholeSecondsRoundedUp(long nanos, String seconds) {
		this.payments.forceOpen(Duration.ofNanos(nanos));
		Answer answer = this.web.get("/plain/1");
		assertRefused(answer);
		assertThat(answer.header("Retry-After")).isEqualTo(seconds);
	}

	@Test
	void refusalWithoutAnEndInSightDoesNotInviteAtOnce() {
		this.payments.forceOpen();
		Answer answer = this.web.get("/plain/1");
		assertRefused(answer);
		assertThat(answer.header("Retry-After")).isEqualTo("1");
		assertThat(answer.json().get("detail").asString())
			.isEqualTo("Circuit breaker 'payments' is FORCED_OPEN and refuses calls");
	}

	@Test
	void nothingIsToldOfTheFailureThatOpenedIt() {
		this.payments.reset();
		Calls.fail(this.payments, new SecretFailure("password=hunter2"));
		Answer answer = this.web.get("/plain/1");
		assertRefused(answer);
		assertThat(answer.body()).contains("is OPEN").doesNotContain("SecretFailure", "hunter2", "FAILURE_RATE");
	}

	@Test
	void aHundredRefusalsWriteNothingToTheLog(CapturedOutput output) {
		this.web.get("/plain/first");
		int before = output.getAll().length();
		for (int i = 0; i < 25; i++) {
			for (String path : List.of("/plain/1", "/stage", "/cause/own", "/filtered")) {
				assertRefused(this.web.get(path));
			}
		}
		assertThat(output.getAll().substring(before)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/stage", "/later-stage", "/mono", "/flux", "/function", "/async-function", "/filtered" })
	void refusalIsAnsweredWhereverItComesFrom(String path) {
		Answer answer = this.web.get(path);
		assertRefused(answer);
		assertThat(answer.header("Retry-After")).isEqualTo("5");
		assertThat(answer.json().get("instance").asString()).isEqualTo(path);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/cause/completion", "/cause/execution", "/cause/undeclared", "/cause/own",
			"/cause/checked", "/error-around" })
	void refusalThatIsACauseIsAnsweredToo(String path) {
		assertRefused(this.web.get(path));
	}

	@ParameterizedTest
	@CsvSource({ "/status/annotated, 409", "/status/thrown, 502" })
	void statusThatTheApplicationGaveItStays(String path, int status) {
		Answer answer = this.web.get(path);
		assertThat(answer.status()).isEqualTo(status);
		assertThat(answer.header("Retry-After")).isNull();
	}

	@Test
	void otherFailuresAreAnsweredAsBefore() {
		Answer answer = this.web.get("/failure");
		assertThat(answer.status()).isEqualTo(500);
		assertThat(answer.header("Retry-After")).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/handled/here", "/handled/exact", "/handled/exact-cause", "/handled/runtime",
			"/handled/exception", "/handled/last", "/handled/filter" })
	void handlerOfTheApplicationWins(String path) {
		Answer answer = this.web.get(path);
		assertThat(answer.status()).isEqualTo(418);
		assertThat(answer.body()).startsWith("own: ");
		assertThat(answer.header("Retry-After")).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/html", "application/xml", "application/json", "*/*", "nonsense" })
	void whateverIsAcceptedTheAnswerIsTheSame(String accept) {
		assertRefused(this.web.send("GET", "/function", accept));
		assertRefused(this.web.send("GET", "/filtered", accept));
	}

	@Test
	void headRequestGetsTheHeadersAlone() {
		Answer answer = this.web.send("HEAD", "/plain/1", null);
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.header("Retry-After")).isEqualTo("5");
		assertThat(answer.body()).isEmpty();
	}

	@Test
	void nameOfAnyCharactersIsValidJson() {
		CircuitBreaker nasty = this.web.bean(CircuitBreakerRegistry.class).get(RefusedController.Names.NASTY);
		nasty.forceOpen();
		Answer answer = this.web.get("/named/nasty");
		assertRefused(answer);
		assertThat(answer.json().get("circuitBreaker").asString())
			.isEqualTo("in\"ven\\tory:k\u00f6ln WARN  \uD83D\uDE00");
		assertThat(answer.json().get("detail").asString())
			.startsWith("Circuit breaker 'in\"ven\\tory:k\u00f6ln WARN  \uD83D\uDE00' is FORCED_OPEN");
	}

	@Test
	void answerThatHasBegunIsNotEndedAsIfItWereWhole() {
		String received;
		try {
			Answer answer = this.web.trySend("GET", "/half", null);
			assertThat(answer.status()).isEqualTo(200);
			received = answer.body();
		}
		catch (IOException ex) {
			received = "broken off";
		}
		assertThat(received).isEqualTo("broken off");
	}

	@Test
	void headersThatWereSetAreKept() {
		Answer answer = this.web.get("/plain/1");
		assertRefused(answer);
		assertThat(answer.header("X-Trace")).isEqualTo("4711");
	}

	@Test
	void callsThatPassAreAnsweredAsEver() {
		this.payments.reset();
		assertThat(this.web.get("/plain/1").body()).isEqualTo("pong 1");
		assertThat(this.web.get("/filtered").status()).isEqualTo(200);
	}

	@Test
	void switchedOffARefusalIsAnyOtherFailure() {
		try (RunningWeb off = start("breaker.web.problem-details=false")) {
			off.bean(CircuitBreakerRegistry.class).get("payments").forceOpen();
			for (String path : List.of("/plain/1", "/function", "/filtered")) {
				Answer answer = off.get(path);
				assertThat(answer.status()).isEqualTo(500);
				assertThat(answer.header("Retry-After")).isNull();
			}
		}
	}

	static void assertRefused(Answer answer) {
		assertThat(answer.status()).as(answer.body()).isEqualTo(503);
		assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
		assertThat(answer.header("Retry-After")).isNotNull();
		assertThat(answer.json().get("status").asInt()).isEqualTo(503);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ RefusedController.class, HandledControllers.class })
	static class Application {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		CircuitBreakerRegistry registry(ManualClock clock) {
			return CircuitBreakerRegistry
				.of(clock.config().minimumNumberOfCalls(1).waitDurationInOpenState(Duration.ofSeconds(30)).build());
		}

	}

	static class SecretFailure extends RuntimeException {

		SecretFailure(String message) {
			super(message);
		}

	}

}
