package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * A signal from elsewhere opens a breaker for as long as it lives.
 */
class SignalTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private static final Duration WAIT = Duration.ofSeconds(10);

	private static final Duration NANO = Duration.ofNanos(1);

	private final TestBreaker test = TestBreaker.simple();

	private void signal(String source, Duration ttl) {
		this.test.breaker.signal(source, null, ttl);
	}

	private StateChange lastChange() {
		StateChange change = this.test.snapshot().lastChange();
		assertThat(change).isNotNull();
		return change;
	}

	@Test
	void aBreakerIsNotCleanWhileASignalLivesOrHasOpenedIt() {
		this.test.breaker.forceOpen(MINUTE);
		signal("backlog", MINUTE.multipliedBy(3));
		this.test.advance(MINUTE.multipliedBy(2));
		assertThat(this.test.breaker.isClean(this.test.clock.getAsLong())).isFalse();
		this.test.advance(MINUTE);
		assertThat(this.test.breaker.isClean(this.test.clock.getAsLong())).isFalse();
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void aBreakerThatBeganSoIsNotCleanWhileASignalLives(State initial) {
		TestBreaker made = TestBreaker.with((config) -> config.initialState(initial));
		assertThat(made.breaker.isClean(0)).isTrue();
		made.breaker.signal("backlog", null, NANO.multipliedBy(2));
		assertThat(made.breaker.isClean(1)).isFalse();
		assertThat(made.breaker.isClean(2)).isTrue();
	}

	@Test
	void aSignalOpensAClosedBreaker() {
		this.test.succeed(2);
		this.test.breaker.signal("backlog", "12,000 messages wait", MINUTE);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		CallNotPermittedException refusal = this.test.refused();
		assertThat(refusal.retryAfter()).isEqualTo(MINUTE.plus(WAIT));
		assertThat(refusal).hasMessageContaining("reason: SIGNAL");
		assertThat(lastChange())
			.extracting(StateChange::from, StateChange::to, StateChange::reason, StateChange::comment,
					StateChange::actor)
			.containsExactly(State.CLOSED, State.OPEN, Reason.SIGNAL, "12,000 messages wait", "backlog");
		assertThat(this.test.heard.changes()).containsExactly(lastChange());
	}

	@Test
	void theUsualWaitAndProbesFollowTheEndOfASignal() {
		signal("backlog", MINUTE);
		this.test.advance(MINUTE.minus(NANO));
		assertThat(this.test.snapshot().signals()).containsExactly(new Signal("backlog", null, NANO));
		this.test.advance(NANO);
		assertThat(this.test.snapshot().signals()).isEmpty();
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(WAIT);
		this.test.advance(WAIT.minus(NANO));
		assertThat(this.test.admits()).isFalse();
		this.test.advance(NANO);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(lastChange().reason()).isEqualTo(Reason.WAIT_ELAPSED);
		this.test.succeed();
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void theEndIsToldWithItsTimeHoweverLateItIsSeen() {
		signal("backlog", MINUTE);
		this.test.advance(Duration.ofHours(1));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(lastChange().at()).isEqualTo(HandWallClock.START.plus(MINUTE).plus(WAIT));
	}

	@Test
	void itIsOpenUntilTheLastOfSeveralSignalsIsOver() {
		signal("backlog", MINUTE);
		signal("db", Duration.ofSeconds(5));
		this.test.advance(Duration.ofSeconds(30));
		signal("billing", Duration.ofSeconds(40));
		this.test.breaker.clearSignal("backlog");
		assertThat(this.test.snapshot().signals()).extracting(Signal::source).containsExactly("billing");
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(50));
		this.test.advance(Duration.ofSeconds(50));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void theWaitBeginsWhenTheLastSignalIsCleared() {
		signal("backlog", Duration.ofDays(1));
		this.test.advance(Duration.ofSeconds(20));
		this.test.breaker.clearSignal("backlog");
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().signals()).isEmpty();
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(WAIT);
		this.test.advance(WAIT);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.heard.changes()).extracting(StateChange::reason)
			.containsExactly(Reason.SIGNAL, Reason.WAIT_ELAPSED);
	}

	@Test
	void whatIsNotThereIsNotCleared() {
		this.test.breaker.clearSignal("backlog");
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
		signal("backlog", MINUTE);
		this.test.breaker.clearSignal("Backlog");
		assertThat(this.test.snapshot().signals()).hasSize(1);
		this.test.advance(MINUTE.plusSeconds(9));
		// Over already: its wait does not begin anew.
		this.test.breaker.clearSignal("backlog");
		this.test.advance(Duration.ofSeconds(1));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void theNewestWordOfASourceHolds() {
		this.test.breaker.signal("backlog", "12,000 wait", Duration.ofHours(1));
		this.test.breaker.signal("backlog", "nearly done", MINUTE);
		assertThat(this.test.snapshot().signals()).containsExactly(new Signal("backlog", "nearly done", MINUTE));
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(MINUTE.plus(WAIT));
	}

	@Test
	void aSignalThatIsRepeatedKeepsItOpen() {
		for (int i = 0; i < 10; i++) {
			signal("db", Duration.ofSeconds(15));
			this.test.advance(WAIT);
			assertThat(this.test.state()).isEqualTo(State.OPEN);
		}
		assertThat(this.test.heard.changes()).hasSize(1);
	}

	@Test
	void aSignalProlongsAnOpeningByTheRules() {
		this.test.fail(3);
		this.test.advance(Duration.ofSeconds(5));
		signal("backlog", MINUTE);
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(MINUTE.plus(WAIT));
		assertThat(lastChange().reason()).isEqualTo(Reason.CONSECUTIVE_FAILURES);
		assertThat(this.test.snapshot().openings()).isEqualTo(1);
	}

	@Test
	void aShortSignalDoesNotShortenALongWait() {
		this.test.breaker.open(Duration.ofHours(1));
		signal("backlog", MINUTE);
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(Duration.ofHours(1));
		this.test.breaker.clearSignal("backlog");
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(Duration.ofHours(1));
	}

	@Test
	void aSignalWhileHalfOpenOpensAndItsProbesCountForNothing() {
		this.test.in(State.HALF_OPEN);
		Permit probe = this.test.take();
		signal("backlog", MINUTE);
		assertThat(lastChange()).extracting(StateChange::from, StateChange::reason)
			.containsExactly(State.HALF_OPEN, Reason.SIGNAL);
		probe.success(null, 0);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aSignalIsNoFailure() {
		signal("backlog", MINUTE);
		Snapshot snapshot = this.test.snapshot();
		assertThat(List.of(snapshot.failedCallsTotal(), snapshot.successfulCallsTotal(), snapshot.slowCallsTotal()))
			.containsOnly(0L);
		assertThat(snapshot.failedCalls()).isZero();
		assertThat(this.test.breaker.explain().failureCounts()).isEmpty();
	}

	@Test
	void aSignalWhileHalfOpenDoesNotLengthenTheWait() {
		TestBreaker growing = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(WAIT)
			.waitDurationMultiplier(2));
		growing.fail();
		growing.advance(WAIT);
		growing.fail();
		assertThat(growing.snapshot().openings()).isEqualTo(2);
		growing.advance(Duration.ofSeconds(20));
		assertThat(growing.state()).isEqualTo(State.HALF_OPEN);
		growing.breaker.signal("backlog", null, MINUTE);
		assertThat(growing.snapshot().openings()).isEqualTo(2);
		assertThat(growing.snapshot().retryAfter()).isEqualTo(MINUTE.plusSeconds(20));
		growing.advance(MINUTE.plusSeconds(20));
		growing.fail();
		assertThat(growing.snapshot().openings()).isEqualTo(3);
		assertThat(growing.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(40));
	}

	@Test
	void aSignalWhileClosedIsTheFirstOpeningOfARow() {
		TestBreaker growing = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(WAIT)
			.waitDurationMultiplier(2));
		growing.breaker.signal("backlog", null, MINUTE);
		assertThat(growing.snapshot().openings()).isEqualTo(1);
		assertThat(growing.snapshot().retryAfter()).isEqualTo(MINUTE.plus(WAIT));
		growing.advance(MINUTE.plus(WAIT));
		growing.fail();
		assertThat(growing.snapshot().openings()).isEqualTo(2);
		assertThat(growing.snapshot().retryAfter()).isEqualTo(WAIT.multipliedBy(2));
	}

	@Test
	void aSignalLeavesOpeningsThatAreRemembered() {
		TestBreaker stable = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(WAIT)
			.waitDurationMultiplier(2)
			.stableFor(Duration.ofHours(1)));
		stable.fail();
		stable.advance(WAIT);
		stable.fail();
		stable.advance(WAIT.multipliedBy(2));
		stable.succeed();
		assertThat(stable.state()).isEqualTo(State.CLOSED);
		stable.breaker.signal("backlog", null, MINUTE);
		assertThat(stable.snapshot().openings()).isEqualTo(2);
		assertThat(stable.snapshot().retryAfter()).isEqualTo(MINUTE.plus(WAIT.multipliedBy(2)));
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void aHeldCommandWins(State held) {
		this.test.in(held);
		signal("backlog", MINUTE);
		assertThat(this.test.state()).isEqualTo(held);
		assertThat(this.test.admits()).isEqualTo(held != State.FORCED_OPEN);
		assertThat(this.test.snapshot().signals()).containsExactly(new Signal("backlog", null, MINUTE));
		assertThat(this.test.heard.changes()).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void aHeldCommandWinsOverASignalBeforeIt(State held) {
		signal("backlog", MINUTE);
		this.test.in(held);
		this.test.advance(Duration.ofSeconds(20));
		assertThat(this.test.snapshot().signals()).containsExactly(new Signal("backlog", null, Duration.ofSeconds(40)));
		this.test.advance(MINUTE);
		assertThat(this.test.state()).isEqualTo(held);
		assertThat(this.test.snapshot().signals()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED" })
	void aSignalThatOutlivesAHoldOpensTheBreakerThen(State held) {
		this.test.breaker.apply(StateCommand.to(held).hold(Duration.ofSeconds(20)));
		this.test.breaker.signal("backlog", "long", MINUTE);
		this.test.breaker.signal("db", "short", Duration.ofSeconds(30));
		this.test.advance(Duration.ofSeconds(20));
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(lastChange()).isEqualTo(new StateChange(held, State.OPEN, Reason.SIGNAL,
				HandWallClock.START.plusSeconds(20), null, "long", "backlog"));
		assertThat(this.test.snapshot().openings()).isEqualTo(1);
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(50));
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED" })
	void aSignalThatIsOverBeforeAHoldIsForgotten(State held) {
		this.test.breaker.apply(StateCommand.to(held).hold(MINUTE));
		signal("backlog", MINUTE);
		this.test.advance(MINUTE);
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
		assertThat(lastChange().reason()).isEqualTo(Reason.HOLD_ELAPSED);
	}

	@Test
	void retryAfterOfAHoldCountsTheSignalsBehindIt() {
		this.test.breaker.forceOpen(WAIT);
		signal("backlog", MINUTE);
		assertThat(this.test.refused().retryAfter()).isEqualTo(MINUTE.plus(WAIT));
		this.test.advance(WAIT);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.refused().retryAfter()).isEqualTo(MINUTE);
		this.test.advance(MINUTE);
		assertThat(this.test.admits()).isTrue();
	}

	@Test
	void retryAfterOfAHoldForgetsSignalsThatEndBefore() {
		this.test.breaker.forceOpen(WAIT);
		signal("backlog", WAIT);
		assertThat(this.test.refused().retryAfter()).isEqualTo(WAIT);
		this.test.advance(WAIT);
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSED", "HALF_OPEN" })
	void aCommandToCloseOrProbeClearsAllSignals(State state) {
		signal("backlog", MINUTE);
		signal("db", MINUTE);
		this.test.in(state);
		assertThat(this.test.snapshot().signals()).isEmpty();
		assertThat(this.test.admits()).isTrue();
	}

	@Test
	void aResetClearsAllSignals() {
		signal("backlog", MINUTE);
		this.test.breaker.reset();
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
		assertThat(this.test.snapshot().signals()).isEmpty();
	}

	@Test
	void aCommandToOpenKeepsSignals() {
		signal("backlog", MINUTE);
		this.test.breaker.open(Duration.ofSeconds(1));
		assertThat(this.test.snapshot().signals()).hasSize(1);
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(MINUTE.plus(WAIT));
		assertThat(this.test.heard.changes()).extracting(StateChange::reason)
			.containsExactly(Reason.SIGNAL, Reason.COMMAND);
	}

	@Test
	void signalsStayUnderAnotherConfig() {
		signal("backlog", MINUTE);
		this.test.breaker.reconfigure(this.test.builder().waitDurationInOpenState(Duration.ofSeconds(3)).build());
		assertThat(this.test.snapshot().signals()).hasSize(1);
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(MINUTE.plus(WAIT));
	}

	@Test
	void aFurtherSignalLeavesTheWaitUnderAnotherConfig() {
		signal("backlog", MINUTE);
		this.test.breaker.reconfigure(this.test.builder().waitDurationInOpenState(Duration.ofSeconds(3)).build());
		signal("db", MINUTE.multipliedBy(2));
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(MINUTE.multipliedBy(2).plus(WAIT));
	}

	@Test
	void theWaitThatAServerAsksForIsNoShorterWithASignal() {
		TestBreaker asked = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(WAIT)
			.outcomeRule(new OutcomeRule() {

				@Override
				public Verdict judge(Object result, Throwable thrown) {
					return Verdict.FAILURE;
				}

				@Override
				public Duration waitAfter(Object result, Throwable thrown, java.time.Instant now) {
					return Duration.ofMinutes(5);
				}

			}));
		asked.fail();
		asked.breaker.signal("backlog", null, Duration.ofSeconds(1));
		assertThat(asked.snapshot().retryAfter()).isEqualTo(Duration.ofMinutes(5));
	}

	@Test
	void signalsWithoutEndLastUntilTheyAreCleared() {
		signal("backlog", Duration.ofSeconds(Long.MAX_VALUE));
		this.test.advance(Duration.ofDays(10_000));
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().retryAfter()).isPositive();
		this.test.breaker.clearSignal("backlog");
		this.test.advance(WAIT);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void signalsWorkAtTheEndOfTheRangeOfAClock() {
		for (long start : new long[] { Long.MAX_VALUE - 5, -5, Long.MIN_VALUE }) {
			TestBreaker breaker = TestBreaker.with(new HandClock(start),
					(config) -> config.waitDurationInOpenState(WAIT));
			breaker.breaker.signal("backlog", null, MINUTE);
			assertThat(breaker.snapshot().retryAfter()).isEqualTo(MINUTE.plus(WAIT));
			breaker.advance(MINUTE.plus(WAIT).minus(NANO));
			assertThat(breaker.state()).isEqualTo(State.OPEN);
			breaker.advance(NANO);
			assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
		}
	}

	@Test
	void theNumberOfSourcesIsBounded() {
		for (int i = 1; i <= 100; i++) {
			signal("source " + i, Duration.ofSeconds(i));
		}
		List<String> longest = IntStream.rangeClosed(100 - Signal.MAX_SOURCES + 1, 100)
			.mapToObj((i) -> "source " + i)
			.toList();
		assertThat(this.test.snapshot().signals()).extracting(Signal::source).containsExactlyElementsOf(longest);
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(110));
	}

	@Test
	void aSignalThatEndsBeforeAllOthersIsNotHeardWhereThereIsNoPlace() {
		for (int i = 0; i < Signal.MAX_SOURCES; i++) {
			signal("source " + i, MINUTE);
		}
		signal("short", Duration.ofSeconds(1));
		assertThat(this.test.snapshot().signals()).hasSize(Signal.MAX_SOURCES)
			.extracting(Signal::source)
			.doesNotContain("short");
		this.test.advance(MINUTE);
		signal("short", Duration.ofSeconds(1));
		assertThat(this.test.snapshot().signals()).extracting(Signal::source).containsExactly("short");
	}

	@Test
	void longReasonsAreCutAndNoPairInTwo() {
		this.test.breaker.signal("backlog", "x".repeat(Signal.MAX_REASON_LENGTH - 1) + "\uD83D\uDE00 and more", MINUTE);
		assertThat(this.test.snapshot().signals().get(0).reason()).isEqualTo("x".repeat(Signal.MAX_REASON_LENGTH - 1));
	}

	@Test
	void whatMakesNoSenseIsRefusedAndChangesNothing() {
		CircuitBreaker breaker = this.test.breaker;
		assertThatIllegalArgumentException().isThrownBy(() -> breaker.signal(" ", null, MINUTE))
			.withMessage("Invalid source of a signal (' '): must not be empty");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> breaker.signal("x".repeat(Signal.MAX_SOURCE_LENGTH + 1), null, MINUTE))
			.withMessageContaining("has 257 characters, may have 256");
		assertThatIllegalArgumentException().isThrownBy(() -> breaker.signal("backlog", null, Duration.ZERO))
			.withMessage("Invalid ttl (PT0S) of the signal of 'backlog': must be above zero");
		assertThatIllegalArgumentException().isThrownBy(() -> breaker.signal("back\nlog", null, NANO.negated()))
			.withMessageContaining("'back log'");
		assertThatNullPointerException().isThrownBy(() -> breaker.signal(null, null, MINUTE)).withMessage("source");
		assertThatNullPointerException().isThrownBy(() -> breaker.signal("backlog", null, null)).withMessage("ttl");
		assertThatNullPointerException().isThrownBy(() -> breaker.clearSignal(null)).withMessage("source");
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aSourceMayBeAsLongAsIsSaid() {
		String longest = "x".repeat(Signal.MAX_SOURCE_LENGTH);
		signal(longest, MINUTE);
		assertThat(this.test.snapshot().signals()).extracting(Signal::source).containsExactly(longest);
	}

	@Test
	void listenersHearEachSignalAndItsClearing() {
		List<Signal> heard = new ArrayList<>();
		List<State> states = new ArrayList<>();
		this.test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSignal(CircuitBreaker breaker, Signal signal) {
				heard.add(signal);
				states.add(breaker.state());
			}

		});
		this.test.breaker.signal("backlog", "long", MINUTE);
		this.test.breaker.signal("backlog", "longer", MINUTE);
		this.test.breaker.clearSignal("backlog");
		this.test.breaker.clearSignal("backlog");
		assertThat(heard).containsExactly(new Signal("backlog", "long", MINUTE),
				new Signal("backlog", "longer", MINUTE), new Signal("backlog", null, Duration.ZERO));
		assertThat(states).containsOnly(State.OPEN);
	}

	@Test
	void aListenerThatThrowsStopsNothing() {
		this.test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSignal(CircuitBreaker breaker, Signal signal) {
				throw new IllegalStateException("listener");
			}

		});
		signal("backlog", MINUTE);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void theExplanationSaysWhoSignalledWhatAndForHowLong() {
		this.test.breaker.signal("backlog", "12,000 messages wait", Duration.ofMinutes(5));
		this.test.advance(Duration.ofSeconds(12));
		Explanation explanation = this.test.breaker.explain();
		assertThat(explanation).hasToString("Open for 12 s: signal of backlog (4 min 48 s left): 12,000 messages wait;"
				+ " the next probe may pass in 4 min 58 s");
		assertThat(explanation.signals()).isEqualTo(this.test.snapshot().signals());
		this.test.advance(Duration.ofMinutes(5).minusSeconds(11));
		assertThat(this.test.breaker.explain()).hasToString("Open for 5 min 1 s: a signal of backlog opened it"
				+ " (12,000 messages wait); the next probe may pass in 9 s");
		assertThat(this.test.breaker.explain().signals()).isEmpty();
	}

	@Test
	void theExplanationOfAnotherOpeningMentionsSignals() {
		this.test.fail(3);
		signal("db", MINUTE);
		assertThat(this.test.breaker.explain()).hasToString("Open: 3 calls in a row failed (threshold 3),"
				+ " mostly java.lang.IllegalStateException; signal of db (60 s left); the next probe may pass in 70 s");
		this.test.breaker.apply(StateCommand.to(State.FORCED_OPEN).actor("alice").comment("partner asked"));
		assertThat(this.test.breaker.explain())
			.hasToString("Held open by alice until another command: partner asked; signal of db (60 s left)");
	}

	@Test
	void theExplanationShowsThreeSignalsAndHowManyMoreThereAre() {
		for (int i = 1; i <= 5; i++) {
			signal("source " + i, MINUTE);
		}
		assertThat(this.test.breaker.explain().sentence())
			.contains("signal of source 3 (60 s left); 2 further signals; the next")
			.doesNotContain("source 4");
		assertThat(this.test.breaker.explain().signals()).hasSize(5);
	}

	@Test
	void theExplanationSaysThatThereIsOneMore() {
		for (int i = 1; i <= 4; i++) {
			signal("source " + i, MINUTE);
		}
		assertThat(this.test.breaker.explain().sentence())
			.endsWith("signal of source 3 (60 s left); 1 further signal; the next probe may pass in 70 s");
	}

	@Test
	void textsFromOutsideForgeNoLine() {
		this.test.breaker.signal("back\nlog", "first\nOpen for 1 s\u202E", MINUTE);
		assertThat(this.test.breaker.explain().sentence()).doesNotContain("\n")
			.contains("signal of back log (60 s left): first Open for 1 s;");
		this.test.advance(MINUTE);
		assertThat(this.test.breaker.explain().sentence()).doesNotContain("\n").contains("a signal of back log");
	}

	@Test
	void collectionsThatAreShownCannotBeChanged() {
		signal("backlog", MINUTE);
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.test.snapshot().signals().clear());
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.test.breaker.explain().signals().clear());
	}

	@Test
	void withoutSignalsAnOpeningLastsAsLongAtAnyReadingOfAClock() {
		for (long start : new long[] { -Duration.ofHours(1).toNanos(), Duration.ofHours(1).toNanos() }) {
			TestBreaker breaker = TestBreaker.with(new HandClock(start),
					(config) -> config.consecutiveFailureThreshold(1).waitDurationInOpenState(WAIT));
			breaker.fail();
			assertThat(breaker.snapshot().retryAfter()).isEqualTo(WAIT);
			breaker.advance(WAIT);
			assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
		}
	}

	@Test
	void withoutSignalsAHoldEndsInClosedAtAnyReadingOfAClock() {
		for (long start : new long[] { -Duration.ofHours(1).toNanos(), Duration.ofHours(1).toNanos() }) {
			TestBreaker breaker = TestBreaker.with(new HandClock(start), (config) -> config);
			assertThat(breaker.breaker.isClean(breaker.clock.now())).isTrue();
			breaker.breaker.forceOpen(WAIT);
			assertThat(breaker.refused().retryAfter()).isEqualTo(WAIT);
			breaker.advance(WAIT);
			assertThat(breaker.state()).isEqualTo(State.CLOSED);
			assertThat(breaker.snapshot().lastChange().reason()).isEqualTo(Reason.HOLD_ELAPSED);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED" })
	void whatOpensAfterAHoldIsTheSignalThatLivesLongest(State held) {
		this.test.breaker.apply(StateCommand.to(held).hold(Duration.ofSeconds(20)));
		this.test.breaker.signal("db", "short", Duration.ofSeconds(30));
		this.test.breaker.signal("backlog", "long", MINUTE);
		this.test.breaker.signal("billing", "middle", Duration.ofSeconds(40));
		this.test.advance(Duration.ofSeconds(20));
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(lastChange()).extracting(StateChange::actor, StateChange::comment)
			.containsExactly("backlog", "long");
	}

	@Test
	void aReasonThatJustFitsIsKeptAsItIs() {
		String fits = "x".repeat(Signal.MAX_REASON_LENGTH);
		String endsInHalfAPair = "x".repeat(Signal.MAX_REASON_LENGTH - 1) + "\uD83D";
		for (String reason : List.of(fits, endsInHalfAPair)) {
			this.test.breaker.signal("backlog", reason, MINUTE);
			assertThat(this.test.snapshot().signals().get(0).reason()).isEqualTo(reason);
		}
		this.test.breaker.signal("backlog", fits + "y", MINUTE);
		assertThat(this.test.snapshot().signals().get(0).reason()).isEqualTo(fits);
	}

	@Test
	void whatIsLeftOfSignalsIsNeverBelowZero() {
		Signals.Given given = Signals.Given.of("backlog", null, Duration.ofNanos(10)).givenAt(100);
		Signals signals = Signals.NONE.with(given, 100, 7);
		for (Signals these : List.of(signals, signals.livingAt(100, 7))) {
			assertThat(List.of(these.left(95), these.left(100), these.left(109), these.left(110), these.left(125)))
				.containsExactly(15L, 10L, 1L, 0L, 0L);
		}
		assertThat(List.of(given.left(95), given.left(100), given.left(109), given.left(110), given.left(125)))
			.containsExactly(15L, 10L, 1L, 0L, 0L);
		assertThat(given.shown(125).remaining()).isZero();
	}

	@Test
	void signalsWithoutOneThatDoesNotLiveAreTheVerySame() {
		Signals signals = Signals.NONE.with(Signals.Given.of("backlog", null, Duration.ofNanos(10)).givenAt(0), 0, 7);
		assertThat(signals.without("db", 5)).isSameAs(signals);
		assertThat(signals.without("backlog", 10)).isSameAs(signals);
		assertThat(signals.without("backlog", 9).given()).isEmpty();
		assertThat(Signals.NONE.without("backlog", 0)).isSameAs(Signals.NONE);
	}

}
