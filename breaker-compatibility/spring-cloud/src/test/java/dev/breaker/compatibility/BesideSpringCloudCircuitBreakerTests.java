package dev.breaker.compatibility;

import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.actuate.CircuitBreakersHealthIndicator;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.NoFallbackAvailableException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * An application that has Spring Cloud Circuit Breaker, which brings Resilience4j's
 * starter, beside Breaker's.
 */
@ExtendWith(OutputCaptureExtension.class)
class BesideSpringCloudCircuitBreakerTests {

	@Test
	void bothStartAndBothTripAndRecover() {
		try (ConfigurableApplicationContext context = start()) {
			Services services = context.getBean(Services.class);
			trip(services);
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> services.ours(false));
			assertThatExceptionOfType(NoFallbackAvailableException.class).isThrownBy(() -> services.theirs(false))
				.withCauseInstanceOf(io.github.resilience4j.circuitbreaker.CallNotPermittedException.class);

			context.getBean(ManualClock.class).advance(Duration.ofMinutes(1));
			assertThat(services.ours(false)).isEqualTo("ours");
			assertThat(context.getBean(CircuitBreakerRegistry.class).get("ours").state()).isEqualTo(State.CLOSED);

			io.github.resilience4j.circuitbreaker.CircuitBreaker theirs = context
				.getBean(io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry.class)
				.circuitBreaker("theirs");
			theirs.transitionToHalfOpenState();
			assertThat(services.theirs(false)).isEqualTo("theirs");
			assertThat(theirs.getState()).isEqualTo(io.github.resilience4j.circuitbreaker.CircuitBreaker.State.CLOSED);
		}
	}

	@Test
	void theirEndpointsStayAndOneWarningSaysHowToGetOurs(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start()) {
			trip(context.getBean(Services.class));
			assertThat(get(context, "circuitbreakers")).contains("theirs").doesNotContain("ours");
			assertThat(get(context, "circuitbreakerevents")).contains("theirs").doesNotContain("ours");
			assertThat(output).containsOnlyOnce("Breaker's actuator endpoints [circuitbreakers, circuitbreakerevents]")
				.contains("Set breaker.endpoints.replace-others=true");
		}
	}

	@Test
	void ourEndpointsAreThereWhereTheyReplaceTheirs(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start("breaker.endpoints.replace-others=true")) {
			trip(context.getBean(Services.class));
			assertThat(get(context, "circuitbreakers/ours")).contains("\"state\":\"OPEN\"");
			assertThat(get(context, "circuitbreakerevents/ours")).contains("STATE_CHANGE");
			assertThat(output).doesNotContain("actuator endpoints");
		}
	}

	@Test
	void ourHealthIsThere() {
		try (ConfigurableApplicationContext context = start()) {
			assertThat(context.getBeansOfType(CircuitBreakersHealthIndicator.class)).hasSize(1);
			assertThat(get(context, "health")).contains("\"circuitBreakers\":{\"details\":{\"ours\":\"CLOSED\"");
		}
	}

	private static void trip(Services services) {
		for (int i = 0; i < 2; i++) {
			assertThatIllegalStateException().isThrownBy(() -> services.ours(true));
			assertThatExceptionOfType(NoFallbackAvailableException.class).isThrownBy(() -> services.theirs(true));
		}
	}

	private static ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Application.class).properties(properties).run();
	}

	private static String get(ConfigurableApplicationContext context, String endpoint) {
		return RestClient.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"))
			.get()
			.uri("/actuator/" + endpoint)
			.retrieve()
			.body(String.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Services services(CircuitBreakerFactory<?, ?> factory) {
			return new Services(factory);
		}

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock clockOfAllBreakers(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

	}

	static class Services {

		private final CircuitBreakerFactory<?, ?> factory;

		Services(CircuitBreakerFactory<?, ?> factory) {
			this.factory = factory;
		}

		@CircuitBreaker(name = "ours")
		String ours(boolean fail) {
			return answer("ours", fail);
		}

		String theirs(boolean fail) {
			return this.factory.create("theirs").run(() -> answer("theirs", fail));
		}

		private static String answer(String name, boolean fail) {
			if (fail) {
				throw new IllegalStateException("down");
			}
			return name;
		}

	}

}
