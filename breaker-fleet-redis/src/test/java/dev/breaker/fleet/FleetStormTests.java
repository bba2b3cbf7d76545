package dev.breaker.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import dev.breaker.CircuitBreaker;
import dev.breaker.State;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often nodes talk to the store.
 */
class FleetStormTests {

	@Test
	void aNodeTalksOnceAHeartbeatHoweverManyBreakersItHas() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.nodes.forEach((node) -> share(fleet, node, 200));
		long before = exchanges(fleet);
		fleet.advance(Duration.ofSeconds(60));
		assertThat(exchanges(fleet) - before).isBetween(10L * 50, 10L * 70);
	}

	private static List<CircuitBreaker> share(TestFleet fleet, TestNode node, int count) {
		List<CircuitBreaker> breakers = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			CircuitBreaker breaker = CircuitBreaker.of("breaker-" + i, fleet.breakerConfig());
			breakers.add(breaker);
			node.node.share(breaker);
		}
		return breakers;
	}

	private static long exchanges(TestFleet fleet) {
		return fleet.nodes.stream().mapToLong((node) -> node.transport.exchanges()).sum();
	}

	@Test
	void newsOfAllBreakersAtOnceIsBatched() {
		TestFleet fleet = new TestFleet().start(100);
		List<CircuitBreaker> breakers = new ArrayList<>();
		fleet.nodes.forEach((node) -> breakers.addAll(share(fleet, node, 20)));
		fleet.advance(TestFleet.HEARTBEAT);
		long before = exchanges(fleet);
		breakers.forEach(FleetStormTests::trip);
		fleet.advance(Duration.ofSeconds(1));
		assertThat(breakers).allMatch((breaker) -> breaker.state() == State.OPEN);
		// With 100 nodes, a node talks each 20 ms at most.
		assertThat(exchanges(fleet) - before).isLessThan(100L * 52);
		before = exchanges(fleet);
		fleet.advance(TestFleet.WAIT.minusSeconds(1));
		assertThat(exchanges(fleet) - before).as("quiet again").isLessThan(100L * 15);
		before = exchanges(fleet);
		for (int round = 0; round < 200; round++) {
			breakers.forEach(FleetStormTests::succeed);
			fleet.advance(Duration.ofMillis(10));
		}
		assertThat(breakers).allMatch((breaker) -> breaker.state() == State.CLOSED);
		assertThat(exchanges(fleet) - before).isLessThan(100L * 104);
	}

	@Test
	void someNodesOfALargeFleetAskForPlacesAtOnce() {
		TestFleet fleet = new TestFleet().start(400);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		long before = demands(fleet);
		fleet.nodes.forEach((node) -> assertThat(node.begin()).isNull());
		fleet.advance(TestFleet.HEARTBEAT.multipliedBy(2));
		assertThat(fleet.record().probes().given()).isEqualTo(TestFleet.PERMITTED);
		// About 8 nodes for each place, and some that look after them in two heartbeats
		assertThat(demands(fleet) - before).isBetween(20L, 150L);
	}

	@Test
	void theOnlyNodeOfALargeFleetThatIsCalledGetsPlaces() {
		TestFleet fleet = new TestFleet().start(400);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		assertThat(fleet.node(0).begin()).isNull();
		fleet.advance(TestFleet.HEARTBEAT);
		assertThat(fleet.node(0).begin()).isNotNull();
	}

	@Test
	void aStoreThatDoesNotAnswerInTimeIsAskedForLess() {
		TestFleet fleet = new TestFleet().start(2);
		List<CircuitBreaker> breakers = new ArrayList<>();
		fleet.nodes.forEach((node) -> breakers.addAll(share(fleet, node, 100)));
		fleet.advance(TestFleet.HEARTBEAT);
		breakers.forEach(FleetStormTests::trip);
		fleet.advance(TestFleet.WAIT.plusSeconds(1));
		long before = demands(fleet);
		fleet.work(TestFleet.HEARTBEAT.dividedBy(50));
		for (int second = 0; second < 10; second++) {
			breakers.forEach(FleetStormTests::succeed);
			fleet.advance(Duration.ofSeconds(1));
		}
		// Each node asks for 100 places, then for 50, 25, 12, and at least for 10
		assertThat(demands(fleet) - before).isBetween(200L, 600L);
		fleet.work(Duration.ZERO);
		for (int second = 0; second < 20; second++) {
			breakers.forEach(FleetStormTests::succeed);
			fleet.advance(Duration.ofSeconds(1));
		}
		assertThat(breakers).filteredOn((breaker) -> breaker.state() != State.CLOSED).isEmpty();
	}

	private static void trip(CircuitBreaker breaker) {
		for (int i = 0; i < 3; i++) {
			var permit = breaker.tryAcquire();
			if (permit != null) {
				TestNode.end(permit, false);
			}
		}
	}

	private static void succeed(CircuitBreaker breaker) {
		var permit = breaker.tryAcquire();
		if (permit != null) {
			TestNode.end(permit, true);
		}
	}

	@Test
	void whereAllPlacesAreOutSixteenNodesLookAfterThem() {
		TestFleet fleet = new TestFleet().start(200);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		takeAllPlaces(fleet);
		fleet.advance(TestFleet.HEARTBEAT.multipliedBy(2));
		long before = demands(fleet);
		for (int round = 0; round < 100; round++) {
			fleet.nodes.forEach((node) -> assertThat(node.begin()).isNull());
			fleet.advance(Duration.ofMillis(100));
		}
		assertThat(demands(fleet) - before).isBetween(10L * 8, 10L * 32);
	}

	private static void takeAllPlaces(TestFleet fleet) {
		for (int call = 0; call < TestFleet.PERMITTED; call++) {
			assertThat(fleet.node(0).begin()).isNull();
		}
		fleet.settle();
		for (int call = 0; call < TestFleet.PERMITTED; call++) {
			assertThat(fleet.node(0).begin()).isNotNull();
		}
	}

	private static long demands(TestFleet fleet) {
		return fleet.nodes.stream().mapToLong((node) -> node.transport.demands()).sum();
	}

	@Test
	void aNodeOfManyAsksAgainForPlacesWhoseAnswerWasLost() {
		assertAsksAgain((fleet, lost) -> fleet.loss(lost ? 1 : 0));
	}

	@Test
	void aNodeOfManyAsksAgainForPlacesWhereNewsOfThemCameBeforeTheAnswerWasMissed() {
		assertAsksAgain(TestFleet::losesAnswers);
	}

	/** The node is the first to ask for places of the epoch that its demand begins. */
	private static void assertAsksAgain(BiConsumer<TestFleet, Boolean> lose) {
		TestFleet fleet = new TestFleet().start(200);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		TestNode node = fleet.node(0);
		for (int call = 0; call < TestFleet.PERMITTED; call++) {
			assertThat(node.begin()).isNull();
		}
		long before = node.transport.demands();
		while (node.transport.demands() == before) {
			fleet.advance(Duration.ofNanos(100_000));
		}
		lose.accept(fleet, true);
		fleet.advance(Duration.ofMillis(5));
		lose.accept(fleet, false);
		assertThat(fleet.record().probes().given()).isEqualTo(TestFleet.PERMITTED);
		fleet.advance(TestFleet.HEARTBEAT.multipliedBy(3));
		for (int call = 0; call < TestFleet.PERMITTED; call++) {
			assertThat(node.begin()).as("place " + call).isNotNull();
		}
	}

	@Test
	void everyNodeIsOpenSoonAfterTheDecidingVote() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.trip(2);
		fleet.advance(Duration.ofSeconds(2));
		fleet.node(2).trip();
		fleet.advance(Duration.ofMillis(10));
		fleet.assertFleet(State.OPEN);
		assertThat(fleet.node(9).node.status().lag()).isBetween(Duration.ZERO, Duration.ofMillis(5));
	}

}
