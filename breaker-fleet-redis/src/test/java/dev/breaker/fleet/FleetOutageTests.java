package dev.breaker.fleet;

import java.time.Duration;
import java.util.List;

import dev.breaker.State;
import dev.breaker.StateCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What nodes do while the store does not answer, and after it.
 */
@ExtendWith(OutputCaptureExtension.class)
class FleetOutageTests {

	@Test
	void breakersKeepTheirStatesAndProbeAlone() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		fleet.down(true);
		fleet.advance(TestFleet.WAIT);
		fleet.assertStates(State.HALF_OPEN);
		assertThat(fleet.nodes).noneMatch((node) -> node.node.status().connected());
		for (int i = 0; i < TestFleet.PERMITTED; i++) {
			assertThat(fleet.node(0).call(true)).isTrue();
		}
		assertThat(fleet.node(0).breaker.state()).isEqualTo(State.CLOSED);
		assertThat(fleet.node(1).call(false)).isTrue();
		assertThat(fleet.node(1).breaker.state()).isEqualTo(State.OPEN);
		assertThat(fleet.node(2).breaker.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void theFleetIsProbedTogetherAfterwards() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		fleet.down(true);
		fleet.advance(TestFleet.WAIT);
		for (int i = 0; i < TestFleet.PERMITTED; i++) {
			fleet.node(0).call(true);
		}
		fleet.node(1).call(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.down(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertStates(State.HALF_OPEN);
		for (int round = 0; round < 50 && fleet.fleetState() != State.CLOSED; round++) {
			fleet.nodes.forEach((node) -> node.call(true));
			fleet.settle();
		}
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void oneWarningAtTheLossAndOneLineAtTheReturn(CapturedOutput output) {
		TestFleet fleet = new TestFleet().start(1);
		fleet.down(true);
		fleet.advance(Duration.ofMinutes(1));
		assertThat(fleet.node(0).node.status().lastError()).contains("no answer within 1 s");
		fleet.down(false);
		fleet.advance(Duration.ofSeconds(5));
		assertThat(fleet.node(0).node.status().connected()).isTrue();
		assertThat(fleet.node(0).node.status().lastError()).isNull();
		assertThat(output.getAll().lines().filter((line) -> line.contains("does not answer node 'node-1'"))).hasSize(1);
		assertThat(output.getAll().lines().filter((line) -> line.contains("answers node 'node-1' again"))).hasSize(1);
	}

	@Test
	void oneLostAnswerIsNoOutage(CapturedOutput output) {
		TestFleet fleet = new TestFleet().start(1);
		fleet.down(true);
		fleet.advance(Duration.ofMillis(1500));
		fleet.down(false);
		fleet.advance(Duration.ofSeconds(3));
		assertThat(fleet.node(0).node.status().connected()).isTrue();
		assertThat(output.getAll()).doesNotContain("does not answer");
	}

	@Test
	void aSlowStoreIsNoOutage(CapturedOutput output) {
		TestFleet fleet = new TestFleet().start(10);
		fleet.longestLatency(300);
		fleet.trip(3);
		fleet.advance(Duration.ofSeconds(2));
		fleet.assertFleet(State.OPEN);
		assertThat(output.getAll()).doesNotContain("does not answer");
	}

	@Test
	void aNodeTimeoutOfTwoHeartbeatsIsNoOutageAtEachHeartbeat() {
		TestFleet fleet = new TestFleet().nodeTimeout(TestFleet.HEARTBEAT.multipliedBy(2)).start(2);
		fleet.longestLatency(100);
		for (int i = 0; i < 6_000; i++) {
			fleet.advance(Duration.ofMillis(10));
			assertThat(fleet.nodes).allMatch((node) -> node.node.status().connected());
		}
	}

	@Test
	void aStoreThatWasEmptiedIsToldWhatHolds() {
		TestFleet fleet = new TestFleet().start(5);
		fleet.open();
		long epoch = fleet.record().epoch();
		fleet.store().flush();
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.OPEN);
		assertThat(fleet.record().epoch()).isEqualTo(epoch);
		assertThat(fleet.nodes).allSatisfy((node) -> assertThat(node.heard.changes()).hasSize(1));
	}

	@Test
	void noCommandIsLostWithTheStore() {
		TestFleet fleet = new TestFleet().start(5);
		fleet.node(0).node.command(TestFleet.BREAKER,
				StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(5)).actor("alice"));
		fleet.settle();
		fleet.store().flush();
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.FORCED_OPEN);
		TestNode late = fleet.start();
		fleet.settle();
		assertThat(late.breaker.state()).isEqualTo(State.FORCED_OPEN);
		fleet.advance(Duration.ofMinutes(5));
		fleet.assertStates(State.CLOSED);
	}

