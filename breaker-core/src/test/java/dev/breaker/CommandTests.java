package dev.breaker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * An operator's commands, from every state.
 */
class CommandTests {

	private static final Duration HOLD = Duration.ofMinutes(10);

	/** The commands, and where they lead. */
	enum Command {

		CLOSE(State.CLOSED, CircuitBreaker::close),

		OPEN(State.OPEN, CircuitBreaker::open),

		OPEN_FOR(State.OPEN, (breaker) -> breaker.open(HOLD)),

		HALF_OPEN(State.HALF_OPEN, CircuitBreaker::halfOpen),

		FORCE_OPEN(State.FORCED_OPEN, CircuitBreaker::forceOpen),

		FORCE_OPEN_FOR(State.FORCED_OPEN, (breaker) -> breaker.forceOpen(HOLD)),

		DISABLE(State.DISABLED, CircuitBreaker::disable),

		DISABLE_FOR(State.DISABLED, (breaker) -> breaker.disable(HOLD)),

		METRICS_ONLY(State.METRICS_ONLY, CircuitBreaker::metricsOnly),

		RESET(State.CLOSED, CircuitBreaker::reset);

		final State leadsTo;

		private final Consumer<CircuitBreaker> order;

		Command(State leadsTo, Consumer<CircuitBreaker> order) {
			this.leadsTo = leadsTo;
			this.order = order;
		}

		void give(TestBreaker test) {
			this.order.accept(test.breaker);
		}

	}

	static Stream<Arguments> everyCommandFromEveryState() {
		return Stream.of(State.values())
			.flatMap((from) -> Stream.of(Command.values()).map((command) -> arguments(from, command)));
	}

