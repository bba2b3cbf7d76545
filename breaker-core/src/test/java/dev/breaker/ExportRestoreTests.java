package dev.breaker;

import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a breaker takes over from the one that was there before a restart.
 */
class ExportRestoreTests {

	private static final Duration WAIT = Duration.ofSeconds(10);

	private final TestBreaker before = breaker((config) -> config);

	/** Breakers of another process, whose monotonic clock says something else. */
	private static TestBreaker breaker(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with(new HandClock(4_711_000_000_000L),
				(config) -> settings.apply(config.consecutiveFailureThreshold(2)
					.waitDurationInOpenState(WAIT)
					.waitDurationMultiplier(2)
					.permittedNumberOfCallsInHalfOpenState(2)
					.successThresholdInHalfOpenState(2)));
	}

	/** A breaker that is made some time after the export. */
	private TestBreaker later(Duration passed, UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		TestBreaker later = breaker(settings);
		later.wall.advance(Duration.between(HandWallClock.START, this.before.wall.instant()).plus(passed));
		return later;
	}

	private TestBreaker restored(Duration passed) {
		TestBreaker after = later(passed, (config) -> config);
		assertThat(after.breaker.restore(this.before.breaker.export())).isTrue();
		return after;
	}

	private void assertNotRestored(TestBreaker after) {
		Snapshot unchanged = after.snapshot();
		assertThat(after.breaker.restore(this.before.breaker.export())).isFalse();
		assertThat(after.snapshot()).isEqualTo(unchanged);
	}

