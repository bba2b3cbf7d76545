package dev.breaker;

import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * A breaker that follows what its fleet has decided.
 */
class FleetDecisionTests {

	private static final Duration WAIT = Duration.ofSeconds(10);

	private static final Duration NANO = Duration.ofNanos(1);

	private static final String WHY = "7 of 10 instances";

	/** Opens after three failures in a row, waits ten seconds. */
	private final TestBreaker test = TestBreaker.simple();

	private boolean follow(State state, Duration remaining, int openings) {
		return this.test.breaker.follow(new FleetDecision(state, remaining, openings, WHY));
	}

	private boolean open(Duration remaining) {
		return follow(State.OPEN, remaining, 1);
	}

	private boolean halfOpen() {
		return follow(State.HALF_OPEN, Duration.ZERO, 1);
	}

	private boolean close() {
		return follow(State.CLOSED, Duration.ZERO, 0);
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSED", "HALF_OPEN" })
	void itOpensForWhatIsLeftOfTheFleetsWait(State before) {
		this.test.in(before);
		this.test.heard.forget();
		assertThat(follow(State.OPEN, Duration.ofSeconds(25), 3)).isTrue();
		assertThat(this.test.heard.news()).containsExactly(before + " -> OPEN, FLEET");
		assertThat(this.test.refused().retryAfter()).isEqualTo(Duration.ofSeconds(25));
		assertThat(this.test.snapshot().openings()).isEqualTo(3);
		assertThat(this.test.snapshot().lastChange())
			.extracting(StateChange::reason, StateChange::comment, StateChange::actor)
			.containsExactly(Reason.FLEET, WHY, null);
		this.test.advance(Duration.ofSeconds(25).minus(NANO));
		assertThat(this.test.admits()).isFalse();
		this.test.advance(NANO);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.snapshot().lastChange().reason()).isEqualTo(Reason.WAIT_ELAPSED);
	}

