package dev.breaker.spring.actuate;

import java.util.List;
import java.util.function.UnaryOperator;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class CircuitBreakersHealthTests {

	private static final UnaryOperator<String> BASE_NAME = (name) -> name.replaceFirst(":.*", "");

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	@Test
	void anOpenBreakerTurnsNeitherHealthNorProbesDownSoKubernetesKillsNobody() {
		try (RunningApplication application = RunningApplication.start(Application.class,
				"management.endpoint.health.probes.enabled=true", "management.endpoint.health.show-details=always")) {
			CircuitBreakerRegistry breakers = application.bean(CircuitBreakerRegistry.class);
			breakers.get("payments").open();
			breakers.get("inventory").forceOpen();
			Answer health = application.get("/actuator/health");
			assertThat(health.status()).isEqualTo(200);
			assertThat(health.text("/status")).isEqualTo("UP");
			assertThat(health.text("/components/circuitBreakers/status")).isEqualTo("UP");
			assertThat(health.text("/components/circuitBreakers/details/payments")).isEqualTo("OPEN");
			assertThat(health.text("/components/circuitBreakers/details/inventory")).isEqualTo("FORCED_OPEN");
			for (String probe : List.of("liveness", "readiness")) {
				Answer answer = application.get("/actuator/health/" + probe);
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.body()).doesNotContain("circuitBreakers");
			}
		}
	}

	@Test
	void aBreakerThatIsNamedTurnsHealthDownButNeverLiveness() {
		try (RunningApplication application = RunningApplication.start(Application.class,
				"management.endpoint.health.probes.enabled=true", "management.endpoint.health.show-details=always",
				"breaker.health.down-when-open=payments")) {
			CircuitBreakerRegistry breakers = application.bean(CircuitBreakerRegistry.class);
			breakers.get("inventory").open();
			breakers.get("payments");
			assertThat(application.get("/actuator/health").status()).isEqualTo(200);
			breakers.get("payments").open();
			Answer health = application.get("/actuator/health");
			assertThat(health.status()).isEqualTo(503);
			assertThat(health.text("/components/circuitBreakers/status")).isEqualTo("DOWN");
			assertThat(application.get("/actuator/health/liveness").status()).isEqualTo(200);
			breakers.get("payments").halfOpen();
			assertThat(application.get("/actuator/health").status()).isEqualTo(200);
			breakers.get("payments").forceOpen();
			assertThat(application.get("/actuator/health").status()).isEqualTo(503);
		}
	}

	@Test
	void aNameThatNoBreakerHasIsSeen() {
		this.registry.get("payments");
		Health health = new CircuitBreakersHealthIndicator(this.registry, BASE_NAME, List.of("paymnts")).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("payments", dev.breaker.State.CLOSED)
			.containsEntry("paymnts", "UNKNOWN");
	}

	@Test
	void thousandsOfBreakersMadeByKeyDoNotFloodItAndThoseInTroubleComeFirst() {
		for (int i = 0; i < 150; i++) {
			this.registry.get("configured-" + i);
		}
		for (int key = 0; key < 5000; key++) {
			this.registry.get("inventory:" + key);
		}
		this.registry.get("inventory:4711").open();
		Health health = new CircuitBreakersHealthIndicator(this.registry, BASE_NAME, List.of()).health();
		assertThat(health.getDetails()).hasSize(150 + 100 + 1)
			.containsEntry("inventory:4711", dev.breaker.State.OPEN)
			.containsEntry("(omitted)", 4900)
			.containsKey("configured-149");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
