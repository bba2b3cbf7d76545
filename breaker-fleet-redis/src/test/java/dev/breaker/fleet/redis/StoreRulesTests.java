package dev.breaker.fleet.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.breaker.ProbeRules;
import dev.breaker.State;
import dev.breaker.fleet.Action;
import dev.breaker.fleet.Exchange;
import dev.breaker.fleet.FleetRecord;
import dev.breaker.fleet.FleetView;
import dev.breaker.fleet.Quorum;
import dev.breaker.fleet.Reply;
import io.lettuce.core.RedisCommandExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What each action does to a store in a real Redis, by a clock that is moved by hand.
 */
@ParameterizedClass
@EnumSource(RedisBinary.class)
class StoreRulesTests {

	private static final String PAYMENTS = "payments";

	private static final long START = 1_790_000_000_000L;

	private static final long WAIT = 10_000;

	private static final long TTL = 12_000;

	/** Three probes, of which two failures open. */
	private static final ProbeRules RULES = new ProbeRules(3, ProbeRules.NEVER, 2, ProbeRules.NEVER, false);

	private static final ProbeRules DARK = new ProbeRules(2, ProbeRules.NEVER, 1, ProbeRules.NEVER, true);

	private final RedisBinary binary;

	private TestRedis redis;

	private HandTimedStore store;

	StoreRulesTests(RedisBinary binary) {
		this.binary = binary;
	}

	@BeforeEach
	void start() {
		this.redis = TestRedis.start(this.binary);
		this.store = new HandTimedStore(this.redis, START);
	}

	@AfterEach
	void stop() throws Exception {
		if (this.redis != null) {
			this.store.close();
			this.redis.close();
		}
	}

	private TestNode node(String name) {
		return new TestNode(name, this.store::exchange);
	}

	/** Nodes that live. */
	private List<TestNode> nodes(int count) {
		List<TestNode> nodes = new ArrayList<>();
		for (int i = 1; i <= count; i++) {
			nodes.add(node("n" + i));
		}
		nodes.forEach(TestNode::say);
		return nodes;
	}

	private static Action vote() {
		return new Action.Vote(PAYMENTS, WAIT, TTL);
	}

	private static Action demand(long epoch, int places) {
		return new Action.Demand(PAYMENTS, epoch, places, RULES, WAIT);
	}

	private static Action result(Reply.Grant grant, int recorded, int failed, int returned) {
		return new Action.Result(PAYMENTS, grant.epoch(), grant.lease(), recorded, failed, 0, returned, RULES, WAIT);
	}

	private static Action order(String state, long hold) {
		return new Action.Order(PAYMENTS, new Action.FleetCommand(state, hold, "maintenance", "kim"), WAIT);
	}

	private FleetRecord open(TestNode node) {
		node.quorum(new Quorum(1, 0)).say();
		FleetRecord open = TestNode.changed(node.say(vote()), PAYMENTS);
		assertThat(open.state()).isEqualTo(State.OPEN);
		return open;
	}

	private void heartbeats(Duration time, TestNode... alive) {
		for (long gone = 0; gone < time.toMillis(); gone += 1000) {
			this.store.advance(Duration.ofSeconds(1));
			for (TestNode node : alive) {
				node.say();
			}
		}
	}

	private FleetRecord record(String breaker) {
		return TestNode.changed(node("observer").say(), breaker);
	}

	@Test
	void theFirstExchangeFindsAnEmptyStore() {
		Reply reply = node("n1").say();
		assertThat(reply.now()).isEqualTo(START);
		assertThat(reply.incarnation()).isNotEmpty();
		assertThat(reply.revision()).isZero();
		assertThat(reply.live()).isEqualTo(1);
		assertThat(reply.quorum()).isEqualTo(1);
		assertThat(reply.changed()).isEmpty();
		assertThat(reply.grants()).isEmpty();
	}

	@Test
	void aQuorumOfVotesOpensTheBreaker() {
		List<TestNode> nodes = nodes(5);
		assertThat(nodes.get(0).say(vote()).changed()).isEmpty();
		this.store.advance(Duration.ofSeconds(1));
		Reply reply = nodes.get(3).say(new Action.Vote(PAYMENTS, 7_000, TTL));
		FleetRecord open = TestNode.changed(reply, PAYMENTS);
		assertThat(open).isEqualTo(new FleetRecord(PAYMENTS, 1, 1, State.OPEN, START + 1_000, START + 8_000, 1, "VOTES",
				2, 2, 5, List.of("n1", "n4"), null, null));
		assertThat(TestNode.changed(nodes.get(4).say(), PAYMENTS)).isEqualTo(open);
	}

	@Test
	void theQuorumIsANumberOrAShareOfTheNodes() {
		assertThat(node("n1").say().quorum()).isEqualTo(1);
		assertThat(node("n2").say().quorum()).isEqualTo(1);
		assertThat(node("n3").say().quorum()).isEqualTo(1);
		assertThat(node("n4").say().quorum()).isEqualTo(2);
		assertThat(node("n1").quorum(new Quorum(3, 0)).say().quorum()).isEqualTo(3);
		assertThat(node("n1").quorum(new Quorum(0, 50)).say().quorum()).isEqualTo(2);
		assertThat(node("n1").quorum(new Quorum(0, 51)).say().quorum()).isEqualTo(3);
		assertThat(node("n1").quorum(new Quorum(0, 100)).say().quorum()).isEqualTo(4);
	}

	@Test
	void aVoteThatIsRenewedCountsOnce() {
		List<TestNode> nodes = nodes(4);
		nodes.get(0).say(vote());
		nodes.get(0).say(vote());
		assertThat(nodes.get(0).say(vote(), vote()).changed()).isEmpty();
	}

	@Test
	void aVoteExpires() {
		List<TestNode> nodes = nodes(4);
		nodes.get(0).say(vote());
		heartbeats(Duration.ofMillis(TTL), nodes.toArray(TestNode[]::new));
		assertThat(nodes.get(1).say(vote()).changed()).isEmpty();
	}

