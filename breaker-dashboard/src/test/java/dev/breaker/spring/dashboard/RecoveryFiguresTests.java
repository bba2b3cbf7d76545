package dev.breaker.spring.dashboard;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.Permit;
import dev.breaker.ProbeSource;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ramps, signals, calls under way and dark probes, as the page is told of them.
 */
class RecoveryFiguresTests {

	private static RunningDashboard application;

	private static ManualClock clock;

	@BeforeAll
	static void start() {
		application = RunningDashboard.start(WebApplicationType.SERVLET, DashboardTests.COMMANDS);
		clock = application.context().getBean(ManualClock.class);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@AfterEach
	void forget() {
		application.registry().groups().forEach((group) -> application.registry().removeGroup(group.name()));
		application.registry().all().forEach((breaker) -> application.registry().remove(breaker.name()));
	}

	@Test
	void shareOfARampIsThatOfTheEndpointAndPrometheus() {
		CircuitBreaker stock = application.registry()
			.get("stock", clock.config().recoveryRampDuration(Duration.ofSeconds(10)).build());
		stock.forceOpen();
		stock.close();
		clock.advance(Duration.ofSeconds(5));
		assertThat(shown("stock").get("admittedShare").asDouble()).isEqualTo(55)
			.isEqualTo(endpoint("stock").get("admittedShare").asDouble());
		assertThat(shown("stock").get("explanation").asString()).contains("admits 55 % of calls");
		assertThat(application.get("/prometheus").body()).contains("breaker_admitted_share{name=\"stock\"} 55.0\n");
		clock.advance(Duration.ofSeconds(5));
		assertThat(shown("stock").get("admittedShare").asDouble()).isEqualTo(100);
	}

	@Test
	void signalsAreThoseOfTheEndpointUntilTheyAreOver() {
		CircuitBreaker orders = application.breaker("orders");
		orders.signal("backlog", "12,000 messages wait", Duration.ofMinutes(5));
		orders.signal("drill", null, Duration.ofSeconds(20));
		clock.advance(Duration.ofSeconds(12));
		JsonNode signals = shown("orders").get("signals");
		assertThat(signals).hasSize(2);
		assertThat(signals.at("/0/source").asString()).isEqualTo("backlog");
		assertThat(signals.at("/0/reason").asString()).isEqualTo("12,000 messages wait");
		assertThat(signals.at("/0/remaining").asDouble()).isEqualTo(288)
			.isEqualTo(Duration.parse(endpoint("orders").at("/signals/0/remaining").asString()).toSeconds());
		assertThat(signals.at("/1/reason").isNull()).isTrue();
		clock.advance(Duration.ofSeconds(8));
		assertThat(shown("orders").get("signals")).hasSize(1);
	}

	@Test
	void signalIsClearedByTheCommandOfThePage() {
		application.breaker("orders").signal("backlog", null, Duration.ofMinutes(5));
		assertThat(
				application
					.send("/circuitbreakers/orders",
							(request) -> request.header("Content-Type", "application/json")
								.POST(BodyPublishers
									.ofString("{\"clearSignal\": \"backlog\", \"reason\": \"all done\"}")))
					.status())
			.isEqualTo(204);
		assertThat(shown("orders").get("signals")).isEmpty();
	}

	@Test
	void signalsOfAGroupAreThoseThatKeysWillGet() {
		CircuitBreakerGroup stores = application.registry().group("stores", clock.config().build(), 10);
		stores.get("lyon");
		stores.signal("backlog", "all lorries wait", Duration.ofMinutes(5));
		assertThat(live().at("/groups/0/signals/0/source").asString()).isEqualTo("backlog");
		assertThat(live().at("/groups/0/signals/0/remaining").asDouble()).isEqualTo(300);
		assertThat(shown("stores:lyon").at("/signals/0/reason").asString()).isEqualTo("all lorries wait");
		stores.clearSignal("backlog");
		assertThat(live().at("/groups/0/signals")).isEmpty();
	}

	@Test
	void callsUnderWayAreThoseOfTheEndpoint() {
		CircuitBreaker offers = application.registry()
			.get("offers",
					clock.config().slowCallDurationThreshold(Duration.ofSeconds(2)).countHungCalls(true).build());
		Permit first = offers.acquire();
		clock.advance(Duration.ofMillis(1500));
		Permit second = offers.acquire();
		clock.advance(Duration.ofSeconds(2));
		assertThat(shown("offers").get("inFlight").asInt()).isEqualTo(2)
			.isEqualTo(endpoint("offers").get("inFlight").asInt());
		assertThat(shown("offers").get("oldestInFlight").asDouble()).isEqualTo(3.5);
		first.success("done", Duration.ofMillis(3500).toNanos());
		second.success("done", Duration.ofSeconds(2).toNanos());
		assertThat(shown("offers").get("inFlight").asInt()).isZero();
		assertThat(shown("offers").get("oldestInFlight").asDouble()).isZero();
	}

	@Test
	void darkProbesAreCountedAsTheyDecide() {
		CircuitBreaker bank = application.registry()
			.get("bank", clock.config().halfOpenProbes(ProbeSource.DARK).successThresholdInHalfOpenState(2).build());
		assertThat(shown("bank").get("darkProbes").asBoolean()).isTrue();
		assertThat(shown("bank").get("probesPermitted").asInt()).isEqualTo(2);
		bank.halfOpen();
		assertThat(shown("bank").get("probesDone").asInt()).isZero();
		assertThat(shown("bank").get("probesPermitted").asInt()).isEqualTo(2);
		Permit probe = bank.tryAcquireProbe();
		assertThat(probe).isNotNull();
		probe.success("done", 1);
		assertThat(shown("bank").get("probesDone").asInt()).isOne();
		assertThat(shown("bank").get("probesPermitted").asInt()).isEqualTo(2);
	}

	@Test
	void breakerWithNothingOfItSaysSo() {
		application.breaker("quiet");
		for (JsonNode shown : List.of(shown("quiet"),
				application.get("/breakerdashboard/breaker?name=quiet").json().get("breaker"))) {
			assertThat(shown.get("admittedShare").asDouble()).isEqualTo(100);
			assertThat(shown.get("inFlight").asInt(-1)).isZero();
			assertThat(shown.get("oldestInFlight").asDouble(-1)).isZero();
			assertThat(shown.get("darkProbes").asBoolean(true)).isFalse();
			assertThat(shown.get("signals").isArray()).isTrue();
			assertThat(shown.get("signals")).isEmpty();
			assertThat(shown.has("recovery")).isFalse();
		}
	}

	private static JsonNode live() {
		return application.get("/breakerdashboard/live").json();
	}

	private static JsonNode shown(String name) {
		return live().get("breakers")
			.valueStream()
			.filter((breaker) -> breaker.get("name").asString().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private static JsonNode endpoint(String name) {
		return application.get("/circuitbreakers/" + name).json();
	}

}
