package dev.breaker.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Reason;
import dev.breaker.State;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * How a node joins a fleet and leaves it, on a real executor and the real clock.
 */
class FleetJoinTests {

	private static final FleetSettings SETTINGS = new FleetSettings(new NodeId("late", "1"), Quorum.DEFAULT,
			Duration.ofSeconds(1), Duration.ofSeconds(5));

	private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

	private final ModelStore store = new ModelStore(1_700_000_000_000L);

	private final CircuitBreaker breaker = CircuitBreaker.of("payments",
			CircuitBreakerConfig.builder().waitDurationInOpenState(Duration.ofSeconds(90)).build());

	@AfterEach
	void end() {
		this.executor.shutdownNow();
	}

	@Test
	void aNodeTakesOverWhatIsOpenBeforeItsFirstCall() {
		order("OPEN", 60_000);
		this.store.now(this.store.now() + 20_000);
		try (FleetNode node = new FleetNode(SETTINGS, new DirectTransport(false), this.executor)) {
			node.share(this.breaker);
			assertThat(node.join(Duration.ofSeconds(30))).isTrue();
			assertThat(this.breaker.state()).isEqualTo(State.OPEN);
			assertThat(this.breaker.retryAfter()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(40));
		}
	}

	@Test
	void aFleetThatIsHalfOpenIsJoinedHalfOpen() {
		order("OPEN", 1_000);
		this.store.now(this.store.now() + 20_000);
		try (FleetNode node = new FleetNode(SETTINGS, new DirectTransport(false), this.executor)) {
			node.share(this.breaker);
			assertThat(node.join(Duration.ofSeconds(30))).isTrue();
			assertThat(this.breaker.state()).isEqualTo(State.HALF_OPEN);
			assertThat(this.breaker.snapshot().lastChange().reason()).isEqualTo(Reason.FLEET);
		}
	}

	private void order(String state, long wait) {
		this.store.exchange(new Exchange(new NodeId("first", "1"), null, 0, Duration.ofMinutes(5), Quorum.DEFAULT, null,
				List.of(new Action.Order("payments", new Action.FleetCommand(state, -1, null, null), wait))));
	}

	@Test
	void aNodeThatIsNotAnsweredInTimeStartsAlone() {
		order("FORCED_OPEN", 0);
		DirectTransport slow = new DirectTransport(true);
		try (FleetNode node = new FleetNode(SETTINGS, slow, this.executor)) {
			node.share(this.breaker);
			assertThat(node.join(Duration.ofMillis(20))).isFalse();
			assertThat(this.breaker.state()).isEqualTo(State.CLOSED);
			assertThat(node.status().connected()).isFalse();
			slow.answer();
			Awaitility.await().until(() -> this.breaker.state() == State.FORCED_OPEN);
			assertThat(node.status().connected()).isTrue();
		}
	}

	@Test
	void aStoreThatRefusesDoesNotKeepTheNodeWaiting() {
		FleetTransport refusing = new DirectTransport(false) {

			@Override
			public CompletionStage<Reply> exchange(Exchange exchange) {
				return CompletableFuture.failedFuture(new IllegalStateException("refused"));
			}

		};
		try (FleetNode node = new FleetNode(SETTINGS, refusing, this.executor)) {
			node.share(this.breaker);
			assertThat(node.join(Duration.ofMinutes(4))).isFalse();
			assertThat(node.status().lastError()).contains("refused");
		}
	}

	@Test
	void aBreakerThatIsSharedLaterFollowsAtOnce() {
		order("FORCED_OPEN", 0);
		try (FleetNode node = new FleetNode(SETTINGS, new DirectTransport(false), this.executor)) {
			assertThat(node.join(Duration.ofSeconds(30))).isTrue();
			node.share(this.breaker);
			Awaitility.await().until(() -> this.breaker.state() == State.FORCED_OPEN);
			assertThat(node.record("payments")).isPresent();
		}
	}

	@Test
	void aBreakerThatIsMadeAnewFollowsAtOnce() {
		order("FORCED_OPEN", 0);
		try (FleetNode node = new FleetNode(SETTINGS, new DirectTransport(false), this.executor)) {
			node.share(this.breaker);
			assertThat(node.join(Duration.ofSeconds(30))).isTrue();
			node.unshare(this.breaker);
			CircuitBreaker anew = CircuitBreaker.ofDefaults("payments");
			node.share(anew);
			Awaitility.await().until(() -> anew.state() == State.FORCED_OPEN);
			assertThat(node.record("payments")).isPresent();
		}
	}