	@Test
	void aVoteThatWasWithdrawnDoesNotCount() {
		List<TestNode> nodes = nodes(4);
		nodes.get(0).say(vote());
		nodes.get(0).say(new Action.Withdraw(PAYMENTS));
		assertThat(nodes.get(1).say(vote()).changed()).isEmpty();
	}

	@Test
	void aVoteOfANodeThatIsGoneDoesNotCount() {
		List<TestNode> nodes = nodes(6);
		TestNode gone = nodes.remove(0);
		gone.say(vote());
		heartbeats(TestNode.TIMEOUT, nodes.toArray(TestNode[]::new));
		Reply reply = nodes.get(1).say(vote());
		assertThat(reply.live()).isEqualTo(5);
		assertThat(reply.quorum()).isEqualTo(2);
		assertThat(reply.changed()).isEmpty();
	}

	@Test
	void aVoteIsVoidWhileACommandHolds() {
		TestNode node = node("n1");
		for (String state : List.of("FORCED_OPEN", "DISABLED", "METRICS_ONLY")) {
			FleetRecord commanded = TestNode.changed(node.say(order(state, -1)), PAYMENTS);
			assertThat(commanded.state()).isEqualTo(State.valueOf(state));
			assertThat(commanded.until()).isEqualTo(-1);
			assertThat(commanded.cause()).isEqualTo("COMMAND");
			assertThat(commanded.command()).isEqualTo(new Action.FleetCommand(state, -1, "maintenance", "kim"));
			assertThat(node.say(vote()).changed()).isEmpty();
		}
	}

	@Test
	void aHoldThatIsOverCountsAsClosed() {
		TestNode node = node("n1");
		FleetRecord forced = TestNode.changed(node.say(order("FORCED_OPEN", 3_000)), PAYMENTS);
		assertThat(forced.until()).isEqualTo(START + 3_000);
		heartbeats(Duration.ofSeconds(2), node);
		assertThat(node.say(vote()).changed()).isEmpty();
		heartbeats(Duration.ofSeconds(1), node);
		FleetRecord open = TestNode.changed(node.say(vote()), PAYMENTS);
		assertThat(open.state()).isEqualTo(State.OPEN);
		assertThat(open.openings()).isEqualTo(1);
		assertThat(open.command()).isNull();
	}

