package dev.breaker.spring.actuate;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.Supplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.StateChange;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One breaker whose user's code fails, among others: each answer is still given.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultyUserCodeTests {

	private RunningApplication application;

	private CircuitBreakerRegistry registry;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=unrestricted",
				"management.endpoint.health.show-details=always");
		this.registry = this.application.bean(CircuitBreakerRegistry.class);
		this.registry.get("payments");
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@AfterEach
	void forget() {
		this.registry.remove("odd");
	}

	private static CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder().minimumNumberOfCalls(2);
	}

	private static CircuitBreakerConfig.Builder clock(Supplier<Instant> instants) {
		return config().clock(new Clock() {
			@Override
			public ZoneId getZone() {
				return ZoneOffset.UTC;
			}

			@Override
			public Clock withZone(ZoneId zone) {
				return this;
			}

			@Override
			public Instant instant() {
				return instants.get();
			}
		});
	}

	private void assertEverythingIsAnswered(CircuitBreaker odd) {
		Calls.fail(odd, 2);
		assertEverythingIsAnswered();
	}

	private void assertEverythingIsAnswered() {
		assertThat(this.application.post("/actuator/circuitbreakers/odd", "{\"state\": \"FORCED_OPEN\"}").status())
			.isEqualTo(204);
		assertAnswers();
		assertThat(this.application.get("/actuator/circuitbreakerevents/odd").at("/events"))
			.as("two failures, and the changes to OPEN and to FORCED_OPEN")
			.hasSize(4);
	}

	private void assertAnswers() {
		for (String path : new String[] { "circuitbreakers", "circuitbreakers/odd", "circuitbreakerevents",
				"circuitbreakerevents/odd", "health", "prometheus", "metrics/breaker.calls" }) {
			Answer answer = this.application.get("/actuator/" + path);
			assertThat(answer.status()).as(path).isEqualTo(200);
		}
		assertThat(this.application.get("/actuator/circuitbreakers").text("/circuitBreakers/payments/state"))
			.isEqualTo("CLOSED");
		assertThat(this.application.get("/actuator/health").text("/components/circuitBreakers/details/payments"))
			.isEqualTo("CLOSED");
	}

	@Test
	void aClockThatThrowsAnErrorLosesNoEventAndNoAnswer() {
		CircuitBreaker odd = this.registry.get("odd", clock(() -> {
			throw new StackOverflowError("clock");
		}).build());
		assertEverythingIsAnswered(odd);
	}

	@Test
	void aClockThatAnswersNullLosesNoEventAndNoAnswer() {
		assertEverythingIsAnswered(this.registry.get("odd", clock(() -> null).build()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1000000000-01-01T00:00:00Z", "+1000000000-12-31T23:59:59.999999999Z" })
	void aClockAtTheEndOfTimeIsShown(String instant) {
		assertEverythingIsAnswered(this.registry.get("odd", clock(() -> Instant.parse(instant)).build()));
	}

	@Test
	void aNanoClockThatThrowsAnErrorLosesNoAnswer() {
		assertEverythingIsAnswered(this.registry.get("odd", config().nanoClock(() -> {
			throw new LinkageError("nanoClock");
		}).build()));
	}

	@Test
	void exceptionsThatCannotBeToldLoseNoEventAndNoAnswer() {
		CircuitBreaker odd = this.registry.get("odd", config().build());
		Calls.fail(odd, new Untold());
		Calls.fail(odd, new Untold());
		assertEverythingIsAnswered();
		assertThat(this.application.get("/actuator/circuitbreakerevents/odd").text("/events/0/exception"))
			.isEqualTo(Untold.class.getName());
	}

	@Test
	void rulesAndListenersThatThrowErrorsLoseNoAnswer() {
		CircuitBreaker odd = this.registry.get("odd", config().recordException((thrown) -> {
			throw new AssertionError("rule");
		}).build());
		odd.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				throw new AssertionError("listener");
			}

			@Override
			public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				throw new AssertionError("listener");
			}
		});
		assertEverythingIsAnswered(odd);
	}

	/** An exception that answers nothing. */
	private static final class Untold extends RuntimeException {

		private static final long serialVersionUID = 1L;

		@Override
		public String getMessage() {
			throw new StackOverflowError("message");
		}

		@Override
		public synchronized Throwable getCause() {
			throw new StackOverflowError("cause");
		}

		@Override
		public String toString() {
			throw new StackOverflowError("text");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		CircuitBreakerRegistry registry() {
			return CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		}

	}

}