	@Test
	void aBreakerThatIsSharedLaterFollowsHoweverManyOthersAreHeld() {
		List<Action> orders = new ArrayList<>();
		for (int i = 0; i < 10_001; i++) {
			orders.add(new Action.Order("breaker-" + i, new Action.FleetCommand("FORCED_OPEN", -1, null, null), 0));
		}
		this.store.exchange(
				new Exchange(new NodeId("first", "1"), null, 0, Duration.ofMinutes(5), Quorum.DEFAULT, null, orders));
		try (FleetNode node = new FleetNode(SETTINGS, new DirectTransport(false), this.executor)) {
			assertThat(node.join(Duration.ofSeconds(30))).isTrue();
			CircuitBreaker last = CircuitBreaker.ofDefaults("breaker-10000");
			node.share(last);
			Awaitility.await().until(() -> last.state() == State.FORCED_OPEN);
		}
	}

	@Test
	void aNodeThatLeavesWithdrawsItsVote() {
		FleetNode node = new FleetNode(new FleetSettings(new NodeId("leaving", "1"), new Quorum(2, 0),
				SETTINGS.heartbeat(), SETTINGS.nodeTimeout()), new DirectTransport(false), this.executor);
		node.share(this.breaker);
		assertThat(node.join(Duration.ofSeconds(30))).isTrue();
		for (int i = 0; i < 20; i++) {
			TestNode.end(this.breaker.acquire(), false);
		}
		Awaitility.await().until(() -> this.store.votes("payments") == 1);
		node.close();
		node.close();
		Awaitility.await().until(() -> this.store.votes("payments") == 0);
		assertThat(this.breaker.state()).as("it goes on alone").isEqualTo(State.OPEN);
	}

	@Test
	void aBreakerThatIsNoLongerSharedWithdrawsItsVote() {
		try (FleetNode node = new FleetNode(
				new FleetSettings(new NodeId("a", "1"), new Quorum(2, 0), SETTINGS.heartbeat(), SETTINGS.nodeTimeout()),
				new DirectTransport(false), this.executor)) {
			node.share(this.breaker);
			assertThat(node.join(Duration.ofSeconds(30))).isTrue();
			for (int i = 0; i < 20; i++) {
				TestNode.end(this.breaker.acquire(), false);
			}
			Awaitility.await().until(() -> this.store.votes("payments") == 1);
			node.unshare(this.breaker);
			Awaitility.await().until(() -> this.store.votes("payments") == 0);
			assertThat(node.shares("payments")).isFalse();
			assertThat(node.isLocalOnly(this.breaker)).isFalse();
		}
	}

	@Test
	void twoBreakersOfOneNameAreRefused() {
		try (FleetNode node = new FleetNode(SETTINGS, new DirectTransport(false), this.executor)) {
			node.share(this.breaker);
			node.share(this.breaker);
			assertThatThrownBy(() -> node.share(CircuitBreaker.ofDefaults("payments")))
				.isInstanceOf(IllegalArgumentException.class)
				.hasMessageContaining("'payments'")
				.hasMessageContaining("unshare");
		}
	}

	@Test
	void timesThatContradictEachOtherAreRefused() {
		assertThatThrownBy(() -> new FleetNode(
				new FleetSettings(SETTINGS.node(), Quorum.DEFAULT, Duration.ofSeconds(5), Duration.ofSeconds(5)),
				new DirectTransport(false), this.executor))
			.hasMessage("Invalid nodeTimeout (PT5S): must be longer than the heartbeat (PT5S)");
		assertThatThrownBy(() -> new FleetNode(
				new FleetSettings(SETTINGS.node(), Quorum.DEFAULT, Duration.ZERO, Duration.ofSeconds(5)),
				new DirectTransport(false), this.executor))
			.hasMessage("Invalid heartbeat (PT0S): must be above zero");
	}

	/**
	 * The store is a method call away, unless it waits to be told to answer.
	 */
	private class DirectTransport implements FleetTransport {

		private final CompletableFuture<Void> answering = new CompletableFuture<>();

		DirectTransport(boolean waits) {
			if (!waits) {
				answer();
			}
		}

		void answer() {
			this.answering.complete(null);
		}

		@Override
		public CompletionStage<Reply> exchange(Exchange exchange) {
			return this.answering.thenApply((nothing) -> FleetJoinTests.this.store.exchange(exchange));
		}

		@Override
		public CompletionStage<FleetView> view() {
			return CompletableFuture.completedFuture(FleetJoinTests.this.store.view());
		}

		@Override
		public void listen(Consumer<News> consumer) {
			FleetJoinTests.this.store.listen(consumer);
		}

		@Override
		public void close() {
		}

	}

}
