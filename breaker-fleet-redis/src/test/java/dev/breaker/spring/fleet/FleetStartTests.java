package dev.breaker.spring.fleet;

import java.time.Duration;
import java.util.List;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How applications come into their fleet, and leave it.
 */
@ExtendWith(OutputCaptureExtension.class)
class FleetStartTests {

	private static final String PAYMENTS = "breaker.instances.payments.failure-rate-threshold=50";

	private LocalRedis redis;

	@BeforeEach
	void startRedis() {
		this.redis = LocalRedis.start();
	}

	@AfterEach
	void stopRedis() {
		this.redis.close();
	}

	private Instance start(String node, String... properties) {
		return Instance.start(this.redis.port(), node, properties);
	}

	@Test
	void newInstanceTakesOverBeforeItsFirstCall() {
		try (Instance first = start("shop-1", PAYMENTS); Instance second = start("shop-2", PAYMENTS)) {
			first.trip("payments");
			second.trip("payments");
			Instance.await().until(() -> first.shown("payments").at("/fleet/state").asString().equals("OPEN"));
			try (Instance late = Instance.start(this.redis.port(), "shop-3", List.of(WarmUp.class), PAYMENTS)) {
				assertThat(late.bean(FirstCall.class).refused).isTrue();
				CircuitBreaker breaker = late.breaker("payments");
				assertThat(breaker.state()).isEqualTo(State.OPEN);
				assertThat(breaker.snapshot().lastChange()).isNotNull().extracting("reason").isEqualTo(Reason.FLEET);
				assertThat(breaker.snapshot().retryAfter()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(10));
			}
		}
	}

	@Test
	void commandHoldsForInstancesThatStartLater() {
		try (Instance first = start("shop-1", PAYMENTS)) {
			assertThat(first
				.command("payments", "{\"state\": \"FORCED_OPEN\", \"hold\": \"20m\", \"reason\": \"bank moves\"}")
				.status()).isEqualTo(204);
			Instance.await().until(() -> first.shown("payments").at("/fleet/state").asString().equals("FORCED_OPEN"));
			try (Instance late = Instance.start(this.redis.port(), "shop-2", List.of(WarmUp.class), PAYMENTS)) {
				assertThat(late.bean(FirstCall.class).refused).isTrue();
				JsonNode shown = late.shown("payments");
				assertThat(shown.get("state").asString()).isEqualTo("FORCED_OPEN");
				assertThat(shown.at("/command/comment").asString()).isEqualTo("bank moves");
				assertThat(shown.at("/command/until").isNull()).isFalse();
			}
		}
	}

	@Test
	void instanceWithoutRedisStartsAloneAndJoinsLater(CapturedOutput output) {
		int port = LocalRedis.freePort();
		try (Instance alone = Instance.start(port, "shop-1", PAYMENTS, "breaker.cluster.join-timeout=100ms",
				"breaker.cluster.quorum=1")) {
			assertThat(output).contains(
					"Circuit breakers start alone: their fleet 'shop' has not answered within PT0.1S (breaker.cluster.join-timeout)");
			assertThat(alone.breaker("payments").state()).isEqualTo(State.CLOSED);
			JsonNode health = alone.get("/actuator/health").json();
			assertThat(health.get("status").asString()).isEqualTo("UP");
			assertThat(health.at("/components/breakerFleet/status").asString()).isEqualTo("UP");
			assertThat(health.at("/components/breakerFleet/details/connected").asBoolean(true)).isFalse();
			assertThat(alone.get("/actuator/metrics/breaker.cluster.connected")
				.json()
				.at("/measurements/0/value")
				.asDouble()).isZero();
			alone.trip("payments");
			assertThat(alone.breaker("payments").state()).isEqualTo(State.OPEN);
			JsonNode shown = alone.shown("payments");
			assertThat(shown.at("/fleet/connected").asBoolean(true)).isFalse();
			assertThat(shown.at("/fleet/nodes").size()).isOne();
			assertThat(shown.at("/fleet/nodes/0/state").asString()).isEqualTo("OPEN");
			assertThat(shown.get("explanation").asString()).endsWith("; its fleet cannot be reached");
			assertThat(alone.command("payments", "{\"state\": \"CLOSED\"}").status()).isEqualTo(204);
			assertThat(alone.breaker("payments").state()).isEqualTo(State.CLOSED);
			try (LocalRedis late = LocalRedis.startAt(port)) {
				Instance.await().until(() -> alone.shown("payments").at("/fleet/connected").asBoolean());
				assertThat(alone.get("/actuator/health")
					.json()
					.at("/components/breakerFleet/details/connected")
					.asBoolean()).isTrue();
				assertThat(late.port()).isEqualTo(port);
			}
		}
	}