	@Test
	void votesFromBeforeACommandAreGone() {
		List<TestNode> nodes = nodes(4);
		nodes.get(0).say(vote());
		nodes.get(2).say(order("RESET", -1));
		Reply reply = nodes.get(1).say(vote());
		assertThat(TestNode.changed(reply, PAYMENTS).state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aCommandReachesANodeThatJoinsLater() {
		node("n1").say(order("FORCED_OPEN", -1));
		FleetRecord found = TestNode.changed(node("late").say(), PAYMENTS);
		assertThat(found.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(found.command()).isEqualTo(new Action.FleetCommand("FORCED_OPEN", -1, "maintenance", "kim"));
	}

	@Test
	void aCommandToOpenLastsAsLongAsItsWait() {
		TestNode node = node("n1");
		FleetRecord open = TestNode.changed(node.say(order("OPEN", -1)), PAYMENTS);
		assertThat(open.until()).isEqualTo(START + WAIT);
		assertThat(open.openings()).isEqualTo(1);
		assertThat(TestNode.changed(node.say(order("OPEN", -1)), PAYMENTS).openings()).isEqualTo(1);
		heartbeats(Duration.ofMillis(WAIT), node);
		assertThat(node.say(demand(2, 1)).grants()).hasSize(1);
	}

	@Test
	void anUnknownCommandChangesNothing() {
		assertThat(node("n1").say(order("AJAR", -1)).changed()).isEmpty();
	}

	@Test
	void withinTheWaitThereAreNoProbes() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		heartbeats(Duration.ofMillis(WAIT - 1_000), node);
		Reply reply = node.say(demand(open.epoch(), 3));
		assertThat(reply.grants()).isEmpty();
		assertThat(reply.changed()).isEmpty();
	}

	@Test
	void afterTheWaitThePlacesAreLeasedOnce() {
		List<TestNode> nodes = nodes(3);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		assertThat(nodes.get(0).say(demand(open.epoch(), 0)).changed()).isEmpty();
		Reply first = nodes.get(0).say(demand(open.epoch(), 2));
		FleetRecord halfOpen = TestNode.changed(first, PAYMENTS);
		assertThat(halfOpen.state()).isEqualTo(State.HALF_OPEN);
		assertThat(halfOpen.epoch()).isGreaterThan(open.epoch());
		assertThat(halfOpen.until()).isEqualTo(-1);
		assertThat(halfOpen.voters()).containsExactly("n1");
		assertThat(halfOpen.probes()).isEqualTo(new FleetRecord.Progress(3, 2, 0, 0, 0, List.of("n1")));
		assertThat(first.grants()).containsExactly(new Reply.Grant(PAYMENTS, halfOpen.epoch(), halfOpen.revision(), 2));

		Reply second = nodes.get(1).say(demand(open.epoch(), 2));
		assertThat(second.grants()).singleElement().satisfies((grant) -> {
			assertThat(grant.epoch()).isEqualTo(halfOpen.epoch());
			assertThat(grant.places()).isEqualTo(1);
		});
		assertThat(nodes.get(2).say(demand(halfOpen.epoch(), 2)).grants()).isEmpty();
	}

	@Test
	void aDemandOfAnotherEpochHasNoEffect() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		heartbeats(Duration.ofMillis(WAIT), node);
		assertThat(node.say(demand(open.epoch() + 1, 1)).grants()).isEmpty();
		assertThat(node.say(demand(0, 1)).grants()).isEmpty();
		assertThat(node.say(new Action.Demand("unknown", 1, 1, RULES, WAIT)).grants()).isEmpty();
	}

	@Test
	void aDarkProbeRunsOnOneNodeAtATime() {
		List<TestNode> nodes = nodes(2);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		Action demand = new Action.Demand(PAYMENTS, open.epoch(), 2, DARK, WAIT);
		Reply.Grant grant = nodes.get(0).say(demand).grants().get(0);
		assertThat(grant.places()).isEqualTo(1);
		assertThat(nodes.get(1).say(demand).grants()).isEmpty();
		nodes.get(0).say(new Action.Result(PAYMENTS, grant.epoch(), grant.lease(), 1, 0, 0, 0, DARK, WAIT));
		assertThat(nodes.get(1).say(demand).grants()).singleElement()
			.satisfies((next) -> assertThat(next.places()).isEqualTo(1));
	}

	@Test
	void probesThatSucceedCloseForAll() {
		List<TestNode> nodes = nodes(3);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		Reply.Grant first = nodes.get(0).say(demand(open.epoch(), 1)).grants().get(0);
		Reply.Grant second = nodes.get(1).say(demand(open.epoch(), 2)).grants().get(0);
		nodes.get(0).say(result(first, 1, 0, 0));
		FleetRecord closed = TestNode.changed(nodes.get(1).say(result(second, 1, 0, 0)), PAYMENTS);
		assertThat(closed.state()).isEqualTo(State.CLOSED);
		assertThat(closed.cause()).isEqualTo("PROBES_SUCCEEDED");
		assertThat(closed.openings()).isZero();
		assertThat(closed.voters()).isEmpty();
		assertThat(closed.probes()).isNull();
		assertThat(TestNode.changed(nodes.get(2).say(), PAYMENTS)).isEqualTo(closed);
	}

	@Test
	void probesThatFailOpenForAllAgain() {
		List<TestNode> nodes = nodes(3);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		Reply.Grant first = nodes.get(0).say(demand(open.epoch(), 1)).grants().get(0);
		Reply.Grant second = nodes.get(1).say(demand(open.epoch(), 2)).grants().get(0);
		nodes.get(0).say(result(first, 1, 1, 0));
		FleetRecord again = TestNode.changed(nodes.get(1).say(result(second, 1, 1, 0)), PAYMENTS);
		assertThat(again.state()).isEqualTo(State.OPEN);
		assertThat(again.cause()).isEqualTo("PROBES_FAILED");
		assertThat(again.openings()).isEqualTo(2);
		assertThat(again.until()).isEqualTo(this.store.now() + WAIT);
	}

	@Test
	void aResultWithAnOldTokenChangesNothing() {
		List<TestNode> nodes = nodes(2);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		Reply.Grant lease = nodes.get(0).say(demand(open.epoch(), 1)).grants().get(0);
		FleetRecord before = record(PAYMENTS);
		nodes.get(1).say(result(lease, 1, 1, 0));
		nodes.get(0).say(result(new Reply.Grant(PAYMENTS, lease.epoch(), lease.lease() + 1, 1), 1, 1, 0));
		nodes.get(0).say(result(new Reply.Grant(PAYMENTS, open.epoch(), lease.lease(), 1), 1, 1, 0));
		nodes.get(0).say(result(lease, 2, 0, 0), result(lease, 1, 2, 0), result(lease, 0, 0, 0));
		assertThat(record(PAYMENTS)).isEqualTo(before);
		nodes.get(0).say(result(lease, 1, 1, 0));
		FleetRecord counted = record(PAYMENTS);
		nodes.get(0).say(result(lease, 1, 1, 0));
		assertThat(record(PAYMENTS)).isEqualTo(counted);
		assertThat(counted.probes()).isEqualTo(new FleetRecord.Progress(3, 1, 1, 1, 0, List.of()));
	}

	@Test
	void aResultThatIsToldTwiceCountsOnce() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		heartbeats(Duration.ofMillis(WAIT), node);
		Reply.Grant lease = node.say(demand(open.epoch(), 3)).grants().get(0);
		node.say(result(lease, 1, 1, 0), result(lease, 1, 1, 0));
		node.say(result(lease, 1, 1, 0));
		assertThat(record(PAYMENTS).probes()).isEqualTo(new FleetRecord.Progress(3, 3, 1, 1, 0, List.of("n1")));
		node.say(result(lease, 2, 1, 1), result(lease, 1, 1, 0));
		assertThat(record(PAYMENTS).probes()).isEqualTo(new FleetRecord.Progress(3, 2, 2, 1, 0, List.of()));
	}

	@Test
	void placesThatAreReturnedAreGivenOutAgain() {
		List<TestNode> nodes = nodes(2);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		Reply.Grant lease = nodes.get(0).say(demand(open.epoch(), 3)).grants().get(0);
		assertThat(nodes.get(1).say(demand(open.epoch(), 3)).grants()).isEmpty();
		nodes.get(0).say(result(lease, 1, 0, 2));
		assertThat(nodes.get(1).say(demand(open.epoch(), 3)).grants()).singleElement()
			.satisfies((grant) -> assertThat(grant.places()).isEqualTo(2));
	}

	@Test
	void aNodeThatIsGoneLosesItsLeases() {
		List<TestNode> nodes = nodes(2);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		Reply.Grant lost = nodes.get(0).say(demand(open.epoch(), 2)).grants().get(0);
		Reply.Grant kept = nodes.get(1).say(demand(open.epoch(), 2)).grants().get(0);
		assertThat(kept.places()).isEqualTo(1);
		heartbeats(TestNode.TIMEOUT, nodes.get(1));
		assertThat(TestNode.changed(nodes.get(1).say(result(kept, 1, 0, 0)), PAYMENTS).state()).isEqualTo(State.CLOSED);
		assertThat(nodes.get(0).say(result(lost, 2, 2, 0)).changed()).extracting(FleetRecord::state)
			.containsExactly(State.CLOSED);
	}

