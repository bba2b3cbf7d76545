package dev.breaker.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import dev.breaker.CircuitBreaker;
import dev.breaker.State;
import dev.breaker.StateCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records and news that are damaged, or were made up.
 */
@ExtendWith(OutputCaptureExtension.class)
class FleetHostileRecordsTests {

	private final HandTime time = new HandTime();

	private final ScriptedTransport transport = new ScriptedTransport();

	private final CircuitBreaker breaker = CircuitBreaker.of("payments", new TestFleet().breakerConfig());

	private final FleetNode node = new FleetNode(
			new FleetSettings(new NodeId("a", "1"), Quorum.DEFAULT, TestFleet.HEARTBEAT, TestFleet.NODE_TIMEOUT),
			this.transport, new HandExecutor(this.time), this.time::nanos, new Random(1));

	@Test
	void aRecordThatCannotBeFollowedHarmsNothing(CapturedOutput output) {
		for (FleetRecord hostile : hostile()) {
			this.transport.changed.add(hostile);
		}
		this.transport.changed.add(record("payments", 3, 3, State.FORCED_OPEN, -1,
				new Action.FleetCommand("FORCED_OPEN", -1, null, null)));
		start();
		assertThat(this.breaker.state()).as("the sound one is followed").isEqualTo(State.FORCED_OPEN);
		assertThat(this.node.status().connected()).isTrue();
		this.time.advance(Duration.ofMinutes(59));
		assertThat(output.getAll().lines().filter((line) -> line.contains("is ignored, since"))).hasSize(1);
	}

	@Test
	void newsThatCannotBeFollowedHarmsNothing() {
		start();
		List<FleetRecord> hostile = hostile();
		this.transport.tell(new News(1, "life", hostile));
		this.transport.tell(new News(1, "life", null));
		this.transport.tell(new News(1, null, hostile));
		this.transport.tell(new News(Long.MAX_VALUE, "life", hostile));
		this.transport.tell(new News(-1, "life", hostile));
		this.transport.tell(null);
		this.time.advance(Duration.ofSeconds(2));
		assertThat(this.breaker.state()).isEqualTo(State.CLOSED);
		assertThat(this.node.status().connected()).isTrue();
	}

	@Test
	void newsOfAnEpochThatTheStoreNeverHadIsTakenBack() {
		start();
		this.transport
			.tell(new News(1, "life", List.of(record("payments", 1L << 50, 1L << 50, State.OPEN, 60_000, null))));
		this.time.advance(Duration.ofMillis(10));
		assertThat(this.breaker.state()).isEqualTo(State.OPEN);
		this.time.advance(Duration.ofSeconds(4));
		assertThat(this.breaker.state()).isEqualTo(State.CLOSED);
		this.transport.changed.add(record("payments", 4, 4, State.OPEN, 90_000, null));
		this.transport.revision = 4;
		this.time.advance(Duration.ofSeconds(2));
		assertThat(this.breaker.state()).as("lower epochs are heard again").isEqualTo(State.OPEN);
	}

	@Test
	void aReplicaWithOlderDataEndsNothing() {
		this.transport.revision = 4;
		this.transport.changed.add(record("payments", 4, 4, State.FORCED_OPEN, -1,
				new Action.FleetCommand("FORCED_OPEN", -1, null, null)));
		start();
		this.transport.thrown = new IllegalStateException("no connection");
		this.time.advance(Duration.ofHours(1));
		this.transport.thrown = null;
		this.transport.revisionOfComplete = 2;
		this.time.advance(Duration.ofSeconds(4));
		assertThat(this.transport.completes).isEqualTo(2);
		assertThat(this.breaker.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.transport.last.known()).as("so that the replica sees that it has gone back").isEqualTo(4);
	}

