package dev.breaker.spring.actuate;

import java.time.Duration;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CircuitBreakerEventsEndpointWebTests {

	private static final String PATH = "/actuator/circuitbreakerevents";

	private RunningApplication application;

	private CircuitBreaker payments;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void make() {
		this.payments = registry().get("payments");
	}

	@AfterEach
	void forget() {
		registry().all().forEach((breaker) -> registry().remove(breaker.name()));
	}

	private CircuitBreakerRegistry registry() {
		return this.application.bean(CircuitBreakerRegistry.class);
	}

	@Test
	void tellsWhatHappenedTheNewestLast() {
		ManualClock clock = this.application.bean(ManualClock.class);
		Calls.fail(this.payments, 1);
		clock.advance(Duration.ofSeconds(1));
		this.payments.forceOpen();
		clock.advance(Duration.ofSeconds(1));
		Calls.refused(this.payments, 1);
		Answer answer = this.application.get(PATH);
		assertThat(answer.status()).isEqualTo(200);
		JsonNode events = answer.at("/events");
		assertThat(events).hasSize(3);
		JsonNode failure = events.get(0);
		assertThat(failure.propertyNames()).containsExactlyInAnyOrder("time", "circuitBreaker", "type", "exception",
				"elapsed");
		assertThat(failure.get("time").asString()).isEqualTo("2026-01-01T00:00:00Z");
		assertThat(failure.get("circuitBreaker").asString()).isEqualTo("payments");
		assertThat(failure.get("type").asString()).isEqualTo("FAILURE");
		assertThat(failure.get("exception").asString()).isEqualTo("java.lang.IllegalStateException: Read timed out");
		assertThat(failure.get("elapsed").asString()).isEqualTo("PT0.03S");
		JsonNode change = events.get(1);
		assertThat(change.get("time").asString()).isEqualTo("2026-01-01T00:00:01Z");
		assertThat(change.get("type").asString()).isEqualTo("STATE_CHANGE");
		assertThat(change.get("from").asString()).isEqualTo("CLOSED");
		assertThat(change.get("to").asString()).isEqualTo("FORCED_OPEN");
		assertThat(change.get("reason").asString()).isEqualTo("COMMAND");
		JsonNode refusal = events.get(2);
		assertThat(refusal.propertyNames()).containsExactlyInAnyOrder("time", "circuitBreaker", "type");
		assertThat(refusal.get("type").asString()).isEqualTo("NOT_PERMITTED");
	}

	@Test
	void tellsOfOneBreakerAndOfNamesWithSlashes() {
		Calls.fail(this.payments, 1);
		registry().get("GET /orders").open();
		assertThat(this.application.get(PATH + "/payments").at("/events")).hasSize(1);
		assertThat(this.application.get(PATH + "/GET%20/orders").at("/events")).hasSize(1);
		assertThat(this.application.get(PATH).at("/events")).hasSize(2);
	}

	@Test
	void aBreakerToWhichNothingHappenedHasNoEvents() {
		Answer answer = this.application.get(PATH + "/payments");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.at("/events")).isEmpty();
	}

	@Test
	void anUnknownBreakerIs404() {
		assertThat(this.application.get(PATH + "/unknown").status()).isEqualTo(404);
		assertThat(this.application.get(PATH + "/un/known").text("/message"))
			.isEqualTo("There is no circuit breaker 'un/known'");
		assertThat(registry().find("unknown")).isEmpty();
	}

	@Test
	void successesAreNotKeptUnlessAskedFor() {
		Calls.succeed(this.payments);
		assertThat(this.application.get(PATH).at("/events")).isEmpty();
		try (RunningApplication asking = RunningApplication.start(Application.class,
				"breaker.events.types=success,failure", "breaker.events.capacity=3")) {
			CircuitBreaker breaker = asking.bean(CircuitBreakerRegistry.class).get("payments");
			for (int i = 0; i < 10; i++) {
				Calls.succeed(breaker);
			}
			breaker.open();
			JsonNode events = asking.get(PATH).at("/events");
			assertThat(events).hasSize(3).allMatch((event) -> event.get("type").asString().equals("SUCCESS"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		CircuitBreakerRegistry registry(ManualClock clock) {
			return CircuitBreakerRegistry.of(clock.config().build());
		}

	}

}
