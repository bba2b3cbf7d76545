package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Another config for a group is for every key: those that have a breaker, those that get
 * one, and those whose breaker was let go.
 */
class GroupReconfigureTests {

	private final HandClock clock = new HandClock();

	private final HandWallClock wall = new HandWallClock();

	private final CircuitBreakerConfig config = CircuitBreakerConfig.builder()
		.consecutiveFailureThreshold(3)
		.waitDurationInOpenState(Duration.ofSeconds(30))
		.nanoClock(this.clock)
		.clock(this.wall)
		.build();

	private final CircuitBreakerConfig other = CircuitBreakerConfig.builder()
		.consecutiveFailureThreshold(2)
		.waitDurationInOpenState(Duration.ofSeconds(5))
		.build();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.config);

	private final RecordingListener heard = new RecordingListener();

	private final CircuitBreakerGroup group = this.registry.group("inventory", this.config, 3);

	GroupReconfigureTests() {
		this.registry.addListener(this.heard);
	}

	@Test
	void whatWasDueBeforeTheConfigHasTheTimeOfThen() {
		this.clock.advance(Duration.ofSeconds(100));
		CircuitBreakerGroup small = this.registry.group("small", this.config, 1);
		CircuitBreaker a = small.get("a");
		RecordingListener kept = new RecordingListener();
		a.addListener(kept);
		fail(a, 3);
		small.get("b");
		assertThat(small.find("a")).isEmpty();
		Instant over = this.wall.instant().plusSeconds(30);
		advance(40);
		small.reconfigure(this.other);
		small.apply(StateCommand.to(State.FORCED_OPEN));
		advance(50);
		assertThat(a.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(kept.changes()).extracting(StateChange::to)
			.containsExactly(State.OPEN, State.HALF_OPEN, State.FORCED_OPEN);
		assertThat(kept.changes()).extracting(StateChange::at)
			.containsExactly(over.minusSeconds(30), over, over.plusSeconds(10));
	}

	private void advance(int seconds) {
		this.clock.advance(Duration.ofSeconds(seconds));
		this.wall.advance(Duration.ofSeconds(seconds));
	}

	@Test
	void keysThatAreThereAndThoseToComeHaveTheNewConfig() {
		CircuitBreaker a = this.group.get("a");
		this.group.reconfigure(this.other);
		CircuitBreaker b = this.group.get("b");
		assertThat(List.of(a.config(), b.config(), this.group.config()))
			.extracting(CircuitBreakerConfig::consecutiveFailureThreshold)
			.containsOnly(2);
		fail(a, 2);
		fail(b, 2);
		assertThat(List.of(a.state(), b.state())).containsOnly(State.OPEN);
	}

	@Test
	void allKeysShareOneConfigOnTheClocksOfTheGroup() {
		CircuitBreaker a = this.group.get("a");
		this.group.reconfigure(this.other);
		assertThat(a.config()).isSameAs(this.group.config()).isSameAs(this.group.get("b").config());
		assertThat(a.config().nanoClock()).isSameAs(this.clock);
		assertThat(a.config().clock()).isSameAs(this.wall);
		CircuitBreakerConfig onTheClocks = this.config.toBuilder().consecutiveFailureThreshold(7).build();
		this.group.reconfigure(onTheClocks);
		assertThat(a.config()).isSameAs(onTheClocks).isSameAs(this.group.config());
	}

	@Test
	void stateTotalsAndTheRestOfAWaitStay() {
		CircuitBreaker a = this.group.get("a");
		succeed(a);
		fail(a, 3);
		this.clock.advance(Duration.ofSeconds(10));
		Snapshot before = a.snapshot();
		this.heard.forget();
		this.group.reconfigure(this.other);
		assertThat(a.snapshot()).isEqualTo(before);
		assertThat(a.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(20));
		assertThat(this.heard.news()).isEmpty();
	}

	@Test
	void aReferenceThatWasKeptHadTheConfigBeforeTheCommand() {
		CircuitBreaker kept = this.group.get("kept");
		fill();
		assertThat(this.group.find("kept")).isEmpty();
		this.group.reconfigure(this.other);
		this.group.apply(StateCommand.to(State.OPEN));
		this.clock.advance(Duration.ofSeconds(4));
		assertThat(kept.state()).isEqualTo(State.OPEN);
		assertThat(kept.snapshot().retryAfter()).as("of the wait of the new config").isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void aKeyThatComesWhileACommandHoldsHasItsWaitAndTheNewConfig() {
		this.group.apply(StateCommand.to(State.OPEN));
		this.group.reconfigure(this.other);
		this.clock.advance(Duration.ofSeconds(10));
		CircuitBreaker late = this.group.get("late");
		assertThat(late.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(20));
		assertThat(late.config()).isSameAs(this.group.config());
	}

	@Test
	void aReferenceThatWasKeptShowsTheNewConfig() {
		CircuitBreaker kept = this.group.get("kept");
		fill();
		assertThat(this.group.find("kept")).isEmpty();
		this.group.reconfigure(this.other);
		assertThat(kept.config()).isSameAs(this.group.config());
	}

	@Test
	void aBreakerThatComesBackGoesOnUnderTheNewConfig() {
		CircuitBreaker kept = this.group.get("kept");
		fail(kept, 1);
		fill();
		IntStream.range(0, 3).forEach((i) -> fail(this.group.get("k" + i), 1));
		this.group.get("one more");
		assertThat(this.group.find("kept")).isEmpty();
		this.group.reconfigure(this.other);
		fail(kept, 1);
		assertThat(this.group.find("kept")).containsSame(kept);
		assertThat(kept.state()).as("the second failure in a row").isEqualTo(State.OPEN);
		assertThat(kept.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(5));
	}

	@Test
	void theBreakerThatKeysShareHasTheNewConfig() {
		IntStream.range(0, 3).forEach((i) -> this.group.get("busy" + i).acquire());
		CircuitBreaker shared = this.group.get("x");
		this.group.reconfigure(this.other);
		assertThat(shared.config()).isSameAs(this.group.config());
		this.registry.remove(shared.name());
		assertThat(this.group.get("y").config()).isSameAs(this.group.config());
	}

	@Test
	void aConfigOfOneKeyIsReplaced() {
		CircuitBreaker a = this.group.get("a");
		CircuitBreaker b = this.group.get("b");
		a.reconfigure(this.other);
		assertThat(a.config().consecutiveFailureThreshold()).isEqualTo(2);
		assertThat(b.config()).isSameAs(this.config);
		this.group.reconfigure(this.config.toBuilder().consecutiveFailureThreshold(5).build());
		assertThat(List.of(a.config(), b.config())).containsOnly(this.group.config());
	}

	@Test
	void aConfigOfOneKeyStaysWhereTheGroupHasNoNewOne() {
		CircuitBreaker a = this.group.get("a");
		a.reconfigure(this.other);
		fill();
		this.group.apply(StateCommand.reset());
		assertThat(a.config().consecutiveFailureThreshold()).isEqualTo(2);
		succeed(a);
		assertThat(a.config().consecutiveFailureThreshold()).isEqualTo(2);
	}

	@Test
	void aCommandThatHoldsGoesOnUnderTheNewConfig() {
		CircuitBreaker a = this.group.get("a");
		this.group.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(1)));
		this.clock.advance(Duration.ofSeconds(20));
		this.group.reconfigure(this.other);
		CircuitBreaker b = this.group.get("b");
		assertThat(List.of(a.state(), b.state())).containsOnly(State.FORCED_OPEN);
		assertThat(List.of(a.snapshot().retryAfter(), b.snapshot().retryAfter())).containsOnly(Duration.ofSeconds(40));
		assertThat(this.group.standingCommand()).isPresent();
	}

	@Test
	void openedKeysHaveOneWaitWhetherMadeBeforeOrAfter() {
		CircuitBreaker a = this.group.get("a");
		CircuitBreaker kept = this.group.get("kept");
		fill();
		this.group.apply(StateCommand.to(State.OPEN));
		this.group.reconfigure(this.other);
		this.clock.advance(Duration.ofSeconds(10));
		this.registry.remove("inventory:k0");
		CircuitBreaker later = this.group.get("later");
		assertThat(List.of(a, kept, later)).extracting((breaker) -> breaker.snapshot().retryAfter())
			.as("of the config under which they were opened")
			.containsOnly(Duration.ofSeconds(20));
		assertThat(later.config()).isSameAs(this.group.config());
		this.clock.advance(Duration.ofSeconds(20));
		fail(later, 1);
		assertThat(later.snapshot().retryAfter()).as("the next wait").isEqualTo(Duration.ofSeconds(5));
	}

	@Test
	void theInitialStateIsForKeysMadeLater() {
		CircuitBreaker a = this.group.get("a");
		this.group.reconfigure(this.other.toBuilder().initialState(State.METRICS_ONLY).build());
		assertThat(a.state()).isEqualTo(State.CLOSED);
		assertThat(this.group.get("b").state()).isEqualTo(State.METRICS_ONLY);
	}

	@Test
	void whatTheConfigDecidesIsInForceBeforeItIsHeard() {
		CircuitBreakerConfig two = this.config.toBuilder()
			.withoutConsecutiveFailureThreshold()
			.permittedNumberOfCallsInHalfOpenState(2)
			.build();
		this.group.reconfigure(two);
		List<CircuitBreaker> all = List.of(this.group.get("a"), this.group.get("b"));
		this.group.apply(StateCommand.to(State.HALF_OPEN));
		all.forEach(GroupReconfigureTests::succeed);
		List<State> seen = new ArrayList<>();
		this.registry.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				all.forEach((each) -> seen.add(each.state()));
			}

		});
		this.group.reconfigure(two.toBuilder().permittedNumberOfCallsInHalfOpenState(1).build());
		assertThat(seen).hasSize(4).containsOnly(State.CLOSED);
	}

	@Test
	void aGroupThatWasRemovedCanBeReconfigured() {
		CircuitBreaker a = this.group.get("a");
		this.registry.removeGroup("inventory");
		this.group.reconfigure(this.other);
		assertThat(List.of(a.config(), this.group.get("b").config())).containsOnly(this.group.config());
	}

	@Test
	void noConfigIsRefused() {
		assertThatNullPointerException().isThrownBy(() -> this.group.reconfigure(null)).withMessage("config");
		assertThat(this.group.config()).isSameAs(this.config);
	}

	@Test
	void ofTwoConfigsAtATimeAllKeysGoOnUnderTheSameOne() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(3);
		CircuitBreakerGroup many = this.registry.group("many", this.config, 20);
		List<CircuitBreaker> everyone = new ArrayList<>();
		for (int round = 0; round < 50; round++) {
			CountDownLatch start = new CountDownLatch(1);
			List<Future<?>> ends = new ArrayList<>();
			for (int threshold : new int[] { 2 * round + 10, 2 * round + 11 }) {
				CircuitBreakerConfig given = this.config.toBuilder().consecutiveFailureThreshold(threshold).build();
				ends.add(threads.submit(() -> {
					start.await();
					many.reconfigure(given);
					return null;
				}));
			}
			int from = round * 4;
			Future<List<CircuitBreaker>> made = threads.submit(() -> {
				start.await();
				return IntStream.range(from, from + 4).mapToObj((i) -> many.get("k" + i)).toList();
			});
			start.countDown();
			for (Future<?> end : ends) {
				end.get(10, TimeUnit.SECONDS);
			}
			everyone.addAll(made.get(10, TimeUnit.SECONDS));
			assertThat(everyone).as("those that were let go too")
				.extracting(CircuitBreaker::config)
				.containsOnly(many.config());
		}
		threads.shutdown();
	}

	private void fill() {
		IntStream.range(0, 3).forEach((i) -> this.group.get("k" + i));
	}

	private static void succeed(CircuitBreaker breaker) {
		breaker.acquire().success("good", 0);
	}

	private static void fail(CircuitBreaker breaker, int times) {
		for (int i = 0; i < times; i++) {
			breaker.acquire().failure(new IllegalStateException("down"), 0);
		}
	}

	@Test
	void aCallInAListenerBeginsAfterWhatListenersTook() {
		CircuitBreakerConfig hanging = this.config.toBuilder()
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(100)
			.countHungCalls(true)
			.build();
		CircuitBreakerGroup two = this.registry.group("two", hanging, 2);
		CircuitBreaker a = two.get("a");
		CircuitBreaker b = two.get("b");
		List<Permit> hung = List.of(a.acquire(), b.acquire());
		List<Permit> made = new ArrayList<>();
		this.registry.addListener(new CircuitBreakerListener() {

			private CircuitBreaker first;

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				if (this.first == null) {
					this.first = breaker;
					made.add(((breaker == a) ? b : a).acquire());
				}
				else {
					GroupReconfigureTests.this.clock.advance(Duration.ofSeconds(5));
				}
			}

		});
		this.clock.advance(Duration.ofSeconds(2));
		two.reconfigure(hanging);
		hung.forEach(Permit::release);
		assertThat(made).hasSize(1);
		assertThat(List.of(a.snapshot().oldestInFlight(), b.snapshot().oldestInFlight())).containsOnly(Duration.ZERO);
		assertThat(a.snapshot().inFlight() + b.snapshot().inFlight()).isEqualTo(1);
	}

}