	@Test
	void instanceThatLeavesTakesItsVoteAlong() {
		try (Instance first = start("shop-1", PAYMENTS); Instance third = start("shop-3", PAYMENTS)) {
			try (Instance second = start("shop-2", PAYMENTS)) {
				second.trip("payments");
				Instance.await().until(() -> voters(first).equals(List.of("shop-2")));
			}
			Instance.await().until(() -> voters(first).isEmpty());
			third.trip("payments");
			Instance.await().until(() -> voters(first).equals(List.of("shop-3")));
			assertThat(third.shown("payments").at("/localOnly").asBoolean()).isTrue();
			assertThat(first.shown("payments").at("/fleet/state").asString()).isEqualTo("CLOSED");
			assertThat(first.breaker("payments").state()).isEqualTo(State.CLOSED);
		}
	}

	private static List<String> voters(Instance instance) {
		return instance.shown("payments").at("/fleet/voters").valueStream().map(JsonNode::asString).toList();
	}

	@Test
	void contextThatIsStoppedAndStartedJoinsAgain() {
		try (Instance first = start("shop-1", PAYMENTS); Instance second = start("shop-2", PAYMENTS)) {
			second.context().stop();
			assertThat(second.bean(BreakerFleet.class).shares("payments")).isFalse();
			assertThat(second.bean(BreakerFleet.class).status()).isNull();
			first.command("payments", "{\"state\": \"FORCED_OPEN\"}");
			Instance.await().until(() -> first.shown("payments").at("/fleet/state").asString().equals("FORCED_OPEN"));
			assertThat(second.breaker("payments").state()).isEqualTo(State.CLOSED);
			second.context().start();
			second.awaitState("payments", State.FORCED_OPEN);
		}
	}

	@Test
	void noThreadIsLeftBehind() {
		try (Instance first = start("shop-1", PAYMENTS)) {
			Instance.await().until(() -> threads() == 1);
			first.context().stop();
			Instance.await().until(() -> threads() == 0);
			first.context().start();
			Instance.await().until(() -> threads() == 1);
		}
		Instance.await().until(() -> threads() == 0);
	}

	private static long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((each) -> each.getName().equals("breaker-fleet"))
			.count();
	}

	@Test
	void namesThatNoBreakerHasAreReported(CapturedOutput output) {
		start("shop-1", PAYMENTS, "breaker.cluster.breakers=paymets,stock-*,pay*").close();
		assertThat(output).contains(
				"No circuit breakers exist for these names in breaker.cluster.breakers: paymets (did you mean 'payments'?), stock-*");
	}

	@Test
	void breakersThatYamlNamesAreShared() {
		try (Instance first = start("shop-1", PAYMENTS)) {
			first.bean(CircuitBreakerRegistry.class).get("other");
			assertThat(first.shown("payments").has("fleet")).isTrue();
			assertThat(first.shown("other").has("fleet")).isFalse();
			first.bean(CircuitBreakerRegistry.class).remove("payments");
			assertThat(first.bean(BreakerFleet.class).shares("payments")).isFalse();
		}
	}

	/** Makes a guarded call while the application starts. */
	@Configuration(proxyBeanMethods = false)
	static class WarmUp {

		@Bean
		FirstCall firstCall(CircuitBreakerRegistry registry) {
			return new FirstCall(registry);
		}

	}

	static final class FirstCall implements InitializingBean {

		private final CircuitBreakerRegistry registry;

		private boolean refused;

		FirstCall(CircuitBreakerRegistry registry) {
			this.registry = registry;
		}

		@Override
		public void afterPropertiesSet() {
			try {
				this.registry.get("payments").run(() -> {
				});
			}
			catch (CallNotPermittedException ex) {
				this.refused = true;
			}
		}

	}

}
