package dev.breaker.fleet;

import java.time.Duration;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.StateChange;
import dev.breaker.StateCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Commands to the whole fleet.
 */
class FleetCommandsTests {

	private static final StateCommand FORCE_OPEN = StateCommand.to(State.FORCED_OPEN)
		.comment("the partner asked for a break")
		.actor("alice");

	@Test
	void aCommandReachesEveryNode() {
		TestFleet fleet = new TestFleet().start(10);
		fleet.node(3).node.command(TestFleet.BREAKER, FORCE_OPEN);
		assertThat(fleet.node(3).breaker.state()).as("at once").isEqualTo(State.FORCED_OPEN);
		fleet.settle();
		fleet.assertFleet(State.FORCED_OPEN);
		assertThat(fleet.nodes).allSatisfy((node) -> {
			assertThat(node.heard.changes()).hasSize(1);
			StateChange change = node.heard.changes().get(0);
			assertThat(change.reason()).isEqualTo(Reason.COMMAND);
			assertThat(change.comment()).isEqualTo("the partner asked for a break");
			assertThat(change.actor()).isEqualTo("alice");
		});
	}

	@Test
	void aCommandReachesThoseThatJoinLater() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.node(0).node.command(TestFleet.BREAKER, FORCE_OPEN.hold(Duration.ofMinutes(10)));
		fleet.advance(Duration.ofMinutes(4));
		TestNode late = fleet.start();
		fleet.settle();
		assertThat(late.breaker.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(late.breaker.retryAfter()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
		assertThat(late.heard.changes().get(0).actor()).isEqualTo("alice");
		fleet.advance(Duration.ofMinutes(6));
		fleet.assertStates(State.CLOSED);
		TestNode later = fleet.start();
		fleet.settle();
		assertThat(later.heard.changes()).as("the hold is over").isEmpty();
	}

	@Test
	void aCommandWinsOverVotes() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.to(State.DISABLED));
		fleet.settle();
		fleet.node(1).breaker.close();
		fleet.node(1).trip();
		fleet.node(2).breaker.close();
		fleet.node(2).trip();
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.DISABLED);
		assertThat(fleet.node(0).breaker.state()).isEqualTo(State.DISABLED);
	}

	@Test
	void aResetClosesAnOpenFleet() {
		TestFleet fleet = new TestFleet().start(5);
		fleet.open();
		fleet.node(4).node.command(TestFleet.BREAKER, StateCommand.reset().actor("bob"));
		fleet.settle();
		fleet.assertFleet(State.CLOSED);
		assertThat(fleet.node(1).breaker.snapshot().failedCallsTotal()).isZero();
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void openAndHalfOpenGoOnByThemselves() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.to(State.OPEN).hold(Duration.ofSeconds(4)));
		fleet.settle();
		fleet.assertFleet(State.OPEN);
		assertThat(fleet.node(2).breaker.retryAfter()).isBetween(Duration.ofMillis(3800), Duration.ofSeconds(4));
		fleet.advance(Duration.ofSeconds(4));
		fleet.assertStates(State.HALF_OPEN);
		for (int round = 0; round < 20 && fleet.fleetState() != State.CLOSED; round++) {
			fleet.nodes.forEach((node) -> node.call(true));
			fleet.settle();
		}
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void aShorterOpeningByACommandToOneNodeDoesNotEndThatOfTheFleet() {
		TestFleet fleet = new TestFleet().start(4);
		TestNode commanded = fleet.node(3);
		commanded.breaker.apply(StateCommand.to(State.OPEN).hold(Duration.ofSeconds(4)).actor("carol"));
		fleet.open();
		fleet.advance(Duration.ofSeconds(5));
		assertThat(commanded.breaker.state()).isEqualTo(State.OPEN);
		assertThat(commanded.breaker.retryAfter()).isGreaterThan(Duration.ofSeconds(4));
	}

	@Test
	void aSignalOfOneNodeDoesNotProlongTheCommandOfTheFleet() {
		TestFleet fleet = new TestFleet().start(3);
		TestNode signalled = fleet.node(0);
		signalled.breaker.signal("health", "down", Duration.ofHours(1));
		signalled.node.command(TestFleet.BREAKER,
				StateCommand.to(State.OPEN).hold(Duration.ofSeconds(4)).actor("alice"));
		fleet.settle();
		assertThat(fleet.node(2).breaker.retryAfter()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4));
		signalled.node.command(TestFleet.BREAKER, StateCommand.to(State.OPEN).actor("bob"));
		fleet.settle();
		assertThat(fleet.node(2).breaker.retryAfter()).isBetween(TestFleet.WAIT.minusSeconds(1), TestFleet.WAIT);
	}

	@Test
	void aCommandToHalfOpenIsProbedTogether() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.to(State.HALF_OPEN));
		fleet.settle();
		fleet.assertFleet(State.HALF_OPEN);
		for (int round = 0; round < 20 && fleet.fleetState() == State.HALF_OPEN; round++) {
			fleet.nodes.forEach((node) -> node.call(false));
			fleet.settle();
		}
		fleet.assertFleet(State.OPEN);
	}

	@Test
	void aCommandToHalfOpenAdmitsNoMoreThanThePermitted() {
		TestFleet fleet = new TestFleet().start(3);
		TestNode commanded = fleet.node(0);
		commanded.node.command(TestFleet.BREAKER, StateCommand.to(State.HALF_OPEN));
		int admitted = 0;
		for (int call = 0; call < 2 * TestFleet.PERMITTED; call++) {
			admitted += (commanded.begin() != null) ? 1 : 0;
		}
		for (int round = 0; round < 40; round++) {
			for (TestNode node : fleet.nodes) {
				admitted += (node.breaker.state() == State.HALF_OPEN && node.begin() != null) ? 1 : 0;
			}
			fleet.advance(Duration.ofMillis(10));
		}
		assertThat(admitted).isEqualTo(TestFleet.PERMITTED);
	}

	@Test
	void aCommandToHalfOpenInAnOutageIsProbedByItsNode() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.down(true);
		fleet.advance(Duration.ofSeconds(10));
		TestNode commanded = fleet.node(0);
		commanded.node.command(TestFleet.BREAKER, StateCommand.to(State.HALF_OPEN));
		for (int call = 0; call < TestFleet.PERMITTED; call++) {
			assertThat(commanded.call(true)).isTrue();
		}
		assertThat(commanded.breaker.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aCommandInAnOutageIsToldAfterwards() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.down(true);
		fleet.advance(Duration.ofSeconds(10));
		fleet.node(0).node.command(TestFleet.BREAKER, FORCE_OPEN);
		fleet.advance(Duration.ofSeconds(10));
		assertThat(fleet.node(1).breaker.state()).isEqualTo(State.CLOSED);
		fleet.down(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.FORCED_OPEN);
	}

	@Test
	void aCommandInAnOutageIsToldAlsoWhereItsBreakerWasMadeAnew() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.down(true);
		TestNode commanded = fleet.node(0);
		commanded.node.command(TestFleet.BREAKER, FORCE_OPEN);
		fleet.settle();
		commanded.node.unshare(commanded.breaker);
		CircuitBreaker anew = CircuitBreaker.of(TestFleet.BREAKER, fleet.breakerConfig());
		commanded.node.share(anew);
		fleet.advance(Duration.ofSeconds(10));
		fleet.down(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.FORCED_OPEN);
		assertThat(anew.state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void aHoldThatIsOverIsNotToldAfterwards() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.down(true);
		fleet.node(0).node.command(TestFleet.BREAKER, FORCE_OPEN.hold(Duration.ofSeconds(5)));
		fleet.advance(Duration.ofSeconds(20));
		fleet.down(false);
		fleet.advance(Duration.ofSeconds(3));
		assertThat(fleet.record()).isNull();
		fleet.assertStates(State.CLOSED);
	}

	@Test
	void theFleetIsFollowedWhereACommandWasNotTold() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.node(1).node.command(TestFleet.BREAKER, FORCE_OPEN);
		fleet.settle();
		fleet.node(0).cut(true);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.to(State.OPEN).hold(Duration.ofSeconds(6)));
		fleet.advance(Duration.ofSeconds(8));
		assertThat(fleet.node(0).breaker.state()).isEqualTo(State.HALF_OPEN);
		fleet.node(0).cut(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.FORCED_OPEN);
	}

	@Test
	void probesAreThoseOfTheFleetWhereACommandWasNotTold() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		TestNode commanded = fleet.node(2);
		commanded.cut(true);
		commanded.node.command(TestFleet.BREAKER, StateCommand.to(State.HALF_OPEN));
		commanded.node.command(TestFleet.BREAKER, StateCommand.to(State.OPEN).hold(Duration.ofSeconds(2)));
		fleet.advance(Duration.ofSeconds(3));
		assertThat(commanded.breaker.state()).isEqualTo(State.HALF_OPEN);
		commanded.cut(false);
		fleet.advance(TestFleet.WAIT);
		assertThat(commanded.node.status().connected()).isTrue();
		int admitted = 0;
		for (int round = 0; round < 40; round++) {
			for (TestNode node : fleet.nodes) {
				admitted += (node.begin() != null) ? 1 : 0;
			}
			fleet.advance(Duration.ofMillis(20));
		}
		assertThat(admitted).isEqualTo(TestFleet.PERMITTED);
		assertThat(fleet.record().probes().given()).isEqualTo(TestFleet.PERMITTED);
	}

	@Test
	void aCommandToABreakerThatIsTakenOutMeanwhileLeavesItItsOwnProbes() {
		HandTime time = new HandTime();
		Link link = new Link(time::nanos);
		link.holdUntil(Long.MAX_VALUE / 2);
		CircuitBreaker breaker = CircuitBreaker.of(TestFleet.BREAKER, new TestFleet().breakerConfig());
		SharedBreaker shared = new SharedBreaker(breaker, false, new StoreClock(), time::nanos, TestFleet.HEARTBEAT,
				new SharedProbes(breaker, link, time::nanos, TestFleet.HEARTBEAT, () -> {
				}));
		StateCommand command = StateCommand.to(State.HALF_OPEN);
		shared.part();
		shared.leave();
		shared.orderComes(command);
		shared.order(command, 0);
		breaker.apply(command);
		assertThat(breaker.tryAcquire()).isNotNull();
	}

	@Test
	void aNodeThatIsHalfOpenSoonerWaitsForTheFleet() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		fleet.node(0).breaker.halfOpen();
		assertThat(fleet.node(0).begin()).isNull();
		fleet.advance(TestFleet.WAIT);
		fleet.node(0).begin();
		fleet.advance(Duration.ofMillis(1500));
		assertThat(fleet.node(0).begin()).isNotNull();
	}

	@Test
	void aNodeThatMissedTheEndOfAHoldIsFreed() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.node(0).node.command(TestFleet.BREAKER, FORCE_OPEN);
		fleet.settle();
		TestNode missing = fleet.node(2);
		missing.cut(true);
		fleet.node(0).node.command(TestFleet.BREAKER, StateCommand.reset());
		fleet.settle();
		fleet.node(0).trip();
		fleet.node(1).trip();
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.OPEN);
		missing.cut(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertFleet(State.OPEN);
	}

	@Test
	void aCommandToOneNodeStaysThere() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		fleet.node(0).breaker.close();
		fleet.advance(Duration.ofSeconds(4));
		assertThat(fleet.node(0).breaker.state()).isEqualTo(State.CLOSED);
		assertThat(fleet.fleetState()).isEqualTo(State.OPEN);
		assertThat(fleet.node(1).breaker.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aCommandToEachNodeClosesTheFleet() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		fleet.nodes.subList(0, 2).forEach((node) -> node.breaker.close());
		fleet.advance(TestFleet.NODE_TIMEOUT.plusSeconds(2));
		assertThat(fleet.fleetState()).as("a node is open still").isEqualTo(State.OPEN);
		fleet.node(2).breaker.close();
		fleet.advance(TestFleet.HEARTBEAT.multipliedBy(2));
		fleet.assertFleet(State.CLOSED);
		assertThat(fleet.store().view().nodes()).allSatisfy((node) -> assertThat(node.report()).isEmpty());
		TestNode late = fleet.start();
		fleet.advance(TestFleet.HEARTBEAT);
		assertThat(late.breaker.state()).isEqualTo(State.CLOSED);
		fleet.open();
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "HALF_OPEN" })
	void whatAGroupWasCommandedEndsForTheFleetWithoutProbes(State commanded) {
		TestFleet fleet = new TestFleet().start(2);
		List<CircuitBreaker> standIns = fleet.nodes.stream().map((node) -> {
			CircuitBreaker standIn = CircuitBreaker.of("stock", fleet.breakerConfig());
			node.node.shareForGroup(standIn);
			return standIn;
		}).toList();
		fleet.advance(TestFleet.HEARTBEAT);
		fleet.node(0).node.command("stock", StateCommand.to(commanded));
		fleet.settle();
		assertThat(standIns).allMatch((standIn) -> standIn.state() == commanded);
		assertThat(fleet.store().record("stock").state()).isEqualTo(commanded);
		fleet.advance(TestFleet.WAIT.plus(TestFleet.NODE_TIMEOUT).plus(TestFleet.HEARTBEAT.multipliedBy(3)));
		assertThat(fleet.store().record("stock").state()).isEqualTo(State.CLOSED);
		assertThat(standIns).allMatch((standIn) -> standIn.state() == State.CLOSED);
		fleet.assertFleet(State.CLOSED);
	}

	@Test
	void whatEachNodeHasClosedAloneInAnOutageIsNotClosedForTheFleet() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.open();
		fleet.down(true);
		fleet.advance(TestFleet.WAIT);
		for (TestNode node : fleet.nodes) {
			for (int call = 0; call < TestFleet.PERMITTED; call++) {
				assertThat(node.call(true)).isTrue();
			}
		}
		fleet.assertStates(State.CLOSED);
		fleet.advance(Duration.ofSeconds(3));
		fleet.down(false);
		fleet.advance(Duration.ofSeconds(3));
		fleet.assertStates(State.HALF_OPEN);
	}

	@Test
	void aCloseIsNotUndoneByAnAnswerThatComesBeforeItsNews() {
		TestFleet fleet = new TestFleet().start(4);
		TestNode commanded = fleet.node(3);
		commanded.breaker.apply(StateCommand.to(State.OPEN).hold(Duration.ofSeconds(8)).actor("carol"));
		fleet.open();
		fleet.advance(TestFleet.HEARTBEAT);
		assertThat(commanded.known().state()).isEqualTo(State.OPEN);
		long exchanges = commanded.transport.exchanges();
		while (commanded.transport.exchanges() == exchanges) {
			fleet.advance(Duration.ofMillis(1));
		}
		commanded.process.pause();
		fleet.settle();
		commanded.process.resume();
		commanded.breaker.close();
		fleet.advance(Duration.ofSeconds(2));
		assertThat(commanded.breaker.state()).isEqualTo(State.CLOSED);
		assertThat(fleet.fleetState()).isEqualTo(State.OPEN);
	}

	@Test
	void aCloseIsNotUndoneByTheEndOfTheWaitOfACommandBefore() {
		TestFleet fleet = new TestFleet().start(4);
		TestNode commanded = fleet.node(3);
		commanded.breaker.apply(StateCommand.to(State.OPEN).hold(Duration.ofSeconds(4)).actor("carol"));
		fleet.open();
		fleet.advance(TestFleet.HEARTBEAT);
		commanded.process.pause();
		fleet.advance(Duration.ofSeconds(3));
		assertThat(commanded.breaker.state()).isEqualTo(State.HALF_OPEN);
		commanded.breaker.apply(StateCommand.to(State.CLOSED).actor("dave"));
		commanded.process.resume();
		fleet.advance(Duration.ofSeconds(2));
		assertThat(fleet.fleetState()).isEqualTo(State.OPEN);
		assertThat(commanded.breaker.state()).isEqualTo(State.CLOSED);
		assertThat(commanded.breaker.snapshot().lastChange().actor()).isEqualTo("dave");
	}

	@Test
	void aCommandIsNotUndoneByTheEndOfAHoldBefore() {
		TestFleet fleet = new TestFleet().start(3);
		TestNode commanded = fleet.node(2);
		fleet.node(0).node.command(TestFleet.BREAKER, FORCE_OPEN);
		fleet.settle();
		commanded.breaker.disable(Duration.ofSeconds(3));
		fleet.settle();
		commanded.process.pause();
		fleet.advance(Duration.ofMillis(3500));
		assertThat(commanded.breaker.state()).isEqualTo(State.CLOSED);
		commanded.breaker.apply(StateCommand.to(State.DISABLED).hold(Duration.ofSeconds(60)).actor("dave"));
		commanded.process.resume();
		fleet.advance(Duration.ofSeconds(2));
		assertThat(commanded.breaker.state()).isEqualTo(State.DISABLED);
		assertThat(commanded.breaker.retryAfter()).isZero();
		assertThat(commanded.breaker.export().left()).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
		fleet.advance(Duration.ofSeconds(61));
		assertThat(commanded.breaker.state()).as("the fleet's command holds still").isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void theFleetIsFollowedAfterTheHoldOfOneNode() {
		TestFleet fleet = new TestFleet().start(3);
		fleet.node(0).breaker.disable(Duration.ofSeconds(4));
		fleet.node(1).trip();
		fleet.settle();
		assertThat(fleet.fleetState()).isEqualTo(State.OPEN);
		assertThat(fleet.node(0).breaker.state()).isEqualTo(State.DISABLED);
		fleet.advance(Duration.ofSeconds(6));
		fleet.assertFleet(State.OPEN);
	}

	@Test
	void theNewestOfTwoCommandsHolds() {
		TestFleet fleet = new TestFleet().start(4);
		fleet.node(0).node.command(TestFleet.BREAKER, FORCE_OPEN);
		fleet.node(1).node.command(TestFleet.BREAKER, StateCommand.to(State.DISABLED).actor("bob"));
		fleet.settle();
		fleet.assertFleet(fleet.fleetState());
		assertThat(fleet.fleetState()).isIn(State.FORCED_OPEN, State.DISABLED);
	}

	@Test
	void aCommandToABreakerThatIsNotSharedIsRefused() {
		TestFleet fleet = new TestFleet().start(1);
		assertThatThrownBy(() -> fleet.node(0).node.command("unknown", FORCE_OPEN))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("'unknown'")
			.hasMessageContaining("not shared");
	}

}