	@Test
	void epochsGrowOverTheLivesOfTheStore() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.to(State.FORCED_OPEN).actor("alice"));
		fleet.settle();
		TestNode away = fleet.node(2);
		away.cut(true);
		fleet.store().flush();
		fleet.advance(Duration.ofSeconds(3));
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.reset().actor("bob"));
		fleet.settle();
		away.cut(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void aNodeThatKnowsALaterEpochTellsIt() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		TestNode behind = fleet.node(2);
		behind.cut(true);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.to(State.FORCED_OPEN).actor("alice"));
		fleet.settle();
		cutOffWithoutRecords(fleet);
		behind.cut(false);
		fleet.advance(Duration.ofSeconds(3));
		assertThat(fleet.fleetState()).as("what the one that is behind knows").isEqualTo(State.OPEN);
		fleet.nodes.forEach((node) -> node.cut(false));
		fleet.advance(Duration.ofSeconds(4));
		fleet.assertFleet(State.FORCED_OPEN);
		assertThat(fleet.node(0).heard.changes()).extracting((change) -> change.to())
			.containsExactly(State.OPEN, State.FORCED_OPEN);
	}

	/** All nodes are cut off, and the store is emptied. */
	private static void cutOffWithoutRecords(TestFleet fleet) {
		fleet.nodes.forEach((node) -> node.cut(true));
		fleet.store().flush();
	}

	@Test
	void aNodeThatKnowsALaterEpochHearsOfANewerCommand() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.to(State.FORCED_OPEN).actor("alice"));
		fleet.settle();
		long known = fleet.record().epoch();
		cutOffWithoutRecords(fleet);
		TestNode late = fleet.start();
		fleet.advance(TestFleet.HEARTBEAT);
		late.node.command(TestFleet.BREAKER, StateCommand.reset().actor("bob"));
		fleet.settle();
		assertThat(fleet.record().epoch()).isLessThan(known);
		fleet.nodes.forEach((node) -> node.cut(false));
		fleet.advance(Duration.ofSeconds(4));
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void anOpeningOfAnEmptiedStoreIsFollowedAlsoWhereItsEpochIsAnOldNumber() {
		TestFleet fleet = new TestFleet().start(2);
		fleet.open();
		long known = fleet.record().epoch();
		fleet.advance(TestFleet.WAIT);
		fleet.assertStates(State.HALF_OPEN);
		cutOffWithoutRecords(fleet);
		TestNode late = fleet.start();
		fleet.advance(TestFleet.HEARTBEAT);
		late.trip();
		fleet.settle();
		assertThat(fleet.record().epoch()).isEqualTo(known);
		fleet.nodes.forEach((node) -> node.cut(false));
		fleet.advance(Duration.ofSeconds(4));
		fleet.assertFleet(State.OPEN);
	}

	@Test
	void whatIsRememberedDoesNotEndANewCommand() {
		ModelStore store = new ModelStore(1_000_000);
		NodeId node = new NodeId("a", "1");
		FleetRecord old = new FleetRecord("b", 15, 16, State.OPEN, 1_000, 2_000_000, 1, "VOTES", 1, 1, 1, List.of(),
				null, null);
		Action order = new Action.Order("b", new Action.FleetCommand("FORCED_OPEN", -1, null, null), 0);
		Exchange ordered = new Exchange(node, null, 0, TestFleet.NODE_TIMEOUT, Quorum.DEFAULT, null, List.of(order));
		Exchange remembered = new Exchange(node, "before", 2, TestFleet.NODE_TIMEOUT, Quorum.DEFAULT, null,
				List.of(new Action.Remember(old, 1_000_000)));
		store.exchange(ordered);
		store.exchange(remembered);
		assertThat(store.record("b").state()).isEqualTo(State.FORCED_OPEN);
		store.flush();
		store.exchange(remembered);
		assertThat(store.record("b").state()).isEqualTo(State.OPEN);
	}

	@Test
	void votesAreGivenAgainToAnEmptiedStore() {
		TestFleet fleet = new TestFleet().quorum(2).start(4);
		fleet.node(0).trip();
		fleet.settle();
		fleet.store().flush();
		fleet.advance(Duration.ofSeconds(3));
		fleet.node(1).trip();
		fleet.settle();
		fleet.assertFleet(State.OPEN);
	}

	@Test
	void aRecordThatWasEvictedComesBack() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		fleet.store().evict(TestFleet.BREAKER);
		fleet.advance(TestFleet.WAIT);
		for (int second = 0; second < 30 && fleet.node(0).breaker.state() != State.CLOSED; second++) {
			fleet.nodes.forEach((node) -> node.call(true));
			fleet.advance(TestFleet.HEARTBEAT);
		}
		fleet.advance(TestFleet.HEARTBEAT);
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void aNodeThatWasAwayForHoursFindsWhatHasClosed() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		TestNode away = fleet.node(2);
		away.process.pause();
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.reset());
		fleet.advance(Duration.ofHours(2));
		assertThat(fleet.record()).as("forgotten").isNull();
		away.process.resume();
		fleet.advance(Duration.ofSeconds(5));
		assertThat(away.breaker.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void whatANodeOpensAloneEndsWhereTheFleetHasClosed() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		TestNode away = fleet.node(2);
		away.cut(true);
		fleet.advance(TestFleet.WAIT);
		succeed(fleet, 0, 1);
		assertThat(fleet.fleetState()).isEqualTo(State.CLOSED);
		assertThat(away.call(false)).as("a probe of its own").isTrue();
		assertThat(away.breaker.state()).isEqualTo(State.OPEN);
		fleet.settle();
		away.cut(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.CLOSED);
		fleet.advance(TestFleet.WAIT.multipliedBy(2));
		fleet.assertFleet(State.CLOSED);
	}

	private static void succeed(TestFleet fleet, int... nodes) {
		for (int round = 0; round < 50 && fleet.fleetState() != State.CLOSED; round++) {
			for (int node : nodes) {
				fleet.node(node).call(true);
			}
			fleet.settle();
		}
	}

	@Test
	void whatANodeOpensAloneEndsWhereTheStoreHasForgottenTheFleet() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		TestNode away = fleet.node(2);
		away.cut(true);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.reset());
		fleet.advance(Duration.ofHours(2));
		assertThat(fleet.record()).as("forgotten").isNull();
		assertThat(away.call(false)).as("a probe of its own").isTrue();
		fleet.settle();
		away.cut(false);
		fleet.advance(Duration.ofSeconds(5));
		assertThat(away.breaker.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aNodeThatIsCutOffHearsOfTheFleetAgain() {
		TestFleet fleet = new TestFleet().start(3);
		TestNode away = fleet.node(2);
		away.cut(true);
		fleet.open();
		fleet.advance(Duration.ofSeconds(5));
		assertThat(away.breaker.state()).isEqualTo(State.CLOSED);
		assertThat(away.node.status().connected()).isFalse();
		away.cut(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.OPEN);
	}

	@Test
	void newsThatIsLostIsMadeUpForByTheNextHeartbeat() {
		TestFleet fleet = new TestFleet().start(3);
		TestNode deaf = fleet.node(2);
		deaf.cut(true);
		fleet.node(0).trip();
		fleet.settle();
		deaf.cut(false);
		fleet.advance(Duration.ofMillis(2500));
		fleet.assertFleet(State.OPEN);
	}

}