	@Test
	void probesOfWhichNoneCameBackAreLost() {
		List<TestNode> nodes = nodes(2);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		FleetRecord halfOpen = TestNode.changed(nodes.get(0).say(demand(open.epoch(), 3)), PAYMENTS);
		heartbeats(TestNode.TIMEOUT, nodes.get(1));
		FleetRecord again = TestNode.changed(nodes.get(1).say(demand(halfOpen.epoch(), 0)), PAYMENTS);
		assertThat(again.state()).isEqualTo(State.OPEN);
		assertThat(again.cause()).isEqualTo("PROBES_LOST");
		assertThat(again.openings()).isEqualTo(2);
	}

	@Test
	void whereAllPlacesAreOutOneIsAskedForInVain() {
		List<TestNode> nodes = nodes(2);
		FleetRecord open = open(nodes.get(0));
		heartbeats(Duration.ofMillis(WAIT), nodes.toArray(TestNode[]::new));
		FleetRecord halfOpen = TestNode.changed(nodes.get(0).say(demand(open.epoch(), 3)), PAYMENTS);
		nodes.get(1).say();
		heartbeats(TestNode.TIMEOUT, nodes.get(1));
		Reply reply = nodes.get(1).say(demand(halfOpen.epoch(), 2));
		assertThat(reply.grants()).isEmpty();
		assertThat(reply.changed()).isEmpty();
		assertThat(record(PAYMENTS)).isEqualTo(halfOpen);
	}