	@Test
	void newsFromBeforeACommandDoesNotUndoIt() {
		start();
		this.transport.revision = 4;
		this.transport.tell(new News(this.time.millis(), "life",
				List.of(record("payments", 4, 4, State.OPEN, this.time.millis() + 60_000, null))));
		this.node.command("payments", StateCommand.to(State.CLOSED).actor("alice"));
		this.time.advance(Duration.ofMillis(10));
		assertThat(this.breaker.state()).isEqualTo(State.CLOSED);
		this.time.advance(Duration.ofSeconds(2));
		assertThat(this.breaker.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void anAnswerThatCannotBeReadIsAnOutage() {
		start();
		assertThat(this.node.status().connected()).isTrue();
		this.transport.broken = true;
		this.time.advance(Duration.ofSeconds(10));
		assertThat(this.node.status().connected()).isFalse();
		assertThat(this.node.status().lastError()).contains("cannot be read");
		this.transport.broken = false;
		this.time.advance(Duration.ofSeconds(3));
		assertThat(this.node.status().connected()).isTrue();
	}

	@Test
	void aTransportThatThrowsIsAnOutage() {
		start();
		this.transport.thrown = new IllegalStateException("no connection");
		this.time.advance(Duration.ofSeconds(10));
		assertThat(this.node.status().connected()).isFalse();
		this.transport.thrown = null;
		this.time.advance(Duration.ofSeconds(3));
		assertThat(this.node.status().connected()).isTrue();
	}

	@Test
	void anAnswerThatNeverComesIsGivenUp() {
		start();
		this.transport.silent = true;
		this.time.advance(Duration.ofSeconds(10));
		assertThat(this.node.status().lastError()).contains("no answer within PT5S");
		this.transport.silent = false;
		this.time.advance(Duration.ofSeconds(10));
		assertThat(this.node.status().connected()).isTrue();
	}

	@Test
	void grantsThatCannotBeTrueGiveNoPlaces() {
		this.transport.changed.add(new FleetRecord("payments", 2, 2, State.HALF_OPEN, 0, -1, 1, "VOTES", 1, 1, 1,
				List.of(), null, new FleetRecord.Progress(5, 0, 0, 0, 0, List.of())));
		this.transport.grants
			.addAll(Arrays.asList(null, new Reply.Grant("payments", 1, 7, 3), new Reply.Grant("payments", 2, 8, -3),
					new Reply.Grant("payments", 2, 9, Integer.MAX_VALUE), new Reply.Grant("unknown", 2, 10, 3)));
		start();
		assertThat(this.breaker.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.breaker.tryAcquire()).isNull();
		this.transport.grants.add(new Reply.Grant("payments", 2, 11, 1));
		this.time.advance(Duration.ofSeconds(2));
		assertThat(this.breaker.tryAcquire()).isNotNull();
		assertThat(this.breaker.tryAcquire()).isNull();
	}

	private void start() {
		this.node.share(this.breaker);
		this.node.start();
		this.time.advance(Duration.ofMillis(10));
	}

	private static List<FleetRecord> hostile() {
		Action.FleetCommand unknown = new Action.FleetCommand("EXPLODED", -1, null, null);
		Action.FleetCommand disable = new Action.FleetCommand("DISABLED", -1, null, null);
		return Arrays.asList(null, record(null, 2, 2, State.OPEN, 1_000, null),
				record(" ", 2, 2, State.OPEN, 1_000, null), record("payments", 2, 2, null, 1_000, null),
				record("payments", -1, 2, State.OPEN, 1_000, null), record("payments", 5, 2, State.OPEN, 1_000, null),
				record("payments", Long.MAX_VALUE, Long.MAX_VALUE, State.OPEN, 1_000, null),
				record("payments", 2, 2, State.OPEN, Long.MAX_VALUE, null),
				record("payments", 2, 2, State.OPEN, -1, null), record("payments", 2, 2, State.FORCED_OPEN, -1, null),
				record("payments", 2, 2, State.FORCED_OPEN, -1, unknown),
				record("payments", 2, 2, State.FORCED_OPEN, -1, disable),
				new FleetRecord("payments", 2, 2, State.OPEN, 0, 1_000, -7, "VOTES", 1, 1, 1, List.of(), null, null),
				new FleetRecord("payments", 2, 2, State.OPEN, 0, 1_000, 1, null, 1, 1, 1, List.of(), null, null),
				new FleetRecord("payments", 2, 2, State.OPEN, 0, 1_000, 1, "VOTES", 1, 1, 1, null, null, null));
	}

	private static FleetRecord record(String name, long epoch, long revision, State state, long until,
			Action.FleetCommand command) {
		return new FleetRecord(name, epoch, revision, state, 0, until, 1, (command != null) ? "COMMAND" : "VOTES", 1, 1,
				1, List.of(), command, null);
	}

	/**
	 * A store that says what a test wants it to say.
	 */
	private final class ScriptedTransport implements FleetTransport {

		private final List<FleetRecord> changed = new ArrayList<>();

		private final List<Reply.Grant> grants = new ArrayList<>();

		private Consumer<News> consumer;

		private long revision = 3;

		/** Of answers with all records; zero where they have the same. */
		private long revisionOfComplete;

		/** How often all records were asked for. */
		private int completes;

		private Exchange last;

		private boolean broken;

		private boolean silent;

		private RuntimeException thrown;

		@Override
		public CompletionStage<Reply> exchange(Exchange exchange) {
			if (this.thrown != null) {
				throw this.thrown;
			}
			if (this.silent) {
				return new CompletableFuture<>();
			}
			this.last = exchange;
			boolean complete = exchange.incarnation() == null;
			this.completes += complete ? 1 : 0;
			Reply reply = new Reply(FleetHostileRecordsTests.this.time.millis(), this.broken ? null : "life",
					(complete && this.revisionOfComplete > 0) ? this.revisionOfComplete : this.revision, 1, 1,
					new ArrayList<>(this.changed), new ArrayList<>(this.grants));
			this.changed.clear();
			this.grants.clear();
			return CompletableFuture.completedFuture(reply);
		}

		void tell(News news) {
			this.consumer.accept(news);
		}

		@Override
		public CompletionStage<FleetView> view() {
			return CompletableFuture.completedFuture(new FleetView(List.of()));
		}

		@Override
		public void listen(Consumer<News> consumer) {
			this.consumer = consumer;
		}

		@Override
		public void close() {
		}

	}

}
