package dev.breaker.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.breaker.Permit;
import dev.breaker.ProbeSource;
import dev.breaker.State;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The probes of a half-open fleet.
 */
class FleetProbesTests {

	@Test
	void theFleetProbesAsOne() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		int admitted = 0;
		for (int round = 0; round < 20; round++) {
			for (TestNode node : fleet.nodes) {
				Permit permit = node.begin();
				admitted += (permit != null) ? 1 : 0;
			}
			fleet.advance(Duration.ofMillis(50));
		}
		assertThat(admitted).isEqualTo(TestFleet.PERMITTED);
		fleet.assertFleet(State.HALF_OPEN);
	}

	@Test
	void resultsOfAllNodesCloseTheFleet() {
		TestFleet fleet = halfOpen(10);
		succeedUntilDecided(fleet);
		fleet.assertFleet(State.CLOSED);
		assertThat(fleet.record().cause()).isEqualTo("PROBES_SUCCEEDED");
		assertThat(fleet.node(9).breaker.snapshot().lastChange().comment()).isEqualTo("probes succeeded");
	}

	private static TestFleet halfOpen(int nodes) {
		TestFleet fleet = new TestFleet().start(nodes);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		fleet.node(0).call(true);
		fleet.settle();
		fleet.assertFleet(State.HALF_OPEN);
		return fleet;
	}

	private static void succeedUntilDecided(TestFleet fleet) {
		for (int round = 0; round < 100 && fleet.fleetState() == State.HALF_OPEN; round++) {
			fleet.nodes.forEach((node) -> node.call(true));
			fleet.settle();
		}
	}

	@Test
	void oneFailedProbeOpensTheFleetAgain() {
		TestFleet fleet = halfOpen(10);
		for (int round = 0; round < 100 && fleet.fleetState() == State.HALF_OPEN; round++) {
			fleet.node(round % 10).call(round % 10 != 3);
			fleet.settle();
		}
		fleet.assertFleet(State.OPEN);
		assertThat(fleet.record().cause()).isEqualTo("PROBES_FAILED");
	}

	@Test
	void aNodeThatDiesLosesItsPlaces() {
		TestFleet fleet = halfOpen(3);
		TestNode dying = fleet.node(0);
		takeAll(fleet, dying);
		dying.kill();
		fleet.advance(TestFleet.NODE_TIMEOUT.plusSeconds(2));
		fleet.assertFleet(State.OPEN);
		assertThat(fleet.record().cause()).isEqualTo("PROBES_LOST");
	}

	/** All places are taken by calls of one node that do not end. */
	private static List<Permit> takeAll(TestFleet fleet, TestNode node) {
		List<Permit> taken = new ArrayList<>();
		for (int round = 0; round < 100 && taken.size() < TestFleet.PERMITTED; round++) {
			Permit permit = node.begin();
			if (permit != null) {
				taken.add(permit);
			}
			else {
				fleet.advance(Duration.ofMillis(20));
			}
		}
		assertThat(taken).hasSize(TestFleet.PERMITTED);
		return taken;
	}

	@Test
	void thoseThatCameBackDecideWhereTheOthersAreLost() {
		TestFleet fleet = halfOpen(3);
		TestNode dying = fleet.node(0);
		List<Permit> taken = takeAll(fleet, dying);
		TestNode.end(taken.get(0), true);
		TestNode.end(taken.get(1), true);
		fleet.settle();
		dying.kill();
		fleet.advance(TestFleet.NODE_TIMEOUT.plusSeconds(2));
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void aResultWithAnOldTokenChangesNothing() {
		TestFleet fleet = halfOpen(3);
		TestNode paused = fleet.node(0);
		List<Permit> taken = takeAll(fleet, paused);
		paused.process.pause();
		fleet.advance(TestFleet.NODE_TIMEOUT.plusSeconds(2));
		assertThat(fleet.fleetState()).isEqualTo(State.OPEN);
		fleet.advance(TestFleet.WAIT);
		fleet.node(1).call(true);
		fleet.settle();
		FleetRecord before = fleet.record();
		assertThat(before.state()).isEqualTo(State.HALF_OPEN);
		taken.forEach((permit) -> TestNode.end(permit, false));
		paused.process.resume();
		fleet.settle();
		FleetRecord after = fleet.record();
		assertThat(after.epoch()).isEqualTo(before.epoch());
		assertThat(after.state()).isEqualTo(State.HALF_OPEN);
		assertThat(after.probes().recorded()).isEqualTo(before.probes().recorded());
	}

	@Test
	void placesThatNoCallNeedsGoToOthers() {
		TestFleet fleet = halfOpen(3);
		TestNode idle = fleet.node(0);
		Permit asked = idle.begin();
		assertThat(asked).isNotNull();
		for (int i = 0; i < 10; i++) {
			assertThat(idle.begin()).isNull();
		}
		fleet.settle();
		assertThat(given(fleet)).as("for calls that are not made again").isEqualTo(TestFleet.PERMITTED);
		assertThat(fleet.node(1).begin()).isNull();
		fleet.advance(Duration.ofSeconds(3));
		assertThat(given(fleet)).isLessThanOrEqualTo(2);
		TestNode.end(asked, true);
		succeedUntilDecided(fleet);
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void aServiceWithFewCallsRecovers() {
		TestFleet fleet = new TestFleet().start(2);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		for (int minute = 0; minute < 30; minute++) {
			fleet.node(0).call(true);
			fleet.advance(Duration.ofMinutes(1));
		}
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void aServiceWithFewCallsOnEachOfManyNodesRecovers() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		for (int call = 0; call < 300; call++) {
			fleet.node(call % 10).call(true);
			fleet.advance(Duration.ofSeconds(6));
		}
		fleet.assertFleet(State.CLOSED);
	}

	private static int given(TestFleet fleet) {
		return Objects.requireNonNull(fleet.record().probes()).given();
	}

	@Test
	void aProbeThatHangsCountsAsFailed() {
		TestFleet fleet = new TestFleet()
			.config((builder) -> builder.maxWaitDurationInHalfOpenState(Duration.ofSeconds(30)))
			.start(3);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		fleet.node(0).begin();
		fleet.settle();
		assertThat(fleet.node(0).begin()).isNotNull();
		fleet.advance(Duration.ofSeconds(29));
		assertThat(fleet.fleetState()).isEqualTo(State.HALF_OPEN);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.OPEN);
	}

	@Test
	void darkProbesRunOneAtATime() {
		TestFleet fleet = new TestFleet()
			.config((builder) -> builder.halfOpenProbes(ProbeSource.DARK).successThresholdInHalfOpenState(2))
			.start(5);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		List<Permit> running = new ArrayList<>();
		for (int second = 0; second < 60 && fleet.fleetState() != State.CLOSED; second++) {
			for (TestNode node : fleet.nodes) {
				Permit permit = node.breaker.tryAcquireProbe();
				if (permit != null) {
					running.add(permit);
				}
				assertThat(node.call(true)).as("no call of a user passes").isFalse();
			}
			assertThat(running).hasSizeLessThanOrEqualTo(1);
			fleet.advance(TestFleet.HEARTBEAT);
			if (second % 3 == 2) {
				running.forEach((permit) -> TestNode.end(permit, true));
				running.clear();
			}
		}
		fleet.settle();
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void aResultWhoseAnswerIsLostCountsOnce() {
		TestFleet fleet = halfOpen(2);
		TestNode node = fleet.node(0);
		List<Permit> taken = takeAll(fleet, node);
		TestNode.end(taken.get(0), true);
		fleet.advance(Duration.ofMillis(3));
		node.cut(true);
		TestNode.end(taken.get(1), true);
		fleet.advance(Duration.ofMillis(1500));
		node.cut(false);
		fleet.advance(Duration.ofSeconds(3));
		assertThat(fleet.record().probes().recorded()).isEqualTo(2);
	}

	@Test
	void aNewLifeOfTheStoreGivesNoPlaceTwice() {
		TestFleet fleet = halfOpen(3);
		List<Permit> taken = takeAll(fleet, fleet.node(0));
		fleet.store().incarnation("after a damaged record of another breaker");
		fleet.advance(Duration.ofMillis(1500));
		assertThat(fleet.node(0).begin()).isNull();
		fleet.advance(Duration.ofMillis(1500));
		assertThat(fleet.node(0).begin()).isNull();
		taken.forEach((permit) -> TestNode.end(permit, true));
		fleet.advance(Duration.ofSeconds(2));
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void aLeaseWhoseAnswerIsLostIsGrantedAgain() {
		ModelStore store = new ModelStore(1_000);
		TestFleet fleet = new TestFleet();
		NodeId node = new NodeId("a", "1");
		Action demand = new Action.Demand("b", 1, 2, fleet.breakerConfig().probeRules(), 1_000);
		Reply opened = store.exchange(
				exchange(node, null, new Action.Order("b", new Action.FleetCommand("HALF_OPEN", -1, null, null), 0)));
		Reply lost = store.exchange(exchange(node, opened, demand));
		assertThat(lost.grants()).hasSize(1);
		Reply again = store
			.exchange(exchange(node, opened, new Action.Demand("b", 1, 0, fleet.breakerConfig().probeRules(), 1_000)));
		assertThat(again.grants()).isEqualTo(lost.grants());
		assertThat(Objects.requireNonNull(store.record("b").probes()).given()).isEqualTo(2);
	}

	private static Exchange exchange(NodeId node, Reply known, Action action) {
		return new Exchange(node, (known != null) ? known.incarnation() : null, (known != null) ? known.revision() : 0,
				TestFleet.NODE_TIMEOUT, Quorum.DEFAULT, null, List.of(action));
	}

	@Test
	void aCommandToOneNodeEndsItsProbesOnly() {
		TestFleet fleet = halfOpen(3);
		TestNode commanded = fleet.node(0);
		assertThat(commanded.begin()).isNotNull();
		commanded.breaker.forceOpen();
		fleet.advance(Duration.ofSeconds(2));
		assertThat(commanded.breaker.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(fleet.fleetState()).as("the probe that never ends has failed").isEqualTo(State.OPEN);
	}

	@Test
	void atMostThePermittedProbesInAThousandCycles() {
		TestFleet fleet = new TestFleet(42).start(10);
		fleet.longestLatency(20);
		Map<Long, Integer> probes = new HashMap<>();
		int ended = 0;
		for (int cycle = 0; cycle < 1_000; cycle++) {
			if (fleet.fleetState() == State.CLOSED) {
				// Those that died lately count for the quorum.
				fleet.trip(6);
				fleet.advance(Duration.ofMillis(500));
			}
			fleet.advance(TestFleet.WAIT);
			ended += probe(fleet, probes);
		}
		assertThat(probes.values()).allMatch((count) -> count <= TestFleet.PERMITTED);
		assertThat(probes).hasSizeGreaterThan(500);
		assertThat(ended).as("cycles that ended in time").isGreaterThan(900);
	}

	/**
	 * Calls on all nodes until the probes have decided, while nodes die at random. A node
	 * that died is replaced.
	 * @return one, where they have decided
	 */
	private static int probe(TestFleet fleet, Map<Long, Integer> probes) {
		boolean well = fleet.random.nextInt(4) > 0;
		Map<TestNode, List<Permit>> underWay = new HashMap<>();
		for (int round = 0; round < 300; round++) {
			State state = fleet.fleetState();
			if (round > 0 && (state == State.CLOSED || (state == State.OPEN && !isOver(fleet)))) {
				break;
			}
			for (TestNode node : List.copyOf(fleet.nodes)) {
				int dice = fleet.random.nextInt(1_000);
				if (dice < 2) {
					node.kill();
					underWay.remove(node);
					fleet.start();
					continue;
				}
				begin(node, probes, underWay);
				List<Permit> running = underWay.getOrDefault(node, List.of());
				if (!running.isEmpty() && dice < 300) {
					TestNode.end(running.remove(0), well || dice % 2 == 0);
				}
			}
			fleet.advance(Duration.ofMillis(fleet.random.nextInt(1, 200)));
		}
		underWay.values().forEach((running) -> running.forEach((permit) -> TestNode.end(permit, true)));
		fleet.advance(TestFleet.HEARTBEAT);
		return (fleet.fleetState() != State.HALF_OPEN) ? 1 : 0;
	}

	private static boolean isOver(TestFleet fleet) {
		return fleet.record().until() <= fleet.store().now();
	}

	private static void begin(TestNode node, Map<Long, Integer> probes, Map<TestNode, List<Permit>> underWay) {
		if (node.breaker.state() != State.HALF_OPEN || node.isLocalOnly()) {
			return;
		}
		Permit permit = node.begin();
		if (permit != null) {
			probes.merge(node.known().epoch(), 1, Integer::sum);
			underWay.computeIfAbsent(node, (key) -> new ArrayList<>()).add(permit);
		}
	}

}
