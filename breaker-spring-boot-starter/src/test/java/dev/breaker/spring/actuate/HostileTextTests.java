package dev.breaker.spring.actuate;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names, reasons and messages that would break or forge what shows them.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileTextTests {

	private static final String NAME = "<img src=x onerror=alert(1)>\r\nERROR forged by name\"}";

	private static final String FORGED = "\r\n\r\nERROR forged\u0000\u001b[31m\u0085\u2028\u202e\"}</script>";

	private static final Duration LONG = Duration.ofHours(1);

	private RunningApplication application;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=unrestricted",
				"management.endpoint.health.show-details=always");
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@Test
	void textsForgeNothingWhereverTheyAreShown(CapturedOutput output) {
		CircuitBreaker breaker = this.application.bean(CircuitBreakerRegistry.class).get(NAME);
		Calls.fail(breaker, new IllegalStateException("down" + FORGED + "x".repeat(10 * 1024 * 1024)));
		String path = URLEncoder.encode(NAME, StandardCharsets.UTF_8).replace("+", "%20");
		String reason = FORGED.replace("\r", "\\r")
			.replace("\n", "\\n")
			.replace("\"", "\\\"")
			.replace("\u0000", "\\u0000")
			.replace("\u001b", "\\u001b");
		assertThat(this.application
			.post("/actuator/circuitbreakers/" + path, "{\"state\": \"FORCED_OPEN\", \"reason\": \"" + reason + "\"}")
			.status()).isEqualTo(204);
		Calls.refused(breaker, 1);
		Answer one = this.application.get("/actuator/circuitbreakers/" + path);
		assertThat(one.text("/name")).isEqualTo(NAME);
		assertThat(one.text("/lastChange/comment")).isEqualTo(FORGED);
		assertThat(one.text("/failures/last/0/message")).hasSizeLessThan(400).doesNotContain("\n", "\r", "\u001b");
		assertThat(one.text("/explanation")).hasSizeLessThan(2000).doesNotContain("\n", "\r", "\u001b", "\u202e");
		assertThat(this.application.get("/actuator/circuitbreakerevents/" + path).at("/events")).hasSize(3);
		for (String shown : new String[] { "circuitbreakers", "circuitbreakerevents", "health", "prometheus" }) {
			Answer answer = this.application.get("/actuator/" + shown);
			assertThat(answer.status()).as(shown).isEqualTo(200);
			assertThat(answer.body()).as(shown).hasSizeLessThan(1_000_000);
			assertThat(answer.body().lines()).as(shown).noneMatch((line) -> line.startsWith("ERROR"));
		}
		assertThat(this.application.get("/actuator/circuitbreakers/" + path + "x").text("/message"))
			.isEqualTo("There is no circuit breaker '" + NAME + "x'");
		assertThat(output).contains("<img src=x onerror=alert(1)> ERROR forged by name").hasSizeLessThan(1_000_000);
		assertThat(output.toString().lines()).noneMatch((line) -> line.startsWith("ERROR"));
		assertThat(output).doesNotContain("\u0000", "\u001b[31m", "\u202e");
	}

	@Test
	void halfACharacterBreaksNoOtherText() {
		String half = "half \uD83D";
		CircuitBreakerRegistry registry = this.application.bean(CircuitBreakerRegistry.class);
		registry.get(half + " ").apply(StateCommand.to(State.FORCED_OPEN).comment("why " + half).actor("who " + half));
		Calls.fail(registry.get(half + "\uD83D"), new IllegalStateException("down " + half));
		registry.get("half \uFFFD\uFFFD");
		CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
		registry.group("halves \uDE00", config, 10).get("key " + half).signal("source " + half, half, LONG);
		Answer all = this.application.get("/actuator/circuitbreakers");
		assertThat(all.text("/circuitBreakers/half \uFFFD /name")).isEqualTo(half + " ");
		assertThat(all.text("/circuitBreakers/half \uFFFD /lastChange/comment")).isEqualTo("why " + half);
		assertThat(all.at("/circuitBreakers").propertyNames()).contains("half \uFFFD\uFFFD");
		assertThat(all.at("/circuitBreakers").findValuesAsString("name")).contains(half + "\uD83D",
				"half \uFFFD\uFFFD");
		assertThat(all.text("/groups/halves \uFFFD/keys/0/name")).isEqualTo("halves \uDE00:key " + half);
		assertThat(this.application.get("/actuator/health").at("/components/circuitBreakers/details").propertyNames())
			.contains("half \uFFFD ", "half \uFFFD\uFFFD", "halves \uFFFD");
		assertThat(this.application.get("/actuator/circuitbreakerevents").at("/events").findValuesAsString("comment"))
			.contains("why " + half);
		assertThat(this.application.get("/actuator/prometheus").status()).isEqualTo(200);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