	@ParameterizedTest
	@CsvSource({ "1, 2", "60, 2", "6, 3" })
	void openAlreadyItTakesTheFleetsEndAndOpenings(long seconds, int openings) {
		this.test.fail(3);
		this.test.advance(Duration.ofSeconds(4));
		this.test.heard.forget();
		Duration remaining = Duration.ofSeconds(seconds);
		assertThat(follow(State.OPEN, remaining, openings)).isTrue();
		assertThat(this.test.heard.news()).isEmpty();
		assertThat(this.test.snapshot())
			.extracting(Snapshot::since, Snapshot::retryAfter, Snapshot::openings, (seen) -> seen.lastChange().reason())
			.containsExactly(HandWallClock.START, remaining, openings, Reason.CONSECUTIVE_FAILURES);
		this.test.advance(remaining.minus(NANO));
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		this.test.advance(NANO);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void theSameAgainChangesNothing() {
		assertThat(close()).isFalse();
		assertThat(open(WAIT)).isTrue();
		assertThat(open(WAIT)).isFalse();
		assertThat(halfOpen()).isTrue();
		assertThat(halfOpen()).isFalse();
		assertThat(close()).isTrue();
		assertThat(close()).isFalse();
		assertThat(this.test.heard.news()).containsExactly("CLOSED -> OPEN, FLEET", "OPEN -> HALF_OPEN, FLEET",
				"HALF_OPEN -> CLOSED, FLEET");
	}

	@Test
	void anOpeningThatIsOverIsHalfOpenAtOnce() {
		open(Duration.ZERO);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.heard.news()).containsExactly("CLOSED -> OPEN, FLEET", "OPEN -> HALF_OPEN, WAIT_ELAPSED");
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSED", "OPEN" })
	void halfOpenHasAllPlacesFree(State before) {
		this.test.in(before);
		assertThat(follow(State.HALF_OPEN, Duration.ZERO, 4)).isTrue();
		assertThat(this.test.snapshot().lastChange().reason()).isEqualTo(Reason.FLEET);
		assertThat(this.test.snapshot().openings()).isEqualTo(4);
		this.test.take();
		this.test.refused();
	}

	@Test
	void halfOpenAlreadyItKeepsItsProbes() {
		this.test.in(State.HALF_OPEN);
		Permit probe = this.test.take();
		assertThat(follow(State.HALF_OPEN, Duration.ZERO, 4)).isTrue();
		assertThat(this.test.snapshot().openings()).isEqualTo(4);
		this.test.refused();
		probe.success(null, 0);
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@EnumSource(names = { "OPEN", "HALF_OPEN" })
	void itClosesWithAnEmptyWindow(State before) {
		this.test.fail(3);
		this.test.advance((before == State.OPEN) ? Duration.ZERO : WAIT);
		assertThat(this.test.state()).isEqualTo(before);
		assertThat(close()).isTrue();
		assertThat(this.test.snapshot())
			.extracting(Snapshot::state, Snapshot::bufferedCalls, Snapshot::openings,
					(seen) -> seen.lastChange().reason())
			.containsExactly(State.CLOSED, 0, 0, Reason.FLEET);
		this.test.succeed();
	}

	@Test
	void aRecoveryOfTheFleetHasARampAndIsRemembered() {
		TestBreaker ramped = TestBreaker.with((config) -> config.recoveryRampDuration(WAIT)
			.stableFor(Duration.ofMinutes(1))
			.waitDurationMultiplier(2)
			.waitDurationInOpenState(WAIT)
			.consecutiveFailureThreshold(1));
		ramped.breaker.follow(new FleetDecision(State.OPEN, WAIT, 3, null));
		ramped.breaker.follow(new FleetDecision(State.CLOSED, Duration.ZERO, 0, null));
		assertThat(ramped.snapshot().admittedShare()).isEqualTo(10);
		assertThat(ramped.snapshot().openings()).isEqualTo(3);
		ramped.advance(WAIT);
		ramped.fail();
		assertThat(ramped.snapshot().openings()).isEqualTo(4);
		assertThat(ramped.snapshot().retryAfter()).isEqualTo(WAIT.multipliedBy(8));
	}

	@Test
	void theBackoffGoesOnFromTheOpeningsOfTheFleet() {
		TestBreaker growing = TestBreaker.with((config) -> config.waitDurationMultiplier(2)
			.waitDurationInOpenState(WAIT)
			.consecutiveFailureThreshold(3));
		growing.breaker.follow(new FleetDecision(State.HALF_OPEN, Duration.ZERO, 2, null));
		growing.fail();
		assertThat(growing.snapshot().openings()).isEqualTo(3);
		assertThat(growing.snapshot().retryAfter()).isEqualTo(WAIT.multipliedBy(4));
	}

	@Test
	void openIsOneOpeningAtLeast() {
		assertThat(follow(State.OPEN, WAIT, 0)).isTrue();
		assertThat(this.test.snapshot().openings()).isEqualTo(1);
		assertThat(follow(State.OPEN, WAIT, 0)).isFalse();
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void whatACommandHoldsStays(State held) {
		this.test.in(held);
		this.test.heard.forget();
		assertThat(open(WAIT)).isFalse();
		assertThat(halfOpen()).isFalse();
		assertThat(close()).isFalse();
		assertThat(this.test.state()).isEqualTo(held);
		assertThat(this.test.heard.news()).isEmpty();
		this.test.breaker.close();
		assertThat(open(WAIT)).isTrue();
	}

	@Test
	void aWaitThatACommandGaveStays() {
		this.test.breaker.open(Duration.ofMinutes(5));
		assertThat(open(WAIT)).isFalse();
		assertThat(halfOpen()).isFalse();
		assertThat(close()).isFalse();
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofMinutes(5));
		this.test.advance(Duration.ofMinutes(5));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(close()).isTrue();
	}

	@Test
	void aCommandToOpenWithoutAWaitGoesOnAsTheFleetSays() {
		this.test.breaker.apply(StateCommand.to(State.OPEN).actor("alice"));
		assertThat(open(Duration.ofMinutes(1))).isTrue();
		assertThat(this.test.breaker.explain().command()).isNotNull().satisfies((standing) -> {
			assertThat(standing.command().actor()).isEqualTo("alice");
			assertThat(standing.until()).isEqualTo(HandWallClock.START.plusSeconds(60));
		});
		assertThat(close()).isTrue();
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aHoldThatIsOverIsFollowedAtOnce() {
		this.test.breaker.forceOpen(WAIT);
		this.test.advance(WAIT);
		assertThat(open(Duration.ofSeconds(3))).isTrue();
		assertThat(this.test.heard.news()).containsExactly("CLOSED -> FORCED_OPEN, COMMAND",
				"FORCED_OPEN -> CLOSED, HOLD_ELAPSED", "CLOSED -> OPEN, FLEET");
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSED", "HALF_OPEN" })
	void aSignalThatLivesKeepsItOpen(State decided) {
		open(Duration.ofHours(1));
		this.test.breaker.signal("backlog", null, Duration.ofMinutes(1));
		this.test.advance(Duration.ofSeconds(20));
		assertThat(follow(decided, Duration.ZERO, 0)).as("the fleet's wait is over").isTrue();
		assertThat(follow(decided, Duration.ZERO, 0)).isFalse();
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(40).plus(WAIT));
		this.test.advance(Duration.ofSeconds(40));
		assertThat(follow(decided, Duration.ZERO, 0)).isTrue();
		assertThat(this.test.state()).isEqualTo(decided);
	}

	@Test
	void theFleetsEndCountsFromNowHoweverLateItOpened() {
		this.test.advance(Duration.ofHours(1));
		this.test.fail(3);
		this.test.advance(Duration.ofSeconds(4));
		assertThat(open(Duration.ofSeconds(25))).isTrue();
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(25));
	}

	@Test
	void aSignalAloneKeepsItOpenHoweverLateItOpened() {
		this.test.advance(Duration.ofHours(1));
		open(Duration.ofHours(1));
		this.test.breaker.signal("backlog", null, Duration.ofMinutes(1));
		this.test.advance(Duration.ofSeconds(20));
		assertThat(close()).isTrue();
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(40).plus(WAIT));
	}

	@Test
	void whatASignalOpenedAfterAHoldHasNoWaitToEnd() {
		this.test.breaker.forceOpen(WAIT);
		this.test.breaker.signal("backlog", null, Duration.ofMinutes(1));
		this.test.advance(WAIT);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(close()).isFalse();
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofMinutes(1));
	}

