package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A command to a group is for every key: those that have a breaker, and those that get
 * one while it holds.
 */
class GroupCommandTests {

	private final HandClock clock = new HandClock();

	private final CircuitBreakerConfig config = CircuitBreakerConfig.builder()
		.consecutiveFailureThreshold(3)
		.waitDurationInOpenState(Duration.ofSeconds(30))
		.nanoClock(this.clock)
		.build();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.config);

	private final RecordingListener heard = new RecordingListener();

	private final CircuitBreakerGroup group = this.registry.group("inventory", this.config, 5);

	GroupCommandTests() {
		this.registry.addListener(this.heard);
	}

	@Test
	void aReferenceThatWasKeptIsInTheStateOfTheGroup() {
		CircuitBreakerGroup small = this.registry.group("small", this.config, 1);
		CircuitBreaker kept = small.get("a");
		small.get("b");
		assertThat(small.find("a")).isEmpty();
		small.apply(StateCommand.to(State.FORCED_OPEN));
		assertThat(kept.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(kept.tryAcquire()).isNull();
	}

	@Test
	void aHoldThatAReferenceMissedEndsWhenItEndedForAll() {
		HandWallClock wall = new HandWallClock();
		CircuitBreakerGroup small = this.registry.group("small", this.config.toBuilder().clock(wall).build(), 1);
		CircuitBreaker kept = small.get("a");
		small.get("b");
		small.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofSeconds(10)));
		this.clock.advance(Duration.ofSeconds(100));
		wall.advance(Duration.ofSeconds(100));
		kept.run(() -> {
		});
		assertThat(kept.snapshot().lastChange()).extracting(StateChange::reason, StateChange::at)
			.containsExactly(Reason.HOLD_ELAPSED, HandWallClock.START.plusSeconds(10));
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void aCommandWithoutHoldIsForEveryKeyUntilAnother(State state) {
		this.group.get("a");
		this.group.apply(StateCommand.to(state).comment("partner asked").actor("alice"));
		this.clock.advance(Duration.ofDays(365));
		assertThat(this.group.get("a").state()).isEqualTo(state);
		CircuitBreaker later = this.group.get("later");
		assertThat(later.state()).isEqualTo(state);
		assertThat(later.snapshot().lastChange()).isNotNull()
			.extracting(StateChange::reason, StateChange::comment, StateChange::actor)
			.containsExactly(Reason.COMMAND, "partner asked", "alice");
		this.group.apply(StateCommand.to(State.CLOSED));
		assertThat(this.group.all()).extracting(CircuitBreaker::state).containsExactly(State.CLOSED, State.CLOSED);
		assertThat(this.group.get("last").state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "OPEN" })
	void aKeyMadeLaterHasTheRestOfTheHold(State state) {
		this.group.apply(StateCommand.to(state).hold(Duration.ofMinutes(10)));
		this.clock.advance(Duration.ofMinutes(4));
		CircuitBreaker later = this.group.get("later");
		assertThat(later.state()).isEqualTo(state);
		this.clock.advance(Duration.ofMinutes(6).minusNanos(1));
		CircuitBreaker last = this.group.get("last");
		assertThat(List.of(later.state(), last.state())).containsOnly(state);
		this.clock.advance(Duration.ofNanos(1));
		State after = (state != State.OPEN) ? State.CLOSED : State.HALF_OPEN;
		assertThat(List.of(later.state(), last.state())).containsOnly(after);
		assertThat(this.group.get("after").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void openWithoutHoldIsForTheFirstWaitOfTheConfig() {
		this.group.get("a");
		this.group.apply(StateCommand.to(State.OPEN));
		this.clock.advance(Duration.ofSeconds(20));
		CircuitBreaker later = this.group.get("later");
		assertThat(later.state()).isEqualTo(State.OPEN);
		assertThat(later.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(this.group.all()).extracting(CircuitBreaker::state).containsOnly(State.HALF_OPEN);
		assertThat(this.group.get("after").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void theOthersAreForThoseThatAreThere() {
		CircuitBreaker a = this.group.get("a");
		this.group.apply(StateCommand.to(State.HALF_OPEN));
		assertThat(a.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.group.get("b").state()).isEqualTo(State.CLOSED);
		a.call(() -> "good");
		this.group.apply(StateCommand.reset());
		assertThat(a.snapshot().successfulCallsTotal()).isZero();
		assertThat(this.heard.news()).contains("reset");
		this.group.apply(StateCommand.to(State.FORCED_OPEN));
		this.group.apply(StateCommand.reset());
		assertThat(this.group.get("c").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void nobodyHearsOfKeysThatBeginUnderACommand() {
		this.group.get("a");
		this.group.apply(StateCommand.to(State.FORCED_OPEN));
		assertThat(this.heard.news()).containsExactly("CLOSED -> FORCED_OPEN, COMMAND");
		this.group.get("b");
		IntStream.range(0, 100).forEach((i) -> this.group.get("k" + i));
		assertThat(this.heard.news()).hasSize(1);
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(() -> this.group.get("b").acquire());
	}

	@Test
	void aCommandIsInForceForAllBeforeAListenerHearsOfOne() {
		IntStream.range(0, 5).forEach((i) -> this.group.get("k" + i));
		List<State> seen = new ArrayList<>();
		this.registry.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				GroupCommandTests.this.group.all().forEach((key) -> seen.add(key.state()));
			}

		});
		this.group.apply(StateCommand.to(State.FORCED_OPEN));
		assertThat(seen).hasSize(25).containsOnly(State.FORCED_OPEN);
	}

	@Test
	void theBreakerThatKeysShareIsCommandedToo() {
		IntStream.range(0, 5).forEach((i) -> this.group.get("busy" + i).acquire());
		CircuitBreaker shared = this.group.get("x");
		this.group.apply(StateCommand.to(State.FORCED_OPEN));
		assertThat(shared.state()).isEqualTo(State.FORCED_OPEN);
		this.registry.remove(shared.name());
		assertThat(this.group.get("y").state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.group.overflow()).get().isNotSameAs(shared);
	}

	@Test
	void oneThatComesBackHasObeyedWhatItMissed() {
		CircuitBreaker a = this.group.get("a");
		a.open();
		CircuitBreaker b = this.group.get("b");
		a.close();
		fill();
		assertThat(this.group.find("a")).isEmpty();
		this.group.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(1)));
		this.registry.remove("inventory:k0");
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(a::acquire);
		assertThat(a.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.group.find("a")).containsSame(a);
		this.clock.advance(Duration.ofMinutes(2));
		fill();
		b.run(() -> {
		});
		assertThat(this.group.find("b")).containsSame(b);
		assertThat(b.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aHoldGivenLateHoldsForNewKeysUntilItEnds() {
		this.clock.advance(Duration.ofHours(1));
		this.group.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(10)));
		this.clock.advance(Duration.ofMinutes(10).minusNanos(1));
		assertThat(this.group.get("during").state()).isEqualTo(State.FORCED_OPEN);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(this.group.get("after").state()).isEqualTo(State.CLOSED);
		assertThat(this.group.get("after").snapshot().lastChange()).isNull();
	}

	@Test
	void aResetReachesOneThatComesBack() {
		CircuitBreaker a = this.group.get("a");
		for (int i = 0; i < 3; i++) {
			a.acquire().failure(new IllegalStateException(), 0);
		}
		fill();
		IntStream.range(0, 5).forEach((i) -> this.group.get("k" + i).acquire().failure(new IllegalStateException(), 0));
		this.group.get("last");
		assertThat(this.group.find("a")).isEmpty();
		this.group.apply(StateCommand.reset());
		assertThat(a.call(() -> "good")).isEqualTo("good");
		assertThat(a.snapshot().failedCallsTotal()).isZero();
	}

	@Test
	void aCommandToOneKeyIsForThatKey() {
		CircuitBreaker a = this.group.get("a");
		CircuitBreaker b = this.group.get("b");
		this.group.apply(StateCommand.to(State.FORCED_OPEN));
		a.close();
		assertThat(a.state()).isEqualTo(State.CLOSED);
		assertThat(b.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(this.group.get("c").state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void ofTwoCommandsAtATimeAllKeysObeyTheSameOne() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(3);
		CircuitBreakerGroup many = this.registry.group("many", this.config, 200);
		for (int round = 0; round < 50; round++) {
			CountDownLatch start = new CountDownLatch(1);
			List<Future<?>> ends = new ArrayList<>();
			for (State state : List.of(State.FORCED_OPEN, State.DISABLED)) {
				ends.add(threads.submit(() -> {
					start.await();
					many.apply(StateCommand.to(state));
					return null;
				}));
			}
			int from = round * 4;
			ends.add(threads.submit(() -> {
				start.await();
				IntStream.range(from, from + 4).forEach((i) -> many.get("k" + i));
				return null;
			}));
			start.countDown();
			for (Future<?> end : ends) {
				end.get(10, TimeUnit.SECONDS);
			}
			assertThat(many.all().stream().map(CircuitBreaker::state).distinct()).hasSize(1);
		}
		threads.shutdown();
	}

	@Test
	void theStandingCommandIsKnownUntilItsHoldIsOver() {
		HandWallClock wall = new HandWallClock();
		CircuitBreakerGroup seen = this.registry.group("seen", this.config.toBuilder().clock(wall).build(), 1);
		assertThat(seen.standingCommand()).isEmpty();
		StateCommand command = StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(1)).actor("alice");
		seen.apply(command);
		StandingCommand standing = new StandingCommand(command, HandWallClock.START.plusSeconds(60));
		assertThat(seen.standingCommand()).contains(standing);
		this.clock.advance(Duration.ofMinutes(1).minusNanos(1));
		wall.advance(Duration.ofSeconds(50));
		assertThat(seen.standingCommand()).contains(standing);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(seen.standingCommand()).isEmpty();
	}

	@Test
	void aStandingCommandWithoutHoldHasNoEnd() {
		StateCommand command = StateCommand.to(State.METRICS_ONLY).comment("trial");
		this.group.apply(command);
		this.clock.advance(Duration.ofDays(365));
		assertThat(this.group.standingCommand()).contains(new StandingCommand(command, null));
		this.group.apply(StateCommand.to(State.CLOSED));
		assertThat(this.group.standingCommand()).isEmpty();
	}

	@Test
	void aGroupWhoseClockThrowsIsCommandedAllTheSame() {
		HandWallClock wall = new HandWallClock();
		CircuitBreakerGroup seen = this.registry.group("seen", this.config.toBuilder().clock(wall).build(), 1);
		wall.breakDown(new StackOverflowError("clock"));
		try (LogCapture log = new LogCapture()) {
			seen.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(1)));
			assertThat(log.trouble())
				.containsExactly("The clock of circuit breaker group 'seen' failed; the system's stands in");
		}
		assertThat(seen.standingCommand()).get().extracting(StandingCommand::until).isNotNull();
		assertThat(seen.get("a").state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void whatTimeDecidesAfterAMissedCommandHasNotHappened() {
		HandWallClock wall = new HandWallClock();
		CircuitBreakerGroup small = this.registry.group("small", this.config.toBuilder().clock(wall).build(), 1);
		CircuitBreaker kept = small.get("a");
		for (int i = 0; i < 3; i++) {
			kept.acquire().failure(new IllegalStateException(), 0);
		}
		small.get("b");
		List<StateChange> heard = new ArrayList<>();
		kept.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				heard.add(change);
			}

		});
		this.clock.advance(Duration.ofSeconds(10));
		wall.advance(Duration.ofSeconds(10));
		small.apply(StateCommand.to(State.FORCED_OPEN));
		this.registry.remove("small:b");
		this.clock.advance(Duration.ofSeconds(90));
		wall.advance(Duration.ofSeconds(90));
		assertThat(kept.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(heard).singleElement()
			.extracting(StateChange::from, StateChange::to, StateChange::at)
			.containsExactly(State.OPEN, State.FORCED_OPEN, HandWallClock.START.plusSeconds(10));
	}

	@Test
	void theNewestCommandToAGroupIsVisibleAtEachKey() {
		CircuitBreaker a = this.group.get("a");
		this.group.apply(StateCommand.to(State.FORCED_OPEN).comment("partner asked").actor("alice"));
		this.group.apply(StateCommand.to(State.FORCED_OPEN).comment("bank moves").actor("bob"));
		assertThat(List.of(a, this.group.get("b"))).extracting((breaker) -> breaker.snapshot().lastChange())
			.extracting(StateChange::comment, StateChange::actor)
			.containsOnly(org.assertj.core.groups.Tuple.tuple("bank moves", "bob"));
	}

	private void fill() {
		IntStream.range(0, 5).forEach((i) -> this.group.get("k" + i));
	}

}