	@Test
	void anOpenBreakerGoesOnWithTheRestOfItsWait() {
		this.before.fail(2);
		this.before.advance(Duration.ofSeconds(3));
		TestBreaker after = restored(Duration.ofSeconds(2));
		assertThat(after.state()).isEqualTo(State.OPEN);
		assertThat(after.snapshot().since()).isEqualTo(HandWallClock.START);
		assertThat(after.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(5));
		after.advance(Duration.ofSeconds(5).minusNanos(1));
		after.refused();
		after.advance(Duration.ofNanos(1));
		after.succeed(2);
		assertThat(after.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void openingsInARowAreRemembered() {
		this.before.fail(2);
		this.before.advance(WAIT);
		this.before.fail();
		assertThat(this.before.breaker.retryAfter()).isEqualTo(WAIT.multipliedBy(2));
		TestBreaker after = restored(Duration.ofSeconds(1));
		assertThat(after.snapshot().openings()).isEqualTo(2);
		after.advance(WAIT.multipliedBy(2));
		after.fail();
		assertThat(after.snapshot().openings()).isEqualTo(3);
		assertThat(after.breaker.retryAfter()).isEqualTo(WAIT.multipliedBy(4));
	}

	@Test
	void aWaitThatEndedMeanwhileIsFollowedByProbes() {
		this.before.fail(2);
		this.before.advance(Duration.ofSeconds(6));
		TestBreaker after = restored(Duration.ofSeconds(7));
		assertThat(after.state()).isEqualTo(State.HALF_OPEN);
		assertThat(after.snapshot().since()).isEqualTo(HandWallClock.START.plus(WAIT));
		after.take();
		after.take();
		after.refused();
	}

	@Test
	void theCommandThatOpenedIsNotThatOfItsProbes() {
		this.before.breaker.apply(StateCommand.to(State.OPEN).comment("tired"));
		this.before.advance(Duration.ofSeconds(6));
		TestBreaker after = restored(Duration.ofSeconds(7));
		assertThat(after.state()).isEqualTo(State.HALF_OPEN);
		assertThat(after.breaker.explain().command()).isNull();
		assertThat(after.breaker.explain().sentence()).doesNotContain("tired");
	}

	@ParameterizedTest
	@CsvSource({ "9999, true", "10000, false", "3600000, false" })
	void anExportIsYoungerThanTheWaitOrWorthNothing(long millis, boolean restored) {
		this.before.fail(2);
		this.before.advance(WAIT);
		TestBreaker after = later(Duration.ofMillis(millis), (config) -> config);
		assertThat(after.breaker.restore(this.before.breaker.export())).isEqualTo(restored);
		assertThat(after.state()).isEqualTo(restored ? State.HALF_OPEN : State.CLOSED);
	}

	@ParameterizedTest
	@CsvSource({ "19999, true", "20000, false" })
	void theWaitIsThatOfSoManyOpeningsInARow(long millis, boolean restored) {
		this.before.fail(2);
		this.before.advance(WAIT);
		this.before.fail();
		this.before.advance(WAIT.multipliedBy(2));
		TestBreaker after = later(Duration.ofMillis(millis), (config) -> config);
		assertThat(after.breaker.restore(this.before.breaker.export())).isEqualTo(restored);
	}

	@Test
	void whatIsLeftOfTheWaitCountsThoughTheConfigWaitsShorter() {
		this.before.fail(2);
		TestBreaker after = later(Duration.ofSeconds(4),
				(config) -> config.waitDurationInOpenState(Duration.ofSeconds(2)));
		assertThat(after.breaker.restore(this.before.breaker.export())).isTrue();
		assertThat(after.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(6));
	}

	@Test
	void halfOpenBeginsAgainWithAllPlacesFree() {
		this.before.fail(2);
		this.before.advance(WAIT);
		this.before.succeed();
		this.before.take();
		TestBreaker after = restored(Duration.ofSeconds(1));
		assertThat(after.snapshot().openings()).isOne();
		after.take();
		after.succeed();
		assertThat(after.breaker.tryAcquire()).isNull();
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "FORCED_OPEN", "DISABLED" })
	void aCommandHoldsForWhatIsLeftOfItsHold(State state) {
		this.before.breaker
			.apply(StateCommand.to(state).hold(Duration.ofMinutes(10)).comment("partner asked").actor("alice"));
		this.before.advance(Duration.ofMinutes(4));
		TestBreaker after = restored(Duration.ofMinutes(1));
		assertThat(after.state()).isEqualTo(state);
		assertThat(after.breaker.explain().command()).isNotNull().satisfies((standing) -> {
			assertThat(standing.until()).isEqualTo(HandWallClock.START.plus(Duration.ofMinutes(10)));
			assertThat(standing.command().actor()).isEqualTo("alice");
		});
		assertThat(after.breaker.explain().toString()).contains("by alice").contains("partner asked");
		after.advance(Duration.ofMinutes(5).minusNanos(1));
		assertThat(after.state()).isEqualTo(state);
		after.advance(Duration.ofNanos(1));
		assertThat(after.state()).isEqualTo((state == State.OPEN) ? State.HALF_OPEN : State.CLOSED);
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void aCommandUntilAnotherSurvivesHoweverLongItTakes(State state) {
		this.before.breaker.apply(StateCommand.to(state).actor("alice"));
		TestBreaker after = restored(Duration.ofDays(30));
		after.advance(Duration.ofDays(30));
		assertThat(after.state()).isEqualTo(state);
		assertThat(after.breaker.export().command()).isNotNull().extracting(StateCommand::actor).isEqualTo("alice");
		after.breaker.close();
		assertThat(after.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aRestoredCommandIsToldInItsWords() {
		this.before.breaker.apply(StateCommand.to(State.FORCED_OPEN).comment("partner asked").actor("alice"));
		TestBreaker after = restored(Duration.ofSeconds(1));
		assertThat(after.heard.changes()).containsExactly(new StateChange(State.CLOSED, State.FORCED_OPEN,
				Reason.RESTORED, HandWallClock.START.plusSeconds(1), null, "partner asked", "alice"));
	}

	@Test
	void aCommandToOpenThatIsRestoredKeepsSignals() {
		this.before.breaker.open(Duration.ofSeconds(5));
		TestBreaker after = later(Duration.ofSeconds(1), (config) -> config.initialState(State.METRICS_ONLY));
		after.breaker.signal("backlog", null, Duration.ofMinutes(1));
		assertThat(after.breaker.restore(this.before.breaker.export())).isTrue();
		assertThat(after.state()).isEqualTo(State.OPEN);
		assertThat(after.snapshot().signals()).hasSize(1);
		assertThat(after.breaker.retryAfter()).isEqualTo(Duration.ofMinutes(1).plus(WAIT));
	}

	@Test
	void aCommandToProbeThatIsRestoredClearsSignals() {
		this.before.breaker.halfOpen();
		TestBreaker after = later(Duration.ofSeconds(1), (config) -> config.initialState(State.METRICS_ONLY));
		after.breaker.signal("backlog", null, Duration.ofMinutes(1));
		assertThat(after.breaker.restore(this.before.breaker.export())).isTrue();
		assertThat(after.state()).isEqualTo(State.HALF_OPEN);
		assertThat(after.snapshot().signals()).isEmpty();
	}

	@Test
	void aHoldThatEndedMeanwhileIsWorthNothing() {
		this.before.breaker.forceOpen(Duration.ofMinutes(1));
		assertNotRestored(later(Duration.ofMinutes(1), (config) -> config));
	}

	@Test
	void closedIsNothingToRestore() {
		this.before.fail();
		assertNotRestored(later(Duration.ofSeconds(1), (config) -> config));
		this.before.breaker.close();
		assertNotRestored(later(Duration.ofSeconds(1), (config) -> config));
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "HALF_OPEN" })
	void anotherInitialStateOfTheConfigIsNoFailureOfTheRules(State state) {
		this.before.fail(2);
		this.before.advance((state == State.OPEN) ? Duration.ZERO : WAIT);
		assertNotRestored(later(Duration.ofSeconds(1), (config) -> config.initialState(State.METRICS_ONLY)));
	}

	@Test
	void aCommandWinsOverTheInitialStateOfTheConfig() {
		this.before.breaker.forceOpen();
		TestBreaker after = later(Duration.ofSeconds(1), (config) -> config.initialState(State.METRICS_ONLY));
		assertThat(after.breaker.restore(this.before.breaker.export())).isTrue();
		assertThat(after.state()).isEqualTo(State.FORCED_OPEN);
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void anInitialStateThatTheConfigNoLongerHasIsGone(State state) {
		ExportedState exported = breaker((config) -> config.initialState(state)).breaker.export();
		TestBreaker after = breaker((config) -> config);
		assertThat(after.breaker.restore(exported)).isFalse();
		assertThat(after.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aBreakerThatHasLivedStaysAsItIs() {
		this.before.breaker.forceOpen();
		TestBreaker commanded = later(Duration.ZERO, (config) -> config);
		commanded.breaker.close();
		assertNotRestored(commanded);
		TestBreaker opened = later(Duration.ZERO, (config) -> config);
		opened.fail(2);
		assertNotRestored(opened);
		TestBreaker restored = restored(Duration.ZERO);
		assertNotRestored(restored);
	}

	@Test
	void itIsToldOnceAndExplained() {
		this.before.fail(2);
		this.before.advance(Duration.ofSeconds(4));
		TestBreaker after = restored(Duration.ofSeconds(1));
		assertThat(after.heard.news()).containsExactly("CLOSED -> OPEN, RESTORED");
		assertThat(after.snapshot().lastChange()).isEqualTo(after.heard.changes().get(0));
		assertThat(after.snapshot().lastChange().at()).isEqualTo(HandWallClock.START.plusSeconds(5));
		assertThat(after.breaker.explain())
			.hasToString("Open for 5 s: restored from before a restart; the next probe may pass in 5 s");
		assertThat(after.refused()).hasMessageContaining("reason: RESTORED");
	}

	@Test
	void aClockThatIsBehindEndsNoWaitLater() {
		this.before.fail(2);
		this.before.advance(Duration.ofSeconds(4));
		TestBreaker after = restored(Duration.ofHours(-2));
		assertThat(after.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(6));
		assertThat(after.snapshot().since()).isEqualTo(after.wall.instant());
	}

	@Test
	void anExportChangesNothing() {
		this.before.fail(2);
		this.before.advance(WAIT);
		this.before.take();
		Snapshot unchanged = this.before.snapshot();
		assertThat(this.before.breaker.export()).isEqualTo(this.before.breaker.export());
		assertThat(this.before.snapshot()).isEqualTo(unchanged);
		this.before.take();
	}

	@Test
	void anExportSeesAWaitThatIsOver() {
		this.before.fail(2);
		this.before.advance(WAIT);
		assertThat(this.before.breaker.export()).isEqualTo(new ExportedState(State.HALF_OPEN,
				HandWallClock.START.plus(WAIT), HandWallClock.START.plus(WAIT), null, 1, null));
		assertThat(this.before.heard.news()).last().isEqualTo("OPEN -> HALF_OPEN, WAIT_ELAPSED");
	}

	@ParameterizedTest
	@CsvSource({ "1", "126", "127", "128", "129", "5000" })
	void aKeyIsRestoredHoweverLongItIs(int length) {
		String key = "k".repeat(length);
		CircuitBreakerConfig config = this.before.breaker.config();
		CircuitBreaker gone = CircuitBreakerRegistry.of(config).group("stores", config, 5).get(key);
		gone.forceOpen();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 5);
		assertThat(group.restore(gone.key(), gone.export())).isTrue();
		assertThat(group.get(key).state()).isEqualTo(State.FORCED_OPEN);
		assertThat(group.get(key).name()).isEqualTo(gone.name());
		assertThat(group.size()).isOne();
	}

	@Test
	void aKeyThatFindsNoPlaceIsNotRestored() {
		CircuitBreakerConfig config = this.before.breaker.config();
		this.before.breaker.forceOpen();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 1);
		Permit underWay = group.get("a").acquire();
		assertThat(group.restore("b", this.before.breaker.export())).isFalse();
		assertThat(group.overflow()).isEmpty();
		underWay.release();
		assertThat(group.restore("b", this.before.breaker.export())).isTrue();
	}

	@Test
	void aCommandToAllKeysHoldsForThoseThatAreThereAndThoseThatCome() {
		StateCommand command = StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(1)).actor("alice");
		ExportedState exported = exported(State.FORCED_OPEN, Duration.ofSeconds(30), 0, command);
		TestBreaker clocks = later(Duration.ofSeconds(10), (config) -> config);
		CircuitBreakerConfig config = clocks.breaker.config();
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
		CircuitBreakerGroup group = registry.group("stores", config, 5);
		CircuitBreaker there = group.get("there");
		CircuitBreaker changed = group.get("changed");
		changed.disable();
		RecordingListener heard = new RecordingListener();
		registry.addListener(heard);
		assertThat(group.restore(exported)).isTrue();
		assertThat(heard.news()).containsExactly("CLOSED -> FORCED_OPEN, RESTORED");
		assertThat(there.retryAfter()).isEqualTo(Duration.ofSeconds(20));
		assertThat(changed.state()).isEqualTo(State.DISABLED);
		assertThat(group.get("new").retryAfter()).isEqualTo(Duration.ofSeconds(20));
		assertThat(group.get("new").snapshot().lastChange().actor()).isEqualTo("alice");
		clocks.advance(Duration.ofSeconds(20));
		assertThat(there.state()).isEqualTo(State.CLOSED);
		assertThat(group.get("newer").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aGroupThatWasCommandedStaysAsItIs() {
		CircuitBreakerConfig config = this.before.breaker.config();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 5);
		group.apply(StateCommand.to(State.DISABLED));
		assertThat(group.restore(exported(State.FORCED_OPEN, null, 0, StateCommand.to(State.FORCED_OPEN)))).isFalse();
		assertThat(group.get("a").state()).isEqualTo(State.DISABLED);
	}

	@Test
	void aCommandToAllKeysThatIsOverHoldsForNone() {
		CircuitBreakerConfig config = later(WAIT, (builder) -> builder).breaker.config();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 5);
		StateCommand open = StateCommand.to(State.OPEN);
		assertThat(group.restore(exported(State.OPEN, WAIT, 0, open))).isFalse();
		assertThat(group.restore(exported(State.OPEN, WAIT, 0, null))).isFalse();
		assertThat(group.standingCommand()).isEmpty();
		assertThat(group.get("a").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void onlyABreakerOfAKeyHasAKey() {
		assertThat(this.before.breaker.key()).isNull();
		CircuitBreakerConfig config = this.before.breaker.config();
		assertThat(CircuitBreakerRegistry.of(config).group("stores", config, 1).get("a").key()).isEqualTo("a");
	}

	/** Whichever is first, the command is in force afterwards. */
	@Test
	void aCommandAtTheSameMomentWins() throws Exception {
		this.before.fail(2);
		ExportedState exported = this.before.breaker.export();
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			CyclicBarrier start = new CyclicBarrier(2);
			for (int round = 0; round < 2000; round++) {
				CircuitBreaker breaker = later(Duration.ZERO, (config) -> config).breaker;
				Future<?> restoring = threads.submit(() -> {
					start.await();
					return breaker.restore(exported);
				});
				Future<?> commanding = threads.submit(() -> {
					start.await();
					breaker.forceOpen();
					return null;
				});
				restoring.get(1, TimeUnit.MINUTES);
				commanding.get(1, TimeUnit.MINUTES);
				assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void whatCannotBeIsRefusedWithItsReason() {
		assertThatIllegalArgumentException().isThrownBy(() -> exported(State.OPEN, Duration.ofSeconds(-1), 1, null))
			.withMessage("Invalid time that is left (PT-1S): must be zero or more");
		assertThatIllegalArgumentException().isThrownBy(() -> exported(State.OPEN, null, -1, null))
			.withMessage("Invalid openings (-1): must be zero or more");
		assertThatIllegalArgumentException().isThrownBy(() -> exported(State.HALF_OPEN, WAIT, 1, null))
			.withMessageContaining("time does not end HALF_OPEN");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> exported(State.OPEN, null, 1, StateCommand.to(State.FORCED_OPEN)))
			.withMessageContaining("must be one to OPEN");
	}

	private static ExportedState exported(State state, Duration left, int openings, StateCommand command) {
		return new ExportedState(state, HandWallClock.START, HandWallClock.START, left, openings, command);
	}

	@Test
	void aSignalIsNoPartOfWhatIsExported() {
		TestBreaker test = TestBreaker.with((config) -> config.waitDurationInOpenState(Duration.ofSeconds(10)));
		test.breaker.signal("ops", null, Duration.ofHours(24));
		assertThat(test.breaker.export().left()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void underAShortSignalWhatIsLeftOfALongWaitIsExported() {
		this.before.breaker.open(Duration.ofHours(1));
		this.before.advance(Duration.ofMinutes(10));
		this.before.breaker.signal("ops", null, Duration.ofMinutes(1));
		assertThat(this.before.breaker.export().left()).isEqualTo(Duration.ofMinutes(50));
	}

	@Test
	void afterASignalWhatIsLeftOfItsWaitIsExported() {
		this.before.breaker.signal("ops", null, Duration.ofMinutes(1));
		this.before.advance(Duration.ofMinutes(1));
		assertThat(this.before.breaker.export().left()).isEqualTo(WAIT);
		this.before.advance(Duration.ofSeconds(4));
		assertThat(this.before.breaker.export().left()).isEqualTo(Duration.ofSeconds(6));
	}

	@Test
	void underASignalWithoutEndTheUsualWaitIsExported() {
		TestBreaker test = TestBreaker.with((config) -> config.waitDurationInOpenState(Duration.ofSeconds(10)));
		test.breaker.signal("ops", null, Duration.ofSeconds(Long.MAX_VALUE));
		test.advance(Duration.ofDays(1));
		assertThat(test.breaker.export().left()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void asManyOpeningsInARowAsCanBeCountedStayAsMany() {
		TestBreaker after = breaker((config) -> config.maxWaitDurationInOpenState(Duration.ofMinutes(5)));
		assertThat(after.breaker.restore(exported(State.OPEN, WAIT, Integer.MAX_VALUE, null))).isTrue();
		after.advance(WAIT);
		after.fail();
		assertThat(after.snapshot().openings()).isEqualTo(Integer.MAX_VALUE);
		assertThat(after.breaker.retryAfter()).isEqualTo(Duration.ofMinutes(5));
		assertThat(after.breaker.export().openings()).isEqualTo(Integer.MAX_VALUE);
	}

	@Test
	void anOpenBreakerWithoutOpeningsInARowHasOne() {
		TestBreaker after = breaker((config) -> config);
		assertThat(after.breaker.restore(exported(State.OPEN, WAIT, 0, null))).isTrue();
		assertThat(after.snapshot().openings()).isEqualTo(1);
		after.breaker.open();
		assertThat(after.breaker.retryAfter()).isEqualTo(WAIT);
	}

	@Test
	void aCommandToAllKeysSaysUntilWhenItStillHolds() {
		TestBreaker clocks = later(Duration.ofSeconds(3), (builder) -> builder);
		CircuitBreakerConfig config = clocks.breaker.config();
		StateCommand forced = StateCommand.to(State.FORCED_OPEN).hold(WAIT);
		CircuitBreakerGroup held = CircuitBreakerRegistry.of(config).group("held", config, 5);
		assertThat(held.restore(exported(State.FORCED_OPEN, WAIT, 0, forced))).isTrue();
		assertThat(held.standingCommand().orElseThrow().until()).isEqualTo(HandWallClock.START.plus(WAIT));
		CircuitBreakerGroup endless = CircuitBreakerRegistry.of(config).group("endless", config, 5);
		assertThat(endless.restore(exported(State.FORCED_OPEN, null, 0, StateCommand.to(State.FORCED_OPEN)))).isTrue();
		assertThat(endless.standingCommand().orElseThrow().until()).isNull();
	}

}