	@ParameterizedTest
	@MethodSource("everyCommandFromEveryState")
	void everyCommandIsValidFromEveryState(State from, Command command) {
		TestBreaker test = TestBreaker.simple().in(from);
		test.heard.forget();
		test.wall.advance(Duration.ofSeconds(1));
		command.give(test);
		assertThat(test.state()).isEqualTo(command.leadsTo);
		assertThat(test.snapshot().state()).isEqualTo(command.leadsTo);
		if (from != command.leadsTo) {
			assertThat(test.heard.changes()).singleElement()
				.isEqualTo(new StateChange(from, command.leadsTo, Reason.COMMAND, HandWallClock.START.plusSeconds(1),
						null, null, null));
			assertThat(test.snapshot().lastChange()).isEqualTo(test.heard.changes().get(0));
		}
		else {
			assertThat(test.heard.changes()).as("no change of state").isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("everyCommandFromEveryState")
	void everyCommandDoesWhatItSays(State from, Command command) {
		TestBreaker test = TestBreaker.simple().in(from);
		command.give(test);
		switch (command.leadsTo) {
			case CLOSED -> {
				test.fail(2);
				assertThat(test.state()).isEqualTo(State.CLOSED);
				test.fail();
				assertThat(test.state()).isEqualTo(State.OPEN);
			}
			case OPEN, FORCED_OPEN -> test.refused();
			case HALF_OPEN -> {
				Permit probe = test.take();
				test.refused();
				probe.success(null, 0);
				assertThat(test.state()).isEqualTo(State.CLOSED);
			}
			case DISABLED, METRICS_ONLY -> {
				test.fail(10);
				assertThat(test.state()).isEqualTo(command.leadsTo);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(value = Command.class, names = { "FORCE_OPEN", "DISABLE", "METRICS_ONLY" })
	void whatIsHeldLastsUntilAnotherCommand(Command command) {
		for (Command before : Command.values()) {
			TestBreaker test = TestBreaker.simple();
			before.give(test);
			command.give(test);
			test.advance(Duration.ofDays(10_000));
			assertThat(test.state()).as("after %s", before).isEqualTo(command.leadsTo);
			assertThat(test.snapshot().retryAfter()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Command.class, names = { "FORCE_OPEN_FOR", "DISABLE_FOR" })
	void aHoldEndsInClosedWithAnEmptyWindow(Command command) {
		for (Command before : Command.values()) {
			TestBreaker test = TestBreaker.simple();
			test.fail(2);
			before.give(test);
			command.give(test);
			test.heard.forget();
			test.advance(HOLD.minusNanos(1));
			assertThat(test.state()).isEqualTo(command.leadsTo);
			test.advance(Duration.ofNanos(1));
			assertThat(test.state()).as("after %s", before).isEqualTo(State.CLOSED);
			assertThat(test.heard.news()).containsExactly(command.leadsTo + " -> CLOSED, HOLD_ELAPSED");
			Snapshot snapshot = test.snapshot();
			assertThat(snapshot.bufferedCalls()).isZero();
			assertThat(snapshot.consecutiveFailures()).isZero();
			assertThat(snapshot.openings()).isZero();
			assertThat(snapshot.failedCallsTotal()).isEqualTo((before == Command.RESET) ? 0 : 2);
			test.fail(2);
			assertThat(test.state()).isEqualTo(State.CLOSED);
			test.fail();
			assertThat(test.state()).isEqualTo(State.OPEN);
		}
	}

	@Test
	void aNewHoldReplacesTheOld() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.forceOpen(HOLD);
		test.advance(HOLD.dividedBy(2));
		test.breaker.forceOpen(HOLD);
		test.advance(HOLD.minusNanos(1));
		assertThat(test.state()).isEqualTo(State.FORCED_OPEN);
		test.advance(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void anotherCommandEndsAHold() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.disable(HOLD);
		test.breaker.metricsOnly();
		test.advance(HOLD.multipliedBy(2));
		assertThat(test.state()).isEqualTo(State.METRICS_ONLY);
	}

	@Test
	void theHoldTellsHowMuchOfItIsLeft() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.forceOpen(HOLD);
		test.advance(Duration.ofMinutes(1));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofMinutes(9));
		assertThat(test.refused().retryAfter()).isEqualTo(Duration.ofMinutes(9));
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "FORCED_OPEN", "DISABLED" })
	void aBreakerShowsTheCommandThatHoldsItAndItsEnd(State state) {
		TestBreaker test = TestBreaker.simple();
		assertThat(test.breaker.explain().command()).isNull();
		StateCommand command = StateCommand.to(state).hold(HOLD).comment("partner asked").actor("alice");
		Instant given = test.wall.instant();
		test.breaker.apply(command);
		test.advance(HOLD.minusNanos(1));
		assertThat(test.breaker.explain().command()).isEqualTo(new StandingCommand(command, given.plus(HOLD)));
		test.breaker.reconfigure(test.breaker.config());
		assertThat(test.breaker.explain().command()).isNotNull();
		test.advance(Duration.ofNanos(1));
		assertThat(test.breaker.explain().command()).isNull();
	}

	@Test
	void aCommandWithoutAHoldHasNoEnd() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.metricsOnly();
		assertThat(commandedState(test)).isEqualTo(State.METRICS_ONLY);
		assertThat(test.breaker.explain().command()).extracting(StandingCommand::until).isNull();
		test.breaker.close();
		assertThat(commandedState(test)).isEqualTo(State.CLOSED);
		test.breaker.halfOpen();
		assertThat(commandedState(test)).isEqualTo(State.HALF_OPEN);
	}

	private static State commandedState(TestBreaker test) {
		return Objects.requireNonNull(test.breaker.explain().command()).command().state();
	}

	@Test
	void anEndThatNoInstantCanTellIsNone() {
		CircuitBreaker breaker = CircuitBreaker.of("late",
				CircuitBreakerConfig.builder().clock(Clock.fixed(Instant.MAX, ZoneOffset.UTC)).build());
		breaker.forceOpen(HOLD);
		assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(breaker.explain().command()).extracting(StandingCommand::until).isNull();
	}

	@Test
	void openForAWaitOfItsOwn() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(1).waitDurationJitter(1).waitDurationMultiplier(3));
		test.breaker.open(Duration.ofHours(2));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofHours(2));
		test.advance(Duration.ofHours(2).minusNanos(1));
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void openForAnotherWaitWhileItIsOpen() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.breaker.open(Duration.ofHours(2));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofHours(2));
		assertThat(test.snapshot().openings()).isEqualTo(1);
		assertThat(test.heard.changes()).hasSize(1);
	}

	@Test
	void theWaitOfItsOwnIsForThisOpeningAlone() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.open(Duration.ofHours(2));
		test.advance(Duration.ofHours(2));
		test.fail();
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void openAndHalfOpenGoOnByThemselves() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.open();
		assertThat(test.snapshot().openings()).isEqualTo(1);
		test.advance(Duration.ofSeconds(10));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.breaker.close();
		test.breaker.halfOpen();
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void closeAgainEmptiesTheWindowAndOpenAgainStartsTheWait() {
		TestBreaker test = TestBreaker.simple();
		test.fail(2);
		Permit old = test.take();
		test.breaker.close();
		old.failure(new IllegalStateException(), 0);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.breaker.open();
		test.advance(Duration.ofSeconds(6));
		test.breaker.open();
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
		assertThat(test.snapshot().openings()).isEqualTo(1);
		assertThat(test.heard.changes()).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void theSameStateAgainBeganWhenItBeganFirst(State state) {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN).in(state);
		Snapshot first = test.snapshot();
		test.wall.advance(Duration.ofSeconds(5));
		test.in(state);
		assertThat(test.snapshot().since()).isEqualTo(first.since());
		assertThat(test.snapshot().lastChange()).isEqualTo(first.lastChange());
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void theNewestCommandInTheSameStateIsVisible(State state) {
		TestBreaker test = TestBreaker.simple();
		test.breaker.apply(StateCommand.to(state).comment("partner asked").actor("alice"));
		test.heard.forget();
		test.wall.advance(Duration.ofSeconds(5));
		test.breaker.apply(StateCommand.to(state).comment("bank moves").actor("bob"));
		StateChange told = new StateChange(state, state, Reason.COMMAND, HandWallClock.START.plusSeconds(5), null,
				"bank moves", "bob");
		assertThat(test.heard.changes()).containsExactly(told);
		assertThat(test.snapshot().lastChange()).isEqualTo(told);
		assertThat(test.snapshot().since()).isEqualTo(HandWallClock.START);
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void noCommentOutlivesTheNextCommand(State state) {
		TestBreaker test = TestBreaker.simple();
		test.breaker.apply(StateCommand.to(state).comment("partner asked").actor("alice"));
		test.heard.forget();
		test.in(state);
		assertThat(test.heard.changes()).singleElement()
			.extracting(StateChange::from, StateChange::to, StateChange::comment, StateChange::actor)
			.containsExactly(state, state, null, null);
		test.in(state);
		assertThat(test.heard.changes()).as("nothing was said, and nothing is to be withdrawn").hasSize(1);
	}

	@Test
	void theSameWordsWithAnotherHoldAreANewCommand() {
		TestBreaker test = TestBreaker.simple();
		StateCommand command = StateCommand.to(State.FORCED_OPEN).comment("partner asked").actor("alice");
		test.breaker.apply(command.hold(HOLD));
		test.advance(Duration.ofMinutes(9));
		test.breaker.apply(command.hold(HOLD));
		assertThat(test.snapshot().lastChange().at()).isEqualTo(HandWallClock.START.plusSeconds(540));
		assertThat(test.snapshot().retryAfter()).isEqualTo(HOLD);
		assertThat(test.heard.changes()).hasSize(2);
	}

	@Test
	void aCommandThatOpensAnOpenBreakerIsNoOpening() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.breaker.apply(StateCommand.to(State.OPEN).actor("alice"));
		assertThat(test.snapshot().lastChange()).extracting(StateChange::reason, StateChange::actor)
			.containsExactly(Reason.COMMAND, "alice");
		assertThat(test.snapshot().openings()).isEqualTo(1);
	}

	@Test
	void aResetWithACommentIsHeardOnceWithIt() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.apply(StateCommand.reset().comment("drill is over"));
		assertThat(test.heard.news()).containsExactly("CLOSED -> CLOSED, COMMAND", "reset");
		assertThat(test.snapshot().lastChange().comment()).isEqualTo("drill is over");
	}

	@Test
	void halfOpenAgainHasAllPlacesFree() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		Permit old = test.take();
		test.breaker.halfOpen();
		Permit fresh = test.take();
		old.failure(new IllegalStateException(), 0);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		fresh.success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void commandedWaitsMayBeHugeAndZero() {
		Duration huge = Duration.ofSeconds(Long.MAX_VALUE);
		TestBreaker test = TestBreaker.simple();
		test.breaker.open(huge);
		test.advance(Duration.ofDays(36_500));
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.breaker.forceOpen(huge);
		test.breaker.disable(huge);
		assertThat(test.state()).isEqualTo(State.DISABLED);
		test.breaker.open(Duration.ZERO);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.breaker.forceOpen(Duration.ZERO);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.breaker.disable(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.DISABLED);
	}

	@Test
	void negativeDurationsAreRefusedByName() {
		TestBreaker test = TestBreaker.simple();
		Duration negative = Duration.ofSeconds(-1);
		assertThatIllegalArgumentException().isThrownBy(() -> test.breaker.open(negative))
			.withMessageContaining("wait")
			.withMessageContaining("PT-1S")
			.withMessageContaining("zero or more");
		assertThatIllegalArgumentException().isThrownBy(() -> test.breaker.forceOpen(negative))
			.withMessageContaining("hold")
			.withMessageContaining("PT-1S");
		assertThatIllegalArgumentException().isThrownBy(() -> test.breaker.disable(negative))
			.withMessageContaining("hold");
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.heard.news()).isEmpty();
	}

	@Test
	void resetClearsWindowTotalsAndBackoffAndIsHeard() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(2)
			.waitDurationMultiplier(2)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.waitDurationInOpenState(Duration.ofSeconds(10))
			.ignoreExceptions(IllegalArgumentException.class));
		test.succeedTaking(Duration.ofSeconds(2));
		test.throwing(new IllegalArgumentException());
		test.fail(2);
		test.refused();
		test.advance(Duration.ofSeconds(10));
		test.fail();
		test.heard.forget();
		test.breaker.reset();
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.CLOSED);
		assertThat(snapshot.bufferedCalls()).isZero();
		assertThat(snapshot.consecutiveFailures()).isZero();
		assertThat(snapshot.successfulCallsTotal()).isZero();
		assertThat(snapshot.failedCallsTotal()).isZero();
		assertThat(snapshot.slowCallsTotal()).isZero();
		assertThat(snapshot.ignoredCallsTotal()).isZero();
		assertThat(snapshot.notPermittedCallsTotal()).isZero();
		assertThat(snapshot.openings()).isZero();
		assertThat(snapshot.retryAfter()).isZero();
		assertThat(test.heard.news()).containsExactlyInAnyOrder("OPEN -> CLOSED, COMMAND", "reset");
		test.fail(2);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void aResetOfAClosedBreakerIsHeardButNoChangeOfState() {
		TestBreaker test = TestBreaker.simple();
		test.fail(2);
		test.heard.forget();
		test.breaker.reset();
		assertThat(test.heard.news()).containsExactly("reset");
		assertThat(test.snapshot().bufferedCalls()).isZero();
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void whoHearsOfTheResetSeesWhatItLeft() {
		TestBreaker test = TestBreaker.simple();
		long[] seen = { -1 };
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onReset(CircuitBreaker breaker) {
				seen[0] = breaker.snapshot().failedCallsTotal() + breaker.snapshot().bufferedCalls();
			}

		});
		test.fail(2);
		test.breaker.reset();
		assertThat(seen[0]).isZero();
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void noTimerOutlivesItsState(State next) {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.in(next);
		test.heard.forget();
		if (next == State.OPEN || next == State.HALF_OPEN) {
			return;
		}
		test.advance(Duration.ofSeconds(10));
		assertThat(test.state()).isEqualTo(next);
		assertThat(test.heard.news()).isEmpty();
	}

	@Test
	void aCommandWinsOverAChangeThatIsMadeWhileItIsGiven() {
		TestBreaker test = TestBreaker.simple();
		test.fail(2);
		Permit third = test.take();
		test.wall.duringTheNextReading(() -> third.failure(new IllegalStateException(), 0));
		test.breaker.forceOpen();
		assertThat(test.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(test.heard.news()).endsWith("failure IllegalStateException", "CLOSED -> OPEN, CONSECUTIVE_FAILURES",
				"OPEN -> FORCED_OPEN, COMMAND");
	}

	@Test
	void nothingButAnotherCommandLeadsOutOfForcedOpen() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		Permit probe = test.take();
		test.breaker.forceOpen();
		probe.success(null, 0);
		test.advance(Duration.ofDays(1));
		assertThat(test.state()).isEqualTo(State.FORCED_OPEN);
		test.refused();
		test.breaker.close();
		test.succeed();
	}

	@Test
	void aCommandWinsOverAnotherThatIsFaster() throws InterruptedException {
		TestBreaker test = TestBreaker.simple().in(State.METRICS_ONLY);
		SlidingWindow window = test.breaker.period().window;
		Thread slower = new Thread(test.breaker::forceOpen);
		window.lock();
		try {
			slower.start();
			await().pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(1))
				.until(() -> LockSupport.getBlocker(slower) == window);
			test.breaker.disable();
		}
		finally {
			window.held = 0;
			slower.join();
		}
		assertThat(test.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(test.heard.news()).endsWith("METRICS_ONLY -> DISABLED, COMMAND", "DISABLED -> FORCED_OPEN, COMMAND");
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void aBreakerIsAsNewUntilACommand(State initial) {
		TestBreaker test = TestBreaker.with((config) -> config.initialState(initial));
		assertThat(test.breaker.isClean(0)).isTrue();
		test.in(initial);
		assertThat(test.breaker.isClean(0)).isEqualTo(initial == State.CLOSED);
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "OPEN", "FORCED_OPEN", "DISABLED" })
	void aBreakerIsAsNewWhenAHoldIsOver(State state) {
		TestBreaker test = TestBreaker.simple();
		test.breaker.apply(StateCommand.to(state).hold(HOLD));
		assertThat(test.breaker.isClean(HOLD.toNanos() - 1)).isFalse();
		assertThat(test.breaker.isClean(HOLD.toNanos())).isEqualTo(state != State.OPEN);
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "FORCED_OPEN", "DISABLED" })
	void afterAHoldABreakerIsAsNewOnceItForgetsItsOpenings(State state) {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(1).stableFor(Duration.ofHours(1)));
		test.advance(HOLD);
		test.fail();
		test.breaker.apply(StateCommand.to(state).hold(HOLD));
		long closed = test.clock.now() + HOLD.toNanos();
		long forgotten = closed + Duration.ofHours(1).toNanos();
		assertThat(test.breaker.isClean(closed)).isFalse();
		assertThat(test.breaker.isClean(forgotten - 1)).isFalse();
		assertThat(test.breaker.isClean(forgotten)).isTrue();
	}

	@Test
	void aBreakerThatSawAFailureIsNotAsNew() {
		TestBreaker test = TestBreaker.simple();
		test.succeed();
		assertThat(test.breaker.isClean(0)).isTrue();
		test.fail();
		assertThat(test.breaker.isClean(0)).isFalse();
	}

	@Test
	void aHoldIsCountedFromItsCommand() {
		TestBreaker test = TestBreaker.simple();
		test.advance(Duration.ofMinutes(3));
		test.breaker.forceOpen(HOLD);
		test.advance(Duration.ofMinutes(4));
		assertThat(test.breaker.heldNanos(test.clock.now())).isEqualTo(Duration.ofMinutes(6).toNanos());
		test.advance(HOLD);
		assertThat(test.breaker.heldNanos(test.clock.now())).isZero();
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void wordsOfACommandAreGoneAfterTheNextOne(State state) {
		for (StateCommand words : List.of(StateCommand.to(state).actor("ops"), StateCommand.to(state).comment("why"))) {
			TestBreaker test = TestBreaker.simple().in(state);
			test.heard.forget();
			test.breaker.apply(words);
			test.breaker.apply(StateCommand.to(state));
			test.breaker.apply(StateCommand.to(state));
			assertThat(test.heard.changes()).hasSize(2);
			assertThat(test.snapshot().lastChange().actor()).isNull();
			assertThat(test.snapshot().lastChange().comment()).isNull();
		}
	}

}
