package dev.breaker.compatibility;

import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint;
import dev.breaker.spring.actuate.CircuitBreakersEndpoint;
import dev.breaker.spring.actuate.CircuitBreakersHealthIndicator;
import dev.breaker.test.ManualClock;
import io.github.resilience4j.retry.annotation.Retry;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * An application that moves from Resilience4j to Breaker has both starters for a while.
 */
@ExtendWith(OutputCaptureExtension.class)
class BesideResilience4jTests {

	private static final String REPLACE = "breaker.endpoints.replace-others=true";

	private static final String THEIR_HEALTH = "management.health.circuitbreakers.enabled=true";

	@Test
	void bothStartAndBothTripAndRecover() {
		try (ConfigurableApplicationContext context = start()) {
			Services services = context.getBean(Services.class);
			trip(services);
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> services.ours(false));
			assertThatExceptionOfType(io.github.resilience4j.circuitbreaker.CallNotPermittedException.class)
				.isThrownBy(() -> services.theirs(false));

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
	void theirRetryGoesRoundOurBreakerWhereItsOrderSaysSo() {
		// Theirs is Ordered.LOWEST_PRECEDENCE - 5
		try (ConfigurableApplicationContext context = start("breaker.aspect.order=2147483643")) {
			Services services = context.getBean(Services.class);
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(services::retriedByThem);
			assertThat(services.attempts()).isEqualTo(2);
			assertThat(context.getBean(CircuitBreakerRegistry.class).get("retried").state()).isEqualTo(State.OPEN);
		}
	}

	@Test
	void bothHaveTheirMeters() {
		try (ConfigurableApplicationContext context = start()) {
			trip(context.getBean(Services.class));
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("breaker.calls").tags("name", "ours", "outcome", "failure").timer().count())
				.isEqualTo(2);
			assertThat(meters.get("resilience4j.circuitbreaker.calls")
				.tags("name", "theirs", "kind", "failed")
				.timer()
				.count()).isEqualTo(2);
		}
	}

	@Test
	void theirEndpointsStayAndOneWarningSaysHowToGetOurs(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start()) {
			trip(context.getBean(Services.class));
			assertThat(get(context, "circuitbreakers")).contains("theirs").doesNotContain("ours");
			assertThat(get(context, "circuitbreakerevents")).contains("theirs").doesNotContain("ours");
			assertThat(context.getBeansOfType(CircuitBreakersEndpoint.class)).isEmpty();
			assertThat(context.getBeansOfType(CircuitBreakerEventsEndpoint.class)).isEmpty();
			assertThat(output.toString().lines().filter((line) -> line.contains("actuator endpoint"))).singleElement()
				.asString()
				.contains(" WARN ")
				.contains("Breaker's actuator endpoints [circuitbreakers, circuitbreakerevents] are not there")
				.contains("'circuitBreakerEndpoint' of io.github.resilience4j.")
				.contains("Set " + REPLACE);
		}
	}

	@Test
	void ourEndpointsAreThereWhereTheyReplaceTheirs(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(REPLACE,
				"management.endpoint.circuitbreakers.access=unrestricted")) {
			trip(context.getBean(Services.class));
			assertThat(get(context, "circuitbreakers")).contains("\"ours\"").doesNotContain("theirs");
			assertThat(get(context, "circuitbreakers/ours")).contains("\"state\":\"OPEN\"");
			assertThat(get(context, "circuitbreakerevents/ours")).contains("STATE_CHANGE");
			client(context).post()
				.uri("/actuator/circuitbreakers/ours")
				.contentType(MediaType.APPLICATION_JSON)
				.body("{\"state\": \"CLOSED\"}")
				.retrieve()
				.toBodilessEntity();
			assertThat(context.getBean(Services.class).ours(false)).isEqualTo("ours");
			assertThat(output).doesNotContain("are not there").contains("'circuitBreakerEndpoint' gave way");
		}
	}

	@Test
	void ourEndpointsAreThereWhereTheirBreakersAreExcluded(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start("spring.autoconfigure.exclude="
				+ "io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakerAutoConfiguration")) {
			assertThat(get(context, "circuitbreakers")).contains("\"ours\"");
			assertThat(output).doesNotContain("WARN");
		}
	}

	@Test
	void ourHealthIsThereUnlessTheirsIsSwitchedOn(CapturedOutput output) {
		try (ConfigurableApplicationContext context = start()) {
			assertThat(get(context, "health")).contains("\"circuitBreakers\":{\"details\":{\"ours\":\"CLOSED\"");
			assertThat(output).doesNotContain("health component");
		}
	}

	@Test
	void ourHealthStepsBackAndAWarningSaysHowToGetIt(CapturedOutput output) {
		String theirs = "io.github.resilience4j.springboot.circuitbreaker.autoconfigure.CircuitBreakersHealthIndicatorAutoConfiguration";
		try (ConfigurableApplicationContext context = start(THEIR_HEALTH,
				"resilience4j.circuitbreaker.instances.theirs.register-health-indicator=true")) {
			assertThat(get(context, "health")).contains("\"circuitBreakers\":{\"details\":{\"theirs\"");
			assertThat(context.getBeansOfType(CircuitBreakersHealthIndicator.class)).isEmpty();
			assertThat(output).containsOnlyOnce("Breaker's health component circuitBreakers is not there")
				.contains("Set spring.autoconfigure.exclude=" + theirs);
		}
		try (ConfigurableApplicationContext context = start(THEIR_HEALTH, "spring.autoconfigure.exclude=" + theirs)) {
			assertThat(get(context, "health")).contains("\"ours\":\"CLOSED\"");
		}
	}

	private static void trip(Services services) {
		for (int i = 0; i < 2; i++) {
			assertThatIllegalStateException().isThrownBy(() -> services.ours(true));
			assertThatIllegalStateException().isThrownBy(() -> services.theirs(true));
		}
	}

	private static ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Application.class).properties(properties).run();
	}

	private static String get(ConfigurableApplicationContext context, String endpoint) {
		return client(context).get().uri("/actuator/" + endpoint).retrieve().body(String.class);
	}

	private static RestClient client(ConfigurableApplicationContext context) {
		return RestClient.create("http://localhost:" + context.getEnvironment().getProperty("local.server.port"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Services services() {
			return new Services();
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

		private int attempts;

		@CircuitBreaker(name = "ours")
		String ours(boolean fail) {
			return answer("ours", fail);
		}

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "theirs")
		String theirs(boolean fail) {
			return answer("theirs", fail);
		}

		@Retry(name = "retried")
		@CircuitBreaker(name = "retried")
		String retriedByThem() {
			this.attempts++;
			return answer("retried", true);
		}

		int attempts() {
			return this.attempts;
		}

		private static String answer(String name, boolean fail) {
			if (fail) {
				throw new IllegalStateException("down");
			}
			return name;
		}

	}

}
