package dev.breaker.fleet;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.State;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nodes that share the breaker "payments" through a {@link ModelStore}, all on time that
 * moves by hand.
 */
final class TestFleet {

	static final String BREAKER = "payments";

	static final Duration HEARTBEAT = Duration.ofSeconds(1);

	static final Duration NODE_TIMEOUT = Duration.ofSeconds(5);

	static final Duration WAIT = Duration.ofSeconds(10);

	static final int PERMITTED = 5;

	private static final long START_MILLIS = 1_700_000_000_000L;

	final HandTime time = new HandTime();

	final List<TestNode> nodes = new ArrayList<>();

	final Random random;

	private final ModelStore store = new ModelStore(START_MILLIS);

	private UnaryOperator<CircuitBreakerConfig.Builder> config = (builder) -> builder;

	private Quorum quorum = Quorum.DEFAULT;

	private Duration nodeTimeout = NODE_TIMEOUT;

	private Clock clock = Clock.systemUTC();

	private boolean down;

	private double loss;

	private boolean losesAnswers;

	private long longestLatencyMillis = 2;

	private Duration work = Duration.ZERO;

	private long busyUntil;

	private int started;

	TestFleet() {
		this(1);
	}

	TestFleet(long seed) {
		this.random = new Random(seed);
	}

	TestFleet quorum(int votes) {
		this.quorum = new Quorum(votes, 0);
		return this;
	}

	TestFleet nodeTimeout(Duration timeout) {
		this.nodeTimeout = timeout;
		return this;
	}

	/** The wall clock of the nodes that are started from now on. */
	TestFleet clock(Clock clock) {
		this.clock = clock;
		return this;
	}

	TestFleet config(UnaryOperator<CircuitBreakerConfig.Builder> config) {
		this.config = config;
		return this;
	}

	/** Starts so many nodes, and lets them join. */
	TestFleet start(int count) {
		for (int i = 0; i < count; i++) {
			start();
		}
		advance(HEARTBEAT);
		return this;
	}

	TestNode start() {
		TestNode node = new TestNode(this, "node-" + ++this.started, BREAKER);
		this.nodes.add(node);
		node.node.start();
		return node;
	}

	TestNode node(int index) {
		return this.nodes.get(index);
	}

	FleetSettings settings(String name) {
		return new FleetSettings(new NodeId(name, name + "-" + this.started), this.quorum, HEARTBEAT, this.nodeTimeout);
	}

	CircuitBreakerConfig breakerConfig() {
		return this.config
			.apply(CircuitBreakerConfig.builder()
				.nanoClock(this.time::nanos)
				.clock(this.clock)
				.consecutiveFailureThreshold(3)
				.permittedNumberOfCallsInHalfOpenState(PERMITTED)
				.waitDurationInOpenState(WAIT))
			.build();
	}

	/** The store at this moment. */
	ModelStore store() {
		this.store.now(START_MILLIS + this.time.millis());
		return this.store;
	}

	FleetRecord record() {
		return store().record(BREAKER);
	}

	State fleetState() {
		FleetRecord record = record();
		return (record != null) ? record.state() : State.CLOSED;
	}

	void advance(Duration by) {
		this.time.advance(by);
	}

	/** Lets what is on its way arrive. */
	void settle() {
		advance(Duration.ofMillis(100));
	}

	/** The store does not answer, and nothing reaches it. */
	void down(boolean down) {
		this.down = down;
	}

	boolean isDown() {
		return this.down;
	}

	void loss(double share) {
		this.loss = share;
	}

	boolean losesOne() {
		return this.loss > 0 && this.random.nextDouble() < this.loss;
	}

	/** What the nodes say arrives, and so do news, but no answers. */
	void losesAnswers(boolean loses) {
		this.losesAnswers = loses;
	}

	boolean losesAnswers() {
		return this.losesAnswers;
	}

	void longestLatency(long millis) {
		this.longestLatencyMillis = millis;
	}

	/** So long the store works on each action; it does one thing at a time. */
	void work(Duration work) {
		this.work = work;
	}

	/** When the store has done so many actions that arrive then. */
	long done(long arrival, int actions) {
		this.busyUntil = Math.max(this.busyUntil, arrival) + this.work.multipliedBy(actions).toNanos();
		return this.busyUntil;
	}

	long latency() {
		return this.random.nextLong(200_000, this.longestLatencyMillis * 1_000_000);
	}

	/** So many nodes open their breakers by their own rules. */
	void trip(int count) {
		for (int i = 0; i < count; i++) {
			this.nodes.get(i).trip();
		}
	}

	/** The fleet is open by the votes of its first nodes. */
	void open() {
		trip((this.nodes.size() < 3) ? 1 : (this.nodes.size() * 3 + 9) / 10);
		advance(Duration.ofMillis(500));
		assertThat(fleetState()).isEqualTo(State.OPEN);
	}

	void assertStates(State state) {
		assertThat(this.nodes).allSatisfy((node) -> assertThat(node.breaker.state()).as(node.name).isEqualTo(state));
	}

	void assertFleet(State state) {
		assertThat(fleetState()).isEqualTo(state);
		assertStates(state);
	}

}
