package dev.breaker.spring.dashboard;

import java.time.Instant;
import java.util.List;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.actuate.FleetAccess;
import dev.breaker.spring.actuate.FleetDescriptor;
import dev.breaker.spring.actuate.FleetDescriptor.NodeDescriptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What the page is told of a breaker that is shared, here payments, and of one that is
 * not.
 */
class FleetOnThePageTests {

	private static RunningDashboard application;

	@BeforeAll
	static void start() {
		application = RunningDashboard.start(WebApplicationType.SERVLET, "/actuator", List.of(Sharing.class));
		application.breaker("payments");
		application.breaker("inventory");
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static JsonNode live(String name) {
		return application.get("/breakerdashboard/live")
			.json()
			.get("breakers")
			.valueStream()
			.filter((breaker) -> breaker.get("name").asString().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private static JsonNode view(String name) {
		return application.get("/breakerdashboard/breaker?name=" + name).json();
	}

	@Test
	void breakerThatIsSharedSaysWhetherItIsOpenAlone() {
		assertThat(live("payments").get("localOnly").asBoolean(false)).isTrue();
		assertThat(view("payments").at("/breaker/localOnly").asBoolean(false)).isTrue();
	}

	@Test
	void breakerThatIsNotSharedSaysNothingOfAFleet() {
		assertThat(live("inventory").get("localOnly").isNull()).isTrue();
		assertThat(view("inventory").get("fleet").isNull()).isTrue();
	}

	@Test
	void groupThatIsSharedSaysSo() {
		application.registry().group("orders", CircuitBreakerConfig.ofDefaults(), 10).get("de");
		application.registry().group("stores", CircuitBreakerConfig.ofDefaults(), 10).get("lyon");
		JsonNode live = application.get("/breakerdashboard/live").json();
		assertThat(live.get("groups").valueStream().toList())
			.extracting((group) -> group.get("name").asString(), (group) -> group.get("shared").asBoolean())
			.containsExactlyInAnyOrder(tuple("orders", true), tuple("stores", false));
	}

	@Test
	void viewHasWhatTheEndpointSaysOfTheFleet() {
		JsonNode fleet = view("payments").get("fleet");
		assertThat(fleet).isEqualTo(application.get("/circuitbreakers/payments").json().get("fleet"));
		assertThat(fleet.propertyNames()).containsExactlyInAnyOrder("connected", "node", "live", "nodes", "state",
				"since", "until", "epoch", "votes", "quorum", "voters", "probing");
		assertThat(fleet.at("/nodes/0").propertyNames()).containsExactlyInAnyOrder("node", "state", "localOnly",
				"seen");
	}

	@Test
	void fileOfTheFleetIsServed() {
		assertThat(application.get("/breakerdashboard/fleet.js").status()).isEqualTo(200);
	}

	@Configuration(proxyBeanMethods = false)
	static class Sharing {

		@Bean
		FleetAccess fleet() {
			return new Payments();
		}

	}

	/**
	 * A fleet whose first instance has opened payments alone. It shares the group orders,
	 * too.
	 */
	private static final class Payments implements FleetAccess {

		@Override
		public boolean shares(String name) {
			return name.equals("payments") || name.equals("orders");
		}

		@Override
		public void command(String name, StateCommand command) {
			throw new UnsupportedOperationException("The page gives its commands to the endpoint");
		}

		@Override
		public boolean isLocalOnly(String name) {
			return true;
		}

		@Override
		public @Nullable FleetDescriptor describe(String name) {
			return shares(name) ? new FleetDescriptor(true, "shop-1", 2,
					List.of(new NodeDescriptor("shop-1", State.OPEN, true, 0),
							new NodeDescriptor("shop-2", State.CLOSED, false, 0.5)),
					State.CLOSED, Instant.EPOCH, null, 3, 1, 2, List.of("shop-1"), List.of()) : null;
		}

	}

}
