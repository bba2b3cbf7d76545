package dev.breaker.spring.fleet;

import java.security.Principal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.Permit;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.spring.actuate.CircuitBreakersEndpointWebExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three applications that share their breakers, as operators see and command them. Each
 * test has a breaker of its own, since what one does reaches all.
 */
@ExtendWith(OutputCaptureExtension.class)
class FleetOfThreeTests {

	private static LocalRedis redis;

	private static Instance first;

	private static Instance second;

	private static Instance third;

	@BeforeAll
	static void start() {
		redis = LocalRedis.start();
		first = start("shop-1");
		second = start("shop-2");
		third = start("shop-3");
		Instance.await().until(() -> third.shown("alone").at("/fleet/nodes").size() == 3);
	}

	private static Instance start(String node) {
		return Instance.start(redis.port(), node, List.of(Audit.class), "breaker.cluster.breakers[0]=alone",
				"breaker.cluster.breakers[1]=together", "breaker.cluster.breakers[2]=commanded-*",
				"breaker.cluster.breakers[3]=stock", "breaker.cluster.breakers[4]=shelves",
				"breaker.instances.alone.failure-rate-threshold=50",
				"breaker.instances.together.failure-rate-threshold=50",
				"breaker.instances.commanded-all.failure-rate-threshold=50",
				"breaker.instances.commanded-one.failure-rate-threshold=50",
				"breaker.instances.commanded-back.failure-rate-threshold=50",
				"breaker.instances.commanded-by.failure-rate-threshold=50",
				"breaker.instances.own.failure-rate-threshold=50");
	}

	@AfterAll
	static void stop() {
		for (Instance instance : new Instance[] { third, second, first }) {
			if (instance != null) {
				instance.close();
			}
		}
		if (redis != null) {
			redis.close();
		}
	}

	@Test
	void breakerThatOneInstanceOpensIsLocalOnly() {
		first.trip("alone");
		Instance.await().until(() -> second.shown("alone").at("/fleet/votes").asInt() == 1);
		assertThat(second.breaker("alone").state()).isEqualTo(State.CLOSED);
		assertThat(third.breaker("alone").state()).isEqualTo(State.CLOSED);
		JsonNode here = first.shown("alone");
		assertThat(here.get("localOnly").asBoolean()).isTrue();
		assertThat(here.get("explanation").asString()).startsWith("Open")
			.endsWith("; open on 1 of 3 instances, 2 open it for all");
		JsonNode there = second.shown("alone");
		assertThat(there.get("localOnly").asBoolean(true)).isFalse();
		JsonNode fleet = there.get("fleet");
		assertThat(fleet.get("connected").asBoolean()).isTrue();
		assertThat(fleet.get("node").asString()).isEqualTo("shop-2");
		assertThat(fleet.get("live").asInt()).isEqualTo(3);
		assertThat(fleet.get("state").asString()).isEqualTo("CLOSED");
		assertThat(fleet.get("until").isNull()).isTrue();
		assertThat(fleet.get("quorum").asInt()).isEqualTo(2);
		assertThat(fleet.get("voters").valueStream().map(JsonNode::asString)).containsExactly("shop-1");
		assertThat(fleet.get("probing").size()).isZero();
		assertThat(fleet.get("nodes").valueStream().map((node) -> node.get("node").asString()))
			.containsExactly("shop-1", "shop-2", "shop-3");
		JsonNode alone = fleet.at("/nodes/0");
		assertThat(alone.get("state").asString()).isEqualTo("OPEN");
		assertThat(alone.get("localOnly").asBoolean()).isTrue();
		assertThat(alone.get("seen").asDouble()).isBetween(0.0, 30.0);
		JsonNode listed = first.get("/actuator/circuitbreakers").json().at("/circuitBreakers/alone");
		assertThat(listed.get("localOnly").asBoolean()).isTrue();
		assertThat(listed.has("fleet")).isFalse();
	}

