package dev.breaker.spring.actuate;

import java.util.List;
import java.util.Map;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class CircuitBreakersHealthTests {

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	@Test
	void anOpenBreakerTurnsNeitherHealthNorProbesDown() {
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
		Health health = health("paymnts");
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("payments", State.CLOSED).containsEntry("paymnts", "UNKNOWN");
	}

	@Test
	void aGroupIsShownByHowManyAreInWhichState() {
		CircuitBreakerGroup inventory = this.registry.group("inventory", CircuitBreakerConfig.ofDefaults(), 5000);
		for (int key = 0; key < 5000; key++) {
			inventory.get("key-" + key);
		}
		inventory.get("key-4711").open();
		this.registry.get("payments");
		this.registry.get("inventory:plain");
		Health health = health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).isEqualTo(Map.of("payments", State.CLOSED, "inventory:plain", State.CLOSED,
				"inventory", Map.of(State.CLOSED, 4999, State.OPEN, 1)));
	}

	@Test
	void aGroupThatIsNamedIsDownWhileAnyOfItsBreakersRefuses() {
		CircuitBreakerGroup inventory = this.registry.group("inventory", CircuitBreakerConfig.ofDefaults(), 10);
		assertThat(health("inventory").getStatus()).isEqualTo(Status.UP);
		assertThat(health("inventory").getDetails()).isEqualTo(Map.of("inventory", Map.of()));
		inventory.get("berlin");
		inventory.get("paris").forceOpen();
		assertThat(health("inventory").getStatus()).isEqualTo(Status.DOWN);
		assertThat(health().getStatus()).isEqualTo(Status.UP);
		inventory.get("paris").halfOpen();
		assertThat(health("inventory").getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void aKeyThatIsNamedIsShownAndTurnsHealthDown() {
		CircuitBreakerGroup inventory = this.registry.group("inventory", CircuitBreakerConfig.ofDefaults(), 10);
		inventory.get("berlin").open();
		inventory.get("paris");
		assertThat(health("inventory:paris").getStatus()).isEqualTo(Status.UP);
		Health health = health("inventory:berlin");
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails())
			.isEqualTo(Map.of("inventory:berlin", State.OPEN, "inventory", Map.of(State.OPEN, 1, State.CLOSED, 1)));
	}

	@Test
	void aPlainBreakerOfTheNameOfAGroupCountsWithIt() {
		this.registry.group("inventory", CircuitBreakerConfig.ofDefaults(), 10).get("berlin");
		this.registry.get("inventory").open();
		Health health = health("inventory");
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).isEqualTo(Map.of("inventory", Map.of(State.OPEN, 1, State.CLOSED, 1)));
	}

	private Health health(String... downWhenOpen) {
		Health health = new CircuitBreakersHealthIndicator(this.registry, List.of(downWhenOpen)).health();
		assertThat(health).isNotNull();
		return health;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
