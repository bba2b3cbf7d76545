package dev.breaker.fleet;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a fleet opens, and for how long.
 */
class FleetVotesTests {

	@Test
	void aQuorumOpensEveryNode() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.trip(2);
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.CLOSED);
		assertThat(fleet.node(2).breaker.state()).isEqualTo(State.CLOSED);
		fleet.node(2).trip();
		fleet.settle();
		fleet.assertFleet(State.OPEN);
		StateChange last = fleet.node(9).breaker.snapshot().lastChange();
		assertThat(last.reason()).isEqualTo(Reason.FLEET);
		assertThat(last.comment()).isEqualTo("3 of 10 instances");
		assertThat(fleet.record().voters()).containsExactly("node-1", "node-2", "node-3");
		assertThat(fleet.nodes).noneMatch(TestNode::isLocalOnly);
	}

	@Test
	void everyNodeHasTheSameEndOfWait() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.node(0).trip();
		fleet.advance(Duration.ofSeconds(3));
		fleet.node(1).trip();
		fleet.node(2).trip();
		fleet.settle();
		assertSameEnd(fleet);
	}

	private static void assertSameEnd(TestFleet fleet) {
		List<Duration> left = fleet.nodes.stream().map((node) -> node.breaker.retryAfter()).toList();
		Duration end = Duration.ofMillis(fleet.record().until() - fleet.store().now());
		assertThat(left).allSatisfy((each) -> assertThat(each).isBetween(end, end.plusMillis(5)));
	}

	@Test
	void nodesWhoseClocksAreAnHourOffDoAsTheOthers() {
		TestFleet fleet = new TestFleet().start(2);
		fleet.clock(Clock.offset(Clock.systemUTC(), Duration.ofHours(1))).start(1);
		fleet.clock(Clock.offset(Clock.systemUTC(), Duration.ofHours(-1))).start(1);
		fleet.open();
		assertSameEnd(fleet);
		fleet.advance(TestFleet.WAIT);
		fleet.assertStates(State.HALF_OPEN);
		for (int round = 0; round < 100 && fleet.fleetState() != State.CLOSED; round++) {
			fleet.nodes.forEach((node) -> node.call(true));
			fleet.settle();
		}
		fleet.assertFleet(State.CLOSED);
		fleet.node(2).trip();
		fleet.node(3).trip();
		fleet.settle();
		fleet.assertFleet(State.OPEN);
		assertSameEnd(fleet);
		fleet.node(3).node.command(TestFleet.BREAKER,
				StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(10)).actor("alice"));
		fleet.settle();
		fleet.assertFleet(State.FORCED_OPEN);
		fleet.advance(Duration.ofMinutes(9));
		fleet.assertStates(State.FORCED_OPEN);
		fleet.advance(Duration.ofMinutes(1));
		fleet.assertStates(State.CLOSED);
	}

	@Test
	void theDecidingVoteSaysHowLongItIsOpen() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.open();
		assertThat(fleet.record().until() - fleet.record().since()).as("what is left of its own wait")
			.isBetween(TestFleet.WAIT.toMillis() - 50, TestFleet.WAIT.toMillis());
	}

	@Test
	void aNodeThatSeesFailuresAloneStaysAlone() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.node(0).trip();
		fleet.advance(Duration.ofSeconds(5));
		assertThat(fleet.node(0).isLocalOnly()).isTrue();
		assertThat(fleet.node(0).breaker.state()).isEqualTo(State.OPEN);
		assertThat(fleet.nodes.subList(1, 10)).noneMatch(TestNode::isLocalOnly)
			.allMatch((node) -> node.breaker.state() == State.CLOSED);
		assertThat(fleet.store().view().nodes().get(0).report()).containsEntry(TestFleet.BREAKER, "OPEN local-only");
		assertThat(fleet.store().view().nodes().get(1).report()).isEmpty();
	}

	@Test
	void aNodeThatIsAloneProbesAndClosesAlone() {
		TestFleet fleet = new TestFleet().start(10);
		TestNode alone = fleet.node(0);
		alone.trip();
		fleet.advance(TestFleet.WAIT);
		assertThat(alone.breaker.state()).isEqualTo(State.HALF_OPEN);
		assertThat(alone.isLocalOnly()).isTrue();
		for (int i = 0; i < TestFleet.PERMITTED; i++) {
			assertThat(alone.call(true)).isTrue();
		}
		assertThat(alone.breaker.state()).isEqualTo(State.CLOSED);
		fleet.settle();
		fleet.node(1).trip();
		fleet.node(2).trip();
		fleet.settle();
		assertThat(fleet.fleetState()).as("its vote is withdrawn").isEqualTo(State.CLOSED);
	}

	@Test
	void votesExpire() {
		TestFleet fleet = new TestFleet().quorum(2).start(10);
		fleet.node(0).trip();
		fleet.advance(TestFleet.WAIT.plusSeconds(3));
		fleet.node(1).trip();
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.CLOSED);
		fleet.node(2).trip();
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.OPEN);
		assertThat(fleet.record().voters()).containsExactly("node-2", "node-3");
	}

	@Test
	void theVoteOfANodeThatDiedDoesNotCount() {
		TestFleet fleet = new TestFleet().quorum(2).start(10);
		TestNode dead = fleet.node(0);
		dead.trip();
		fleet.settle();
		dead.kill();
		fleet.advance(TestFleet.NODE_TIMEOUT.plusSeconds(1));
		fleet.node(0).trip();
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.CLOSED);
	}

	@Test
	void oneOfTwoNodesOpensBoth() {
		TestFleet fleet = new TestFleet().start(2);
		fleet.node(1).trip();
		fleet.settle();
		fleet.assertFleet(State.OPEN);
		assertThat(fleet.node(0).breaker.snapshot().lastChange().comment()).isEqualTo("1 of 2 instances");
	}

	@Test
	void aVoteFromBeforeTheFleetClosedIsVoid() {
		ModelStore store = new ModelStore(1_000);
		NodeId node = new NodeId("a", "1");
		Exchange reset = new Exchange(node, null, 0, TestFleet.NODE_TIMEOUT, Quorum.DEFAULT, null,
				List.of(new Action.Order("b", new Action.FleetCommand("RESET", -1, null, null), 0)));
		Reply first = store.exchange(reset);
		store.exchange(vote(node, first.incarnation(), first.revision() - 1));
		assertThat(store.record("b").state()).isEqualTo(State.CLOSED);
		store.exchange(vote(node, first.incarnation(), first.revision()));
		assertThat(store.record("b").state()).isEqualTo(State.OPEN);
	}

	private static Exchange vote(NodeId node, String incarnation, long known) {
		return new Exchange(node, incarnation, known, TestFleet.NODE_TIMEOUT, Quorum.DEFAULT, null,
				List.of(new Action.Vote("b", 1_000, 3_000)));
	}

	@Test
	void aNodeThatTripsRightAfterTheClosingIsHeard() {
		TestFleet fleet = new TestFleet().start(2);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.reset());
		fleet.advance(Duration.ofMillis(3));
		fleet.node(1).trip();
		fleet.settle();
		fleet.assertFleet(State.OPEN);
	}

	@Test
	void shadowModeDoesNotVote() {
		TestFleet fleet = new TestFleet().config((builder) -> builder.enforce(false)).start(1);
		fleet.node(0).trip();
		fleet.settle();
		assertThat(fleet.node(0).breaker.state()).isEqualTo(State.OPEN);
		assertThat(fleet.fleetState()).isEqualTo(State.CLOSED);
	}

	@Test
	void signalsAndCommandsToOneNodeAreNoVotes() {
		TestFleet fleet = new TestFleet().start(2);
		fleet.node(0).breaker.signal("queue", "backlog", Duration.ofSeconds(3));
		fleet.node(1).breaker.open();
		fleet.advance(Duration.ofSeconds(2));
		assertThat(fleet.fleetState()).isEqualTo(State.CLOSED);
		assertThat(fleet.nodes).allMatch(TestNode::isLocalOnly);
	}

	@Test
	void aSignalKeepsNoVoteAlive() {
		TestFleet fleet = new TestFleet().quorum(2).start(3);
		fleet.node(0).trip();
		fleet.node(0).breaker.signal("health", "down", Duration.ofHours(1));
		fleet.advance(Duration.ofMinutes(5));
		fleet.node(1).trip();
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.CLOSED);
		assertThat(fleet.node(0).breaker.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aVoteOfANodeWithASignalOpensTheFleetForTheWaitOfItsRules() {
		TestFleet fleet = new TestFleet().quorum(2).start(3);
		fleet.node(0).trip();
		fleet.settle();
		fleet.node(1).trip();
		fleet.node(1).breaker.signal("health", "down", Duration.ofHours(1));
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.OPEN);
		assertThat(fleet.node(2).breaker.retryAfter()).isBetween(TestFleet.WAIT.minusSeconds(1), TestFleet.WAIT);
	}

	@Test
	void quorumIsOneBelowThreeNodesElseThirtyPercent() {
		assertThat(List.of(1, 2, 3, 4, 6, 7, 10, 11, 1000))
			.extracting((live) -> ModelStore.quorum(Quorum.DEFAULT, live))
			.containsExactly(1, 1, 1, 2, 2, 3, 3, 4, 300);
		assertThat(ModelStore.quorum(new Quorum(0, 50), 5)).isEqualTo(3);
		assertThat(ModelStore.quorum(new Quorum(0, 10), 1)).isEqualTo(1);
		assertThat(ModelStore.quorum(new Quorum(7, 0), 3)).isEqualTo(7);
	}

	@Test
	void theNextOpeningWaitsAsTheRulesSay() {
		TestFleet fleet = new TestFleet().config((builder) -> builder.waitDurationMultiplier(2)).start(3);
		fleet.open();
		fleet.advance(TestFleet.WAIT);
		fleet.node(1).call(true);
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.HALF_OPEN);
		assertThat(fleet.node(1).call(false)).isTrue();
		fleet.settle();
		fleet.assertFleet(State.OPEN);
		assertThat(fleet.record().openings()).isEqualTo(2);
		assertThat(fleet.record().until() - fleet.record().since()).isEqualTo(2 * TestFleet.WAIT.toMillis());
		assertThat(fleet.nodes).allMatch((node) -> node.breaker.snapshot().openings() == 2);
	}

}