	@Test
	void aSignalIsHeardWhileTheFleetIsOpen() {
		open(WAIT);
		this.test.breaker.signal("backlog", null, Duration.ofMinutes(1));
		assertThat(open(Duration.ofSeconds(5))).isTrue();
		assertThat(this.test.breaker.retryAfter()).isEqualTo(Duration.ofMinutes(1).plus(WAIT));
	}

	@Test
	void callsOfBeforeTheFleetOpenedCountNoMore() {
		Permit before = this.test.take();
		open(WAIT);
		close();
		before.failure(new IllegalStateException(), 0);
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
		assertThat(this.test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void withoutEnforcingItFollowsAndRefusesNothing() {
		TestBreaker shadow = TestBreaker.with((config) -> config.enforce(false));
		assertThat(shadow.breaker.follow(new FleetDecision(State.OPEN, WAIT, 1, null))).isTrue();
		assertThat(shadow.state()).isEqualTo(State.OPEN);
		assertThat(shadow.snapshot().lastChange().enforced()).isFalse();
		shadow.succeed();
	}

	@Test
	void theLongestWaitThereIsDoesNotEndAtOnce() {
		Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
		this.test.advance(Duration.ofDays(1));
		open(longest);
		this.test.advance(Duration.ofDays(1));
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		open(longest);
		this.test.advance(Duration.ofDays(365));
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void theExplanationSaysThatTheFleetDecided() {
		open(Duration.ofSeconds(30));
		this.test.advance(Duration.ofSeconds(12));
		assertThat(this.test.breaker.explain())
			.hasToString("Open for 12 s: its fleet opened it (7 of 10 instances); the next probe may pass in 18 s");
		close();
		this.test.advance(Duration.ofSeconds(3));
		assertThat(this.test.breaker.explain().toString())
			.startsWith("Closed for 3 s after its fleet closed it (7 of 10 instances): ");
		this.test.breaker.follow(new FleetDecision(State.OPEN, WAIT, 1, null));
		assertThat(this.test.breaker.explain().toString()).startsWith("Open: its fleet opened it; ");
		assertThat(this.test.refused()).hasMessageContaining("reason: FLEET");
	}

	@Test
	void whatTheFleetSaysIsOneLineAndNotTooLong() {
		String endless = "down\nWARN forged " + "x".repeat(1000);
		FleetDecision decision = new FleetDecision(State.OPEN, WAIT, 1, endless);
		assertThat(decision.why()).hasSize(Signal.MAX_REASON_LENGTH).isEqualTo(endless.substring(0, 500));
		this.test.breaker.follow(decision);
		assertThat(this.test.breaker.explain().toString()).doesNotContain("\n");
	}

	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED", "METRICS_ONLY" })
	void aFleetDecidesForNoStateOfACommand(State state) {
		assertThatIllegalArgumentException().isThrownBy(() -> new FleetDecision(state, Duration.ZERO, 0, null))
			.withMessage("Invalid state of a fleet (" + state + "): must be CLOSED, OPEN or HALF_OPEN; to be " + state
					+ " takes a command");
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOSED", "HALF_OPEN" })
	void onlyOpenHasAWait(State state) {
		assertThatIllegalArgumentException().isThrownBy(() -> new FleetDecision(state, NANO, 0, null))
			.withMessage(
					"Invalid remaining wait of a fleet (PT0.000000001S): must be zero in " + state + ", OPEN has one");
	}

	@Test
	void whatCannotBeIsRefusedWithItsReason() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new FleetDecision(State.OPEN, Duration.ofSeconds(-1), 0, null))
			.withMessage("Invalid remaining wait of a fleet (PT-1S): must be zero or more");
		assertThatIllegalArgumentException().isThrownBy(() -> new FleetDecision(State.OPEN, WAIT, -1, null))
			.withMessage("Invalid openings of a fleet (-1): must be zero or more");
		assertThatNullPointerException().isThrownBy(() -> new FleetDecision(null, WAIT, 1, null)).withMessage("state");
		assertThatNullPointerException().isThrownBy(() -> this.test.breaker.follow((FleetDecision) null))
			.withMessage("decision");
	}

	@Test
	void aKeyThatItsGroupLetGoComesBackAndFollows() {
		CircuitBreakerConfig config = this.test.breaker.config();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 1);
		CircuitBreaker a = group.get("a");
		group.get("b").call(() -> "done");
		assertThat(group.find("a")).isEmpty();
		assertThat(a.follow(new FleetDecision(State.OPEN, WAIT, 1, null))).isTrue();
		assertThat(group.find("a")).containsSame(a);
		assertThat(group.get("a").state()).isEqualTo(State.OPEN);
	}

	@Test
	void aKeyWithANewBreakerFollowsWithThatOne() {
		CircuitBreakerConfig config = this.test.breaker.config();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 1);
		CircuitBreaker former = group.get("a");
		group.get("b");
		CircuitBreaker present = group.get("a");
		assertThat(present).isNotSameAs(former);
		assertThat(former.follow(new FleetDecision(State.OPEN, WAIT, 1, null))).isTrue();
		assertThat(present.state()).isEqualTo(State.OPEN);
	}

	/** Whichever is first, the command is in force afterwards. */
	@ParameterizedTest
	@EnumSource(names = { "FORCED_OPEN", "DISABLED" })
	void aCommandAtTheSameMomentWins(State commanded) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			CyclicBarrier start = new CyclicBarrier(2);
			for (int round = 0; round < 2000; round++) {
				CircuitBreaker breaker = TestBreaker.simple().breaker;
				Future<?> following = threads.submit(() -> {
					start.await();
					return breaker.follow(new FleetDecision(State.OPEN, WAIT, 1, null));
				});
				Future<?> commanding = threads.submit(() -> {
					start.await();
					breaker.apply(StateCommand.to(commanded));
					return null;
				});
				following.get(1, TimeUnit.MINUTES);
				commanding.get(1, TimeUnit.MINUTES);
				assertThat(breaker.state()).isEqualTo(commanded);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

}