	@Test
	void aLeaseWhoseAnswerWasLostIsGrantedAgain() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		heartbeats(Duration.ofMillis(WAIT), node);
		Reply lost = this.store.exchange(node.exchange(null, demand(open.epoch(), 2)));
		assertThat(lost.grants()).hasSize(1);
		assertThat(node.say(demand(open.epoch(), 0)).grants()).isEqualTo(lost.grants());
		assertThat(node.say().grants()).isEmpty();
		assertThat(node.say(demand(open.epoch(), 2)).grants()).hasSize(2).containsAll(lost.grants());
	}

	@Test
	void aVoteFromBeforeAClosingThatWasNotHeardIsVoid() {
		List<TestNode> nodes = nodes(2);
		nodes.get(0).say(order("RESET", -1));
		assertThat(nodes.get(1).say(vote()).changed()).extracting(FleetRecord::state).containsExactly(State.CLOSED);
		assertThat(nodes.get(1).say(vote()).changed()).extracting(FleetRecord::state).containsExactly(State.OPEN);
	}

	@Test
	void anExchangeThatComesAfterALaterOneIsRefused() {
		TestNode node = node("n1");
		Exchange late = node.exchange(null, order("FORCED_OPEN", -1));
		this.store.exchange(node.exchange(null), 2);
		assertThatExceptionOfType(RedisCommandExecutionException.class).isThrownBy(() -> this.store.exchange(late, 1))
			.withMessageContaining("STALE");
		assertThatExceptionOfType(RedisCommandExecutionException.class).isThrownBy(() -> this.store.exchange(late, 2))
			.withMessageContaining("STALE");
		assertThat(this.store.exchange(node.exchange(null), 3).changed()).isEmpty();
	}

	@Test
	void onlyWhatHasChangedIsTold() {
		TestNode node = node("n1").quorum(new Quorum(1, 0));
		node.say(vote(), new Action.Vote("mail", WAIT, TTL));
		assertThat(node.say().changed()).isEmpty();
		node.say(new Action.Order("mail", new Action.FleetCommand("CLOSED", -1, null, null), WAIT));
		Reply all = node("n2").say();
		assertThat(all.changed()).extracting(FleetRecord::breaker).containsExactly(PAYMENTS, "mail");
		assertThat(all.changed()).extracting(FleetRecord::revision).isSorted();
	}

	@Test
	void aRememberedRecordHoldsByItsEpoch() {
		TestNode node = node("n1");
		FleetRecord known = new FleetRecord(PAYMENTS, 40, 44, State.OPEN, START + 5_000, 17, 3, "VOTES", 2, 2, 5,
				List.of("n1", "n7"), null, null);
		FleetRecord remembered = TestNode.changed(node.say(new Action.Remember(known, 6_000)), PAYMENTS);
		assertThat(remembered).isEqualTo(new FleetRecord(PAYMENTS, 40, 41, State.OPEN, START, START + 6_000, 3, "VOTES",
				2, 2, 5, List.of("n1", "n7"), null, null));
		assertThat(node.say(new Action.Remember(known, 60_000)).changed()).isEmpty();
		assertThat(TestNode.changed(node.say(order("RESET", -1)), PAYMENTS).epoch()).isEqualTo(42);
		assertThat(node.say(new Action.Remember(known, 60_000)).changed()).isEmpty();
	}

	@Test
	void whatWasHalfOpenIsRememberedAsOpenWithoutAWait() {
		TestNode node = node("n1");
		FleetRecord known = new FleetRecord(PAYMENTS, 40, 44, State.HALF_OPEN, START, -1, 1, "VOTES", 2, 2, 5,
				List.of("n1"), null, new FleetRecord.Progress(3, 3, 1, 0, 0, List.of("n1")));
		FleetRecord remembered = TestNode.changed(node.say(new Action.Remember(known, -1)), PAYMENTS);
		assertThat(remembered.state()).isEqualTo(State.OPEN);
		assertThat(remembered.until()).isEqualTo(START);
		assertThat(node.say(demand(40, 3)).grants()).hasSize(1);
	}

	@Test
	void aRememberedCommandKeepsItsHold() {
		TestNode node = node("n1");
		Action.FleetCommand command = new Action.FleetCommand("DISABLED", 60_000, null, "kim");
		FleetRecord known = new FleetRecord(PAYMENTS, 9, 9, State.DISABLED, START, START, 0, "COMMAND", 0, 0, 5,
				List.of(), command, null);
		FleetRecord remembered = TestNode.changed(node.say(new Action.Remember(known, 20_000)), PAYMENTS);
		assertThat(remembered.state()).isEqualTo(State.DISABLED);
		assertThat(remembered.until()).isEqualTo(START + 20_000);
		assertThat(remembered.command()).isEqualTo(command);
	}

	@Test
	void closedRecordsAreForgottenAfterAnHour() {
		TestNode node = node("n1");
		List<Action> actions = new ArrayList<>();
		for (int i = 0; i < 120; i++) {
			actions.add(new Action.Order("b" + i, new Action.FleetCommand("RESET", -1, null, null), WAIT));
		}
		actions.add(order("FORCED_OPEN", 1_000));
		actions.add(new Action.Order("kept", new Action.FleetCommand("FORCED_OPEN", -1, null, null), WAIT));
		node.say(actions.toArray(Action[]::new));
		assertThat(this.redis.commands().hlen("{orders:1}:records")).isEqualTo(122);
		this.store.advance(Duration.ofMinutes(61));
		for (int i = 0; i < 4; i++) {
			this.store.advance(Duration.ofMinutes(1));
			node.say();
		}
		assertThat(this.redis.commands().hkeys("{orders:1}:records")).containsExactly("kept");
		assertThat(this.redis.commands().zrange("{orders:1}:revisions", 0, -1)).containsExactly("kept");
		assertThat(node.say(new Action.Vote("b1", WAIT, TTL)).changed()).singleElement()
			.satisfies((record) -> assertThat(record.epoch()).isGreaterThan(122));
	}

	@Test
	void recordsThatNoNodeHasAnyMoreAreClosedAfterADay() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		node.say(new Action.Order("halfOpen", new Action.FleetCommand("HALF_OPEN", -1, null, null), WAIT));
		hours(23, node);
		assertThat(node.say().changed()).isEmpty();
		List<FleetRecord> closed = new ArrayList<>();
		for (int hour = 0; hour < 2; hour++) {
			this.store.advance(Duration.ofHours(1));
			closed.addAll(node.say().changed());
		}
		assertThat(closed).extracting(FleetRecord::breaker).containsExactlyInAnyOrder(PAYMENTS, "halfOpen");
		assertThat(closed).allSatisfy((record) -> {
			assertThat(record.state()).isEqualTo(State.CLOSED);
			assertThat(record.cause()).isEqualTo("ABANDONED");
			assertThat(record.epoch()).isGreaterThan(open.epoch());
			assertThat(record.openings()).isZero();
			assertThat(record.command()).isNull();
			assertThat(record.voters()).isEmpty();
		});
		hours(2, node);
		assertThat(this.redis.commands().hlen("{orders:1}:records")).isZero();
		assertThat(TestNode.changed(node.say(new Action.Remember(open, 0)), PAYMENTS).state()).isEqualTo(State.OPEN);
	}

	private void hours(int hours, TestNode node) {
		for (int hour = 0; hour < hours; hour++) {
			this.store.advance(Duration.ofHours(1));
			node.say();
		}
	}

	@Test
	void aRecordThatANodeHasIsNotClosedWithoutAProbe() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		node.report(Map.of("mail", "CLOSED", PAYMENTS, "HALF_OPEN"));
		hours(50, node);
		assertThat(record(PAYMENTS)).isEqualTo(open);
		assertThat(node.say(demand(open.epoch(), 3)).grants()).hasSize(1);
	}

	@Test
	void aHalfOpenFleetGoesOnWhereItHasFewerProbesADayThanPermitted() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		heartbeats(Duration.ofMillis(WAIT), node);
		Reply.Grant lease = node.say(demand(open.epoch(), 1)).grants().get(0);
		for (int probe = 0; probe < 2; probe++) {
			node.say(result(lease, 1, 1 - probe, 0));
			hours(20, node);
			lease = node.say(demand(lease.epoch(), 1)).grants().get(0);
		}
		FleetRecord closed = TestNode.changed(node.say(result(lease, 1, 0, 0)), PAYMENTS);
		assertThat(closed.state()).isEqualTo(State.CLOSED);
		assertThat(closed.cause()).isEqualTo("PROBES_SUCCEEDED");
	}

	@Test
	void aLeaseOfANodeThatIsGoneKeepsNoFleetHalfOpen() {
		TestNode gone = node("n1");
		FleetRecord open = open(gone);
		heartbeats(Duration.ofMillis(WAIT), gone);
		assertThat(gone.say(demand(open.epoch(), 1)).grants()).hasSize(1);
		TestNode other = node("n2");
		heartbeats(TestNode.TIMEOUT, other);
		hours(24, other);
		assertThat(record(PAYMENTS).cause()).isEqualTo("ABANDONED");
	}

	@Test
	void aRecordThatEachNodeWasCommandedToCloseIsClosed() {
		List<TestNode> nodes = nodes(4);
		TestNode[] all = nodes.toArray(TestNode[]::new);
		FleetRecord open = open(nodes.get(0));
		nodes.get(0).report(Map.of(PAYMENTS, "CLOSED"));
		nodes.get(1).report(Map.of(PAYMENTS, "OPEN", "mail", "CLOSED"));
		nodes.get(2).report(Map.of(PAYMENTS, "CLOSED"));
		heartbeats(Duration.ofMinutes(2), all);
		assertThat(record(PAYMENTS)).isEqualTo(open);
		nodes.get(1).report(Map.of(PAYMENTS, "CLOSED"));
		heartbeats(Duration.ofMinutes(1), all);
		FleetRecord closed = record(PAYMENTS);
		assertThat(closed.state()).isEqualTo(State.CLOSED);
		assertThat(closed.cause()).isEqualTo("ABANDONED");
	}

	@Test
	void whatClosesAGroupClosesItsKeysAndNoOtherBreaker() {
		TestNode node = node("n1").quorum(new Quorum(1, 0));
		node.say(new Action.Key("stock:lyon", "stock"), new Action.Vote("stock:lyon", WAIT, TTL),
				new Action.Vote("stock:eu", WAIT, TTL), new Action.Key("stock:eu:nice", "stock:eu"),
				new Action.Vote("stock:eu:nice", WAIT, TTL), new Action.Key("stockholm:a", "stockholm"),
				new Action.Vote("stockholm:a", WAIT, TTL));
		Action.FleetCommand close = new Action.FleetCommand("CLOSED", -1, "mended", "kim");
		Reply reply = node("n2").say(new Action.Order("stock", close, WAIT));
		assertThat(reply.changed()).filteredOn((record) -> record.state() == State.CLOSED)
			.extracting(FleetRecord::breaker)
			.containsExactly("stock", "stock:lyon");
		FleetRecord lyon = TestNode.changed(reply, "stock:lyon");
		assertThat(lyon.cause()).isEqualTo("COMMAND");
		assertThat(lyon.command()).isEqualTo(close);
		node.say();
		node.say(new Action.Vote("stock:lyon", WAIT, TTL));
		assertThat(TestNode.changed(node("n2").say(new Action.Order("stock", close, WAIT)), "stock:lyon").state())
			.as("a key stays one")
			.isEqualTo(State.CLOSED);
	}

	@Test
	void whatANodeRemembersOfAKeyIsClosedWithItsGroup() {
		FleetRecord known = new FleetRecord("stock:lyon", 40, 44, State.OPEN, START, 17, 3, "VOTES", 2, 2, 5, List.of(),
				null, null);
		Reply reply = node("n1").say(new Action.Order("stock", new Action.FleetCommand("RESET", -1, null, "kim"), WAIT),
				new Action.Key("stock:lyon", "stock"), new Action.Remember(known, 6_000));
		FleetRecord closed = TestNode.changed(reply, "stock:lyon");
		assertThat(closed.state()).isEqualTo(State.CLOSED);
		assertThat(closed.epoch()).isGreaterThan(40);
	}

	@Test
	void theViewHasTheNodesThatLive() {
		TestNode second = node("n2");
		second.report(Map.of(PAYMENTS, "OPEN local-only", "mail", "HALF_OPEN"));
		this.store.advance(Duration.ofSeconds(2));
		TestNode first = node("n1");
		first.report(Map.of());
		assertThat(this.store.view().nodes()).containsExactly(new FleetView.NodeView(first.id(), 0, Map.of()),
				new FleetView.NodeView(second.id(), 2_000, Map.of(PAYMENTS, "OPEN local-only", "mail", "HALF_OPEN")));
		heartbeats(Duration.ofSeconds(3), first);
		assertThat(this.store.view().nodes()).extracting(FleetView.NodeView::node).containsExactly(first.id());
	}

	@Test
	void aReportOutlivesAPauseOfItsNode() {
		TestNode paused = node("n1");
		TestNode other = node("n2");
		paused.report(Map.of(PAYMENTS, "OPEN"));
		heartbeats(TestNode.TIMEOUT, other);
		assertThat(this.store.view().nodes()).hasSize(1);
		paused.say();
		assertThat(this.store.view().nodes()).first()
			.satisfies((node) -> assertThat(node.report()).containsEntry(PAYMENTS, "OPEN"));
	}

	@Test
	void aPauseOfTheStoreDropsNoNode() {
		List<TestNode> nodes = nodes(10);
		this.store.advance(Duration.ofSeconds(60));
		Reply reply = nodes.get(0).say(vote());
		assertThat(reply.live()).isEqualTo(10);
		assertThat(reply.quorum()).isEqualTo(3);
		assertThat(reply.changed()).isEmpty();
		heartbeats(TestNode.TIMEOUT, nodes.get(0), nodes.get(1));
		assertThat(nodes.get(0).say().live()).isEqualTo(2);
	}

	@Test
	void aSecondPauseOfTheStoreDropsNoNode() {
		List<TestNode> nodes = nodes(10);
		this.store.advance(Duration.ofSeconds(60));
		nodes.get(0).say();
		this.store.advance(Duration.ofSeconds(6));
		Reply reply = nodes.get(1).say(vote());
		assertThat(reply.live()).isEqualTo(10);
		assertThat(reply.changed()).isEmpty();
	}

	@Test
	void aClockThatJumpsDropsNoNode() {
		List<TestNode> nodes = nodes(10);
		for (int seconds : List.of(-30, 30, -3_600)) {
			heartbeats(Duration.ofSeconds(20), nodes.toArray(TestNode[]::new));
			this.store.advance(Duration.ofSeconds(seconds));
			Reply reply = nodes.get(0).say(vote());
			assertThat(reply.live()).as("%s s", seconds).isEqualTo(10);
			assertThat(reply.changed()).isEmpty();
			nodes.get(0).say(new Action.Withdraw(PAYMENTS));
		}
		heartbeats(TestNode.TIMEOUT, nodes.get(0));
		assertThat(nodes.get(0).say().live()).isEqualTo(1);
	}

	@Test
	void aNodeIsGoneAfterItsOwnTimeout() {
		TestNode patient = node("n1").timeout(Duration.ofSeconds(50));
		patient.say();
		TestNode other = node("n2");
		heartbeats(Duration.ofSeconds(49), other);
		assertThat(other.say().live()).isEqualTo(2);
		assertThat(this.store.view().nodes()).first().extracting(FleetView.NodeView::seen).isEqualTo(49_000L);
		heartbeats(Duration.ofSeconds(1), other);
		assertThat(other.say().live()).isEqualTo(1);
	}

	@Test
	void nodesThatDieAreDroppedWithAHeartbeatThatIsLong() {
		TestNode slow = node("n1");
		node("n2").say();
		for (int i = 0; i < 5; i++) {
			this.store.advance(Duration.ofSeconds(4));
			slow.say();
		}
		assertThat(slow.say().live()).isEqualTo(1);
	}

	@Test
	void oneVoteIsNoQuorumAfterTheStoreWasEmptied() {
		List<TestNode> nodes = nodes(10);
		TestNode sick = nodes.get(0);
		String incarnation = sick.incarnation();
		this.redis.commands().flushall();
		this.store.now(this.store.now());
		Reply reply = sick.say(vote());
		assertThat(reply.incarnation()).isNotEqualTo(incarnation);
		assertThat(reply.quorum()).isEqualTo(3);
		assertThat(reply.changed()).isEmpty();
		assertThat(nodes.get(1).say(vote()).changed()).isEmpty();
		assertThat(TestNode.changed(nodes.get(2).say(vote()), PAYMENTS).state()).isEqualTo(State.OPEN);
		heartbeats(TestNode.TIMEOUT, sick);
		assertThat(sick.say().live()).isEqualTo(1);
	}

	@Test
	void aNewNodeThatIsTheFirstAfterTheStoreWasEmptiedMakesNoQuorum() {
		List<TestNode> nodes = nodes(10);
		this.redis.commands().flushall();
		this.store.now(this.store.now());
		this.store.lived(0);
		node("new").say();
		this.store.lived(10);
		nodes.get(0).say();
		this.store.lived(0);
		Reply reply = node("newer").say(vote());
		assertThat(reply.quorum()).isEqualTo(3);
		assertThat(reply.changed()).isEmpty();
	}

	@Test
	void epochsGrowOverTheLivesOfTheStore() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		node.say(order("RESET", -1));
		this.redis.commands().flushall();
		this.store.now(this.store.now());
		assertThat(TestNode.changed(node.say(vote()), PAYMENTS).epoch()).isGreaterThan(open.epoch() + 1);
	}

	@Test
	void aStoreThatHasGoneBackCountsAsEmptied() {
		TestNode node = node("n1");
		open(node);
		String incarnation = node.incarnation();
		node.known(node.known() + 100);
		Reply reply = node.say();
		assertThat(reply.incarnation()).isNotEqualTo(incarnation);
		assertThat(reply.revision()).isEqualTo(101);
		assertThat(reply.changed()).isEmpty();
	}

	@Test
	void aStoreThatHasLostAKeyCountsAsEmptied() {
		for (String key : List.of("meta", "nodes", "sessions", "records", "revisions")) {
			TestNode node = node("n1");
			TestNode other = node("n2");
			other.say();
			open(node);
			this.redis.commands().del("{orders:1}:" + key);
			String incarnation = node.incarnation();
			Reply reply = node.say();
			assertThat(reply.incarnation()).as(key).isNotEqualTo(incarnation);
			assertThat(reply.changed()).as(key).isEmpty();
			assertThat(reply.live()).as(key).isEqualTo(2);
			node.say(order("RESET", -1));
		}
	}

	@Test
	void aDamagedRecordIsToldAgain() {
		TestNode node = node("n1");
		String incarnation = node
			.say(new Action.Order("mail", new Action.FleetCommand("FORCED_OPEN", -1, null, null), WAIT))
			.incarnation();
		FleetRecord open = open(node);
		this.redis.commands().hset("{orders:1}:records", PAYMENTS, "{\"epoch\":");
		Reply reply = node.say(demand(open.epoch(), 1));
		assertThat(this.store.damaged()).containsExactly(PAYMENTS);
		assertThat(reply.incarnation()).isNotEqualTo(incarnation);
		assertThat(reply.changed()).extracting(FleetRecord::breaker).containsExactly("mail");
		assertThat(TestNode.changed(node.say(new Action.Remember(open, WAIT)), PAYMENTS).state()).isEqualTo(State.OPEN);
	}

	@Test
	void aRecordWithTwoMeaningsIsToldAgain() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		String sound = this.redis.commands().hget("{orders:1}:records", PAYMENTS);
		for (String said : List.of("CLOSED 1", "OPEN 7")) {
			this.redis.commands()
				.hset("{orders:1}:records", PAYMENTS, sound.replaceFirst("OPEN " + open.epoch(), said));
			String incarnation = node.incarnation();
			assertThat(node.say(demand(open.epoch(), 0)).incarnation()).as(said).isNotEqualTo(incarnation);
			assertThat(this.store.damaged()).contains(PAYMENTS);
			node.say(new Action.Remember(open, WAIT));
		}
	}

	@Test
	void aDamagedRecordThatNobodyUsesIsFoundByAndBy() {
		TestNode node = node("n1");
		open(node);
		String sound = this.redis.commands().hget("{orders:1}:records", PAYMENTS);
		this.redis.commands().hset("{orders:1}:records", PAYMENTS, sound.replaceFirst("5:VOTES", "5:NOTES"));
		assertThat(node.say().changed()).isEmpty();
		this.store.advance(Duration.ofMinutes(1));
		node.say();
		assertThat(this.store.damaged()).containsExactly(PAYMENTS);
	}

	@Test
	void noHostileRecordHarmsAnExchange() {
		TestNode node = node("n1");
		FleetRecord open = open(node);
		String sound = this.redis.commands().hget("{orders:1}:records", PAYMENTS);
		assertThat(sound).contains("\"state\":\"OPEN\"");
		List<String> hostile = new ArrayList<>(
				List.of("", "null", "[]", "{}", "17", "\"x\"", "[".repeat(3_000), "{\"a\":1e999}"));
		Stream.of("epoch", "revision", "since", "deadline", "openings", "votes", "quorum", "live")
			.forEach((field) -> Stream.of("-7", "1e300", "1e999", "0.5", "\"x\"", "null", "{}", "99999999999999999999")
				.forEach((value) -> hostile
					.add(sound.replaceFirst("\"" + field + "\":[0-9]+", "\"" + field + "\":" + value))));
		Stream.of("", "OPEN", "AJAR 1 -1 10 ", "OPEN 1 -1 99999999999999999999 ", "OPEN -1 -1 10 ", "OPEN 1 -1 0 ")
			.forEach((head) -> hostile.add(head + sound.substring(sound.indexOf("8:payments"))));
		hostile.add(sound.replace("\"OPEN\"", "\"AJAR\""));
		hostile.add(sound.replace("\"OPEN\"", "\"HALF_OPEN\""));
		hostile.add(sound.replace("\"OPEN\"", "[]"));
		hostile.add(sound.replace("\"VOTES\"", "7"));
		hostile.add(sound.replace("[\"n1\"]", "[7]"));
		hostile.add(sound.replace("[\"n1\"]", "null"));
		hostile.add(sound.replace("\"OPEN\"", "\"FORCED_OPEN\""));
		hostile.add(sound.replaceFirst("\"deadline\":[0-9]+", "\"deadline\":-1"));
		hostile.add(sound.replaceFirst("\"deadline\":[0-9]+", "\"deadline\":9000000000001"));
		hostile.add(sound.replaceFirst("\"openings\":[0-9]+", "\"openings\":1000000001"));
		hostile.add(sound.replace("{", "{\"command\":7,"));
		hostile.add(sound.replace("{", "{\"command\":{\"state\":\"OPEN\",\"hold\":\"x\"},"));
		for (String json : hostile) {
			assertThat(json).isNotEqualTo(sound);
			this.redis.commands().hset("{orders:1}:records", PAYMENTS, json);
			node.say(demand(open.epoch(), 1), order("RESET", -1));
			FleetRecord record = TestNode.changed(node("n2").say(), PAYMENTS);
			assertThat(record.state()).as(json).isEqualTo(State.CLOSED);
		}
	}

	@Test
	void noHostileEntryOfANodeHarmsAnExchange() {
		TestNode node = node("n1");
		node.say();
		for (String serial : List.of("", "x", "{}", "-7", "0.5", "1e300", "inf", "nan", "7 x", "7 5000 1")) {
			this.redis.commands().hset("{orders:1}:sessions", "s-n1 n1", serial);
			assertThat(node.say().live()).as(serial).isEqualTo(1);
		}
		for (String field : List.of("incarnation", "revision", "grace", "floor", "pruned", "cursor", "seen",
				"absences")) {
			for (String value : List.of("", "x", "-1", "1e300", "inf", "nan", "0.5")) {
				this.redis.commands().hset("{orders:1}:meta", field, value);
				assertThat(node.say().live()).as(field + " " + value).isEqualTo(1);
			}
		}
	}

	@Test
	void everyKeyLivesForADayAtLeast() {
		List<TestNode> nodes = nodes(4);
		open(nodes.get(0));
		nodes.get(1).say(new Action.Vote("mail", WAIT, TTL));
		nodes.get(1).say(new Action.Vote("slow", WAIT, Duration.ofDays(3).toMillis()));
		List<String> keys = this.redis.commands().keys("{*");
		assertThat(keys).containsExactlyInAnyOrder("{orders:1}:meta", "{orders:1}:nodes", "{orders:1}:sessions",
				"{orders:1}:reports", "{orders:1}:records", "{orders:1}:revisions", "{orders:1}:votes:mail",
				"{orders:1}:votes:slow");
		long almost = Duration.ofDays(1).toMillis() - 60_000;
		assertThat(keys).allSatisfy((key) -> assertThat(this.redis.commands().pttl(key)).isGreaterThan(almost));
		assertThat(this.redis.commands().pttl("{orders:1}:votes:slow")).isGreaterThan(3 * almost);
		keys.forEach((key) -> this.redis.commands().pexpire(key, 100_000));
		nodes.get(0).say();
		assertThat(keys).filteredOn((key) -> !key.contains("votes"))
			.allSatisfy((key) -> assertThat(this.redis.commands().pttl(key)).isGreaterThan(almost));
	}

	@Test
	void aKeyOfAnotherApplicationFailsTheExchange() {
		for (String key : List.of("meta", "nodes", "sessions", "reports", "records", "revisions", "votes:payments")) {
			this.redis.commands().flushall();
			this.store.now(START);
			this.redis.commands().set("{orders:1}:" + key, "theirs");
			assertThatExceptionOfType(RedisCommandExecutionException.class).isThrownBy(() -> node("n1").say(vote()))
				.withMessageContaining("WRONGTYPE")
				.withMessageContaining("{orders:1}:" + key);
			assertThat(this.redis.commands().keys("{*")).containsExactly("{orders:1}:" + key);
		}
	}

	@Test
	void namesOfAllKindsArriveAsTheyWere() {
		String breaker = "zahlung: 5:x, {äöü}\n\"quoted\" \uD83D\uDE00";
		TestNode node = node("n 1: {host}, ü\n");
		Reply reply = node
			.say(new Action.Order(breaker, new Action.FleetCommand("FORCED_OPEN", 0, "", "7:kim,"), WAIT));
		FleetRecord record = TestNode.changed(reply, breaker);
		assertThat(record.command()).isEqualTo(new Action.FleetCommand("FORCED_OPEN", 0, "", "7:kim,"));
		FleetRecord open = TestNode.changed(node.say(new Action.Vote(breaker, 1, TTL)), breaker);
		assertThat(open.voters()).containsExactly(node.id().name());
		node.report(Map.of(breaker, "OPEN"));
		assertThat(this.store.view().nodes())
			.containsExactly(new FleetView.NodeView(node.id(), 0, Map.of(breaker, "OPEN")));
	}

	@Test
	void timesBeyondAllMeasureAreTheLongest() {
		TestNode node = node("n1");
		Reply reply = node.say(
				new Action.Order(PAYMENTS, new Action.FleetCommand("FORCED_OPEN", Long.MAX_VALUE, null, null),
						Long.MAX_VALUE),
				new Action.Order("mail", new Action.FleetCommand("OPEN", -1, null, null), Long.MAX_VALUE));
		assertThat(reply.changed()).extracting(FleetRecord::until).containsOnly(9_000_000_000_000L);
		assertThat(node("n2").say().changed()).isEqualTo(reply.changed());
	}

}