	@Test
	void quorumOpensTheBreakerOnAllInstances(CapturedOutput output) {
		first.trip("together");
		second.trip("together");
		third.awaitState("together", State.OPEN);
		StateChange change = third.breaker("together").snapshot().lastChange();
		assertThat(change).isNotNull().extracting(StateChange::reason).isEqualTo(Reason.FLEET);
		Instance.await()
			.until(() -> third.shown("together")
				.at("/fleet/nodes")
				.valueStream()
				.filter((node) -> node.get("state").asString().equals("OPEN") && !node.get("localOnly").asBoolean())
				.count() == 3);
		for (Instance instance : new Instance[] { first, second, third }) {
			JsonNode shown = instance.shown("together");
			assertThat(shown.get("localOnly").asBoolean(true)).isFalse();
			assertThat(shown.get("explanation").asString())
				.matches(".*; open on 3 of 3 instances since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
			JsonNode fleet = shown.get("fleet");
			assertThat(fleet.get("state").asString()).isEqualTo("OPEN");
			assertThat(fleet.get("epoch").asLong()).isPositive();
			assertThat(fleet.get("votes").asInt()).isEqualTo(2);
			assertThat(fleet.get("quorum").asInt()).isEqualTo(2);
			assertThat(fleet.get("voters").valueStream().map(JsonNode::asString)).containsExactlyInAnyOrder("shop-1",
					"shop-2");
			assertThat(Instant.parse(fleet.get("until").asString())).isBetween(Instant.now().plusSeconds(300),
					Instant.now().plusSeconds(601));
			assertThat(Instant.parse(fleet.get("since").asString())).isBetween(Instant.now().minusSeconds(120),
					Instant.now().plusSeconds(1));
		}
		assertThat(output).contains("'together': CLOSED -> OPEN (FLEET)");
	}

	@Test
	void commandReachesAllInstances() {
		List<AuditEvent> audited = first.bean(Audit.class).audited;
		audited.clear();
		assertThat(first
			.command("commanded-all", "{\"state\": \"FORCED_OPEN\", \"hold\": \"20m\", \"reason\": \"bank moves\"}")
			.status()).isEqualTo(204);
		assertThat(first.breaker("commanded-all").state()).isEqualTo(State.FORCED_OPEN);
		assertThat(audited).singleElement()
			.satisfies((event) -> assertThat(event.getData()).containsEntry("circuitBreaker", "commanded-all")
				.containsEntry("state", "FORCED_OPEN")
				.containsEntry("hold", "PT20M")
				.containsEntry("scope", "fleet")
				.containsEntry("reason", "bank moves"));
		second.awaitState("commanded-all", State.FORCED_OPEN);
		third.awaitState("commanded-all", State.FORCED_OPEN);
		JsonNode shown = third.shown("commanded-all");
		assertThat(shown.at("/command/comment").asString()).isEqualTo("bank moves");
		assertThat(Instant.parse(shown.at("/command/until").asString()))
			.isBefore(Instant.now().plus(20, ChronoUnit.MINUTES));
		assertThat(shown.at("/fleet/state").asString()).isEqualTo("FORCED_OPEN");
		assertThat(Instant.parse(shown.at("/fleet/until").asString()))
			.isBefore(Instant.now().plus(20, ChronoUnit.MINUTES));
		assertThat(shown.get("localOnly").asBoolean(true)).isFalse();
	}

	@Test
	void operatorIsKnownOnOtherInstances(CapturedOutput output) {
		first.bean(CircuitBreakersEndpointWebExtension.class)
			.command(new Operator("alice"), "commanded-by", "DISABLED", null, "drill", null, null, null, null, null,
					"fleet");
		second.awaitState("commanded-by", State.DISABLED);
		assertThat(second.breaker("commanded-by").snapshot().lastChange()).isNotNull()
			.extracting(StateChange::actor, StateChange::comment, StateChange::reason)
			.containsExactly("alice", "drill", Reason.COMMAND);
		assertThat(output)
			.contains("Circuit breaker 'commanded-by' of the fleet: operator alice commands DISABLED; reason: drill");
		assertThat(first.bean(Audit.class).audited).anySatisfy((event) -> {
			assertThat(event.getPrincipal()).isEqualTo("alice");
			assertThat(event.getData()).containsEntry("circuitBreaker", "commanded-by").containsEntry("scope", "fleet");
		});
	}

	@Test
	void resetReachesAllInstances() {
		assertThat(second.command("commanded-back", "{\"state\": \"FORCED_OPEN\"}").status()).isEqualTo(204);
		third.awaitState("commanded-back", State.FORCED_OPEN);
		assertThat(third.command("commanded-back", "{\"reset\": true, \"scope\": \"FLEET\"}").status()).isEqualTo(204);
		first.awaitState("commanded-back", State.CLOSED);
		second.awaitState("commanded-back", State.CLOSED);
		assertThat(third.breaker("commanded-back").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void commandWithTheScopeOfANodeStaysThere() {
		assertThat(first.command("commanded-one", "{\"state\": \"FORCED_OPEN\", \"scope\": \"node\"}").status())
			.isEqualTo(204);
		assertThat(first.breaker("commanded-one").state()).isEqualTo(State.FORCED_OPEN);
		// What the report of the node says has passed through the store.
		Instance.await()
			.until(() -> second.shown("commanded-one").at("/fleet/nodes/0/state").asString().equals("FORCED_OPEN"));
		assertThat(second.breaker("commanded-one").state()).isEqualTo(State.CLOSED);
		assertThat(third.breaker("commanded-one").state()).isEqualTo(State.CLOSED);
		assertThat(first.bean(Audit.class).audited)
			.anySatisfy((event) -> assertThat(event.getData()).containsEntry("circuitBreaker", "commanded-one")
				.containsEntry("scope", "node"));
	}

	@Test
	void breakerThatIsNotSharedIsCommandedHere() {
		assertThat(first.command("own", "{\"state\": \"FORCED_OPEN\"}").status()).isEqualTo(204);
		JsonNode shown = first.shown("own");
		assertThat(shown.get("state").asString()).isEqualTo("FORCED_OPEN");
		assertThat(shown.has("fleet")).isFalse();
		assertThat(shown.has("localOnly")).isFalse();
		assertThat(first.bean(Audit.class).audited)
			.anySatisfy((event) -> assertThat(event.getData()).containsEntry("circuitBreaker", "own")
				.containsEntry("scope", "node"));
		first.breaker("own").reset();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					own   | {"reset": true, "scope": "fleet"}   | 'own' is not shared with the fleet: breaker.cluster.breakers does not name it. Leave 'scope' out, or give "node", for this instance alone
					alone | {"reset": true, "scope": "cluster"} | Invalid scope 'cluster'. Valid scopes: fleet, node
					alone | {"config": {}, "scope": "fleet"}    | A 'config' takes no 'scope': it is changed on this instance alone
					""")
	void scopeThatDoesNotFitIs400(String breaker, String body, String message) {
		Instance.Answer answer = first.command(breaker, body);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.json().get("message").asString()).isEqualTo(message);
	}

	@Test
	void keysOfAGroupAreSharedOneByOne() {
		CircuitBreaker here = key(first, "stock", "lyon");
		CircuitBreaker there = key(second, "stock", "lyon");
		CircuitBreaker other = key(second, "stock", "nice");
		assertThat(first.command("stock:lyon", "{\"state\": \"FORCED_OPEN\"}").status()).isEqualTo(204);
		assertThat(here.state()).isEqualTo(State.FORCED_OPEN);
		Instance.await().until(() -> there.state() == State.FORCED_OPEN);
		assertThat(other.state()).isEqualTo(State.CLOSED);
		// A key that an instance meets later is as it is for all.
		CircuitBreaker met = key(third, "stock", "lyon");
		Instance.await().until(() -> met.state() == State.FORCED_OPEN);
		assertThat(first.command("stock:lyon", "{\"reset\": true}").status()).isEqualTo(204);
		Instance.await().until(() -> there.state() == State.CLOSED);
	}

	@Test
	void commandToAGroupReachesTheKeysOfAllInstances(CapturedOutput output) {
		CircuitBreaker here = key(first, "shelves", "brest");
		CircuitBreaker there = key(second, "shelves", "brest");
		CircuitBreaker other = key(second, "shelves", "metz");
		assertThat(first.command("shelves", "{\"state\": \"FORCED_OPEN\"}").status()).isEqualTo(204);
		assertThat(output)
			.containsPattern("Circuit breakers 'shelves' of \\d keys of the fleet: operator commands FORCED_OPEN");
		assertThat(here.state()).isEqualTo(State.FORCED_OPEN);
		Instance.await().until(() -> there.state() == State.FORCED_OPEN && other.state() == State.FORCED_OPEN);
		CircuitBreaker later = key(third, "shelves", "nancy");
		Instance.await().until(() -> later.state() == State.FORCED_OPEN);
		assertThat(second.command("shelves", "{\"state\": \"CLOSED\"}").status()).isEqualTo(204);
		Instance.await()
			.until(() -> there.state() == State.CLOSED && here.state() == State.CLOSED
					&& later.state() == State.CLOSED);
		Instance.trip(here);
		assertThat(there.state()).isEqualTo(State.CLOSED);
		assertThat(third.command("shelves", "{\"reset\": true}").status()).isEqualTo(204);
		Instance.await().until(() -> here.state() == State.CLOSED);
		assertThat(first.command("shelves", "{\"state\": \"FORCED_OPEN\", \"scope\": \"node\"}").status())
			.isEqualTo(204);
		assertThat(here.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(first.command("shelves", "{\"reset\": true}").status()).isEqualTo(204);
		assertThat(here.state()).isEqualTo(State.CLOSED);
		assertThat(other.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void resetOfAGroupClosesItsKeysForTheFleet() {
		CircuitBreaker here = key(first, "shelves", "paris");
		CircuitBreaker there = key(second, "shelves", "paris");
		// A command to the group from before may still be on its way
		Instance.await().until(() -> {
			fail(here);
			fail(there);
			return first.shown("shelves:paris").at("/fleet/state").asString().equals("OPEN");
		});
		assertThat(first.command("shelves", "{\"reset\": true}").status()).isEqualTo(204);
		Instance.await().until(() -> here.state() == State.CLOSED && there.state() == State.CLOSED);
		Instance.await().until(() -> first.shown("shelves:paris").at("/fleet/state").asString().equals("CLOSED"));
		CircuitBreaker later = key(third, "shelves", "paris");
		Instance.await().until(() -> third.shown("shelves:paris").at("/fleet/state").asString().equals("CLOSED"));
		Instance.await().until(() -> later.state() == State.CLOSED);
	}

	private static void fail(CircuitBreaker breaker) {
		Permit permit = breaker.tryAcquire();
		if (permit != null) {
			permit.failure(new IllegalStateException("out of order"), 1);
		}
	}

	private static CircuitBreaker key(Instance instance, String group, String key) {
		CircuitBreakerRegistry registry = instance.bean(CircuitBreakerRegistry.class);
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.minimumNumberOfCalls(2)
			.slidingWindowSize(2)
			.build();
		return registry.group(group, config, 10).get(key);
	}

	@Test
	void healthAndMetersShowTheFleet() {
		JsonNode health = first.get("/actuator/health").json().at("/components/breakerFleet");
		assertThat(health.get("status").asString()).isEqualTo("UP");
		assertThat(health.at("/details/connected").asBoolean()).isTrue();
		assertThat(health.at("/details/namespace").asString()).isEqualTo("shop");
		assertThat(health.at("/details/node").asString()).isEqualTo("shop-1");
		assertThat(health.at("/details/nodes").asInt()).isEqualTo(3);
		assertThat(health.at("/details/quorum").asInt()).isEqualTo(2);
		assertThat(health.at("/details/error").isMissingNode()).isTrue();
		assertThat(meter("breaker.cluster.connected")).isEqualTo(1);
		assertThat(meter("breaker.cluster.nodes")).isEqualTo(3);
		assertThat(meter("breaker.cluster.lag")).isBetween(0.0, 60.0);
	}

	private static double meter(String name) {
		return first.get("/actuator/metrics/" + name).json().at("/measurements/0/value").asDouble();
	}

	/** Keeps what the audit hears. */
	@Configuration(proxyBeanMethods = false)
	static class Audit {

		final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

		@EventListener
		void hear(AuditApplicationEvent event) {
			this.audited.add(event.getAuditEvent());
		}

	}

	private record Operator(String name) implements SecurityContext {

		@Override
		public Principal getPrincipal() {
			return this::name;
		}

		@Override
		public boolean isUserInRole(String role) {
			return false;
		}

	}

}
