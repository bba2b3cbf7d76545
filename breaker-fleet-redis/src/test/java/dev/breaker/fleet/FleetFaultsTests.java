package dev.breaker.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.breaker.State;
import dev.breaker.StateCommand;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Schedules of random faults: nodes are killed, paused and cut off, messages are lost and
 * late, the store is emptied and stopped, while breakers trip and operators give
 * commands. The seed is in the message of what fails; {@code -Dfleet.schedules=1000} runs
 * ten thousand.
 */
class FleetFaultsTests {

	private static final int SCHEDULES = Integer.getInteger("fleet.schedules", 10);

	private static final Duration THREE_HEARTBEATS = TestFleet.HEARTBEAT.multipliedBy(3);

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })
	void everyNodeConvergesAfterTheFaults(long first) {
		for (int i = 0; i < SCHEDULES; i++) {
			new Schedule(first + 10 * i).run();
		}
	}

	private static final class Schedule {

		private final String seed;

		private final TestFleet fleet;

		private final List<TestNode> paused = new ArrayList<>();

		/** The last command to be held that the store has had. */
		private @Nullable FleetRecord held;

		private boolean emptied;

		Schedule(long seed) {
			this.seed = "seed " + seed;
			this.fleet = new TestFleet(seed);
			this.fleet.store().listen((news) -> news.changed().forEach(this::look));
			this.fleet.start(3 + (int) (seed % 6));
		}

		void run() {
			this.fleet.loss(this.fleet.random.nextInt(4) * 0.1);
			this.fleet.longestLatency(1 + this.fleet.random.nextInt(200));
			for (int i = 0; i < 300; i++) {
				fault();
				traffic();
				this.fleet.advance(Duration.ofMillis(this.fleet.random.nextInt(400)));
			}
			mend();
			this.fleet.advance(THREE_HEARTBEATS);
			this.fleet.nodes.forEach(this::assertConverged);
			recover();
		}

		private void fault() {
			TestNode node = any();
			switch (this.fleet.random.nextInt(30)) {
				case 0 -> kill(node);
				case 1 -> {
					node.process.pause();
					this.paused.add(node);
				}
				case 2, 3 -> resume();
				case 4 -> node.cut(true);
				case 5, 6 -> node.cut(false);
				case 7 -> empty();
				case 8 -> this.fleet.down(true);
				case 9, 10, 11 -> this.fleet.down(false);
				case 12 -> command(node, StateCommand.to(State.FORCED_OPEN).actor("alice"));
				case 13, 14 -> command(node, StateCommand.reset().actor("bob"));
				case 15 -> command(node, StateCommand.to(State.OPEN).hold(Duration.ofSeconds(4)).actor("carol"));
				default -> {
				}
			}
		}

		private TestNode any() {
			return this.fleet.node(this.fleet.random.nextInt(this.fleet.nodes.size()));
		}

		private void kill(TestNode node) {
			if (!this.emptied) {
				node.kill();
				this.paused.remove(node);
				this.fleet.start();
			}
		}

		private void resume() {
			this.paused.forEach((each) -> each.process.resume());
			this.paused.clear();
		}

		/** A command that not all nodes know can be lost with the store. */
		private void empty() {
			FleetRecord lost = this.fleet.record();
			if (lost == null || this.emptied) {
				return;
			}
			boolean known = this.fleet.nodes.stream().map(TestNode::known).allMatch((each) -> isSame(each, lost));
			this.held = known ? this.held : null;
			this.fleet.store().flush();
			this.emptied = true;
		}

		/** Epochs of two lives of the store can be the same. */
		private static boolean isSame(@Nullable FleetRecord one, FleetRecord other) {
			return one != null && one.epoch() == other.epoch() && one.since() == other.since();
		}

		private void command(TestNode node, StateCommand command) {
			if (node.process.isRunning()) {
				node.node.command(TestFleet.BREAKER, command);
			}
		}

		private void traffic() {
			boolean well = this.fleet.random.nextInt(3) > 0;
			this.fleet.nodes.stream()
				.filter((node) -> node.process.isRunning())
				.forEach((node) -> node.call(well || this.fleet.random.nextBoolean()));
		}

		/** None is closed against a command. */
		private void look(FleetRecord begun) {
			this.emptied = false;
			if (begun.state() == State.FORCED_OPEN) {
				// One that is only remembered may be older than what ended it.
				boolean ordered = begun.epoch() == begun.revision();
				this.held = (ordered || this.held != null) ? begun : null;
			}
			else {
				assertThat(this.held == null || begun.command() != null)
					.as("%s: what ended %s: %s", this.seed, this.held, begun)
					.isTrue();
				this.held = null;
			}
		}

		private void mend() {
			this.fleet.loss(0);
			this.fleet.longestLatency(2);
			this.fleet.down(false);
			this.fleet.nodes.forEach((node) -> node.cut(false));
			resume();
		}

		private void assertConverged(TestNode node) {
			FleetRecord record = this.fleet.record();
			State local = node.breaker.state();
			String where = this.seed + ": " + node.name + " is " + local + " and knows " + node.known() + ", the store "
					+ record;
			State state = (record != null) ? record.state() : State.CLOSED;
			FleetRecord known = node.known();
			switch (state) {
				case CLOSED -> {
					assertThat(known == null || known.state() == State.CLOSED).as(where).isTrue();
					assertThat(local).as(where).isIn(State.CLOSED, State.OPEN, State.HALF_OPEN);
				}
				case OPEN, HALF_OPEN -> {
					assertThat(known).as(where).isNotNull();
					assertThat(known.epoch()).as(where).isEqualTo(record.epoch());
					long left = (state == State.OPEN) ? record.until() - this.fleet.store().now() : 0;
					if (record.command() != null) {
						// A node that gave the same command at another time has its own
						// end.
						assertThat(local).as(where).isIn(State.OPEN, State.HALF_OPEN);
					}
					else {
						assertThat(local).as(where).isEqualTo((left <= 0) ? State.HALF_OPEN : State.OPEN);
					}
				}
				case FORCED_OPEN, DISABLED, METRICS_ONLY -> {
					assertThat(known).as(where).isNotNull();
					assertThat(known.epoch()).as(where).isEqualTo(record.epoch());
					assertThat(local).as(where).isEqualTo(state);
				}
			}
			if (this.held != null) {
				assertThat(state).as(where).isEqualTo(State.FORCED_OPEN);
			}
		}

		/** Nothing stays open or half-open for ever. */
		private void recover() {
			State end = (this.fleet.fleetState() == State.FORCED_OPEN) ? State.FORCED_OPEN : State.CLOSED;
			for (int i = 0; i < 200; i++) {
				this.fleet.nodes.forEach((node) -> node.call(true));
				this.fleet.advance(Duration.ofMillis(500));
			}
			assertThat(this.fleet.fleetState()).as(this.seed).isEqualTo(end);
			assertThat(this.fleet.nodes).as(this.seed).allMatch((node) -> node.breaker.state() == end);
		}

	}

}
