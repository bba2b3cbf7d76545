package dev.breaker;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Another config for a breaker at work.
 */
class ReconfigureTests {

	@Test
	void whatIsLeftOfAWaitStaysWhenTheConfigChanges() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.advance(Duration.ofSeconds(3));
		reconfigure(test, (config) -> config.waitDurationInOpenState(Duration.ofMinutes(5)).waitDurationMultiplier(2));
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(7));
		test.advance(Duration.ofSeconds(7).minusNanos(1));
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.fail();
		assertThat(test.snapshot().retryAfter()).as("the next wait, doubled").isEqualTo(Duration.ofMinutes(10));
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void stateTotalsAndHistoryStay(State state) {
		TestBreaker test = TestBreaker.simple();
		test.succeed(4);
		test.fail(3);
		test.refused();
		test.wall.advance(Duration.ofSeconds(1));
		test.in(state);
		Snapshot before = test.snapshot();
		test.heard.forget();
		test.wall.advance(Duration.ofSeconds(1));
		reconfigure(test, (config) -> config.failureRateThreshold(33).initialState(State.CLOSED));
		Snapshot after = test.snapshot();
		assertThat(after.state()).isEqualTo(state);
		assertThat(after.since()).isEqualTo(before.since());
		assertThat(after.lastChange()).isEqualTo(before.lastChange());
		assertThat(after.openings()).isEqualTo(before.openings());
		assertThat(after.retryAfter()).isEqualTo(before.retryAfter());
		assertThat(after.successfulCallsTotal()).isEqualTo(4);
		assertThat(after.failedCallsTotal()).isEqualTo(3);
		assertThat(after.notPermittedCallsTotal()).isEqualTo(1);
		assertThat(test.heard.news()).as("no change of state").isEmpty();
		assertThat(test.breaker.config().failureRateThreshold()).isEqualTo(33f);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aWindowOfTheSameTypeAndSizeIsKept(SlidingWindowType type) {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(type).slidingWindowSize(50));
		test.succeed(5);
		test.fail(5);
		reconfigure(test, (config) -> config.failureRateThreshold(60).minimumNumberOfCalls(10));
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(10);
		assertThat(test.snapshot().failedCalls()).isEqualTo(5);
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).as("8 of 13").isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aWindowWhoseSizeChangedStartsEmpty(SlidingWindowType type) {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(type).slidingWindowSize(50));
		test.fail(5);
		reconfigure(test, (config) -> config.slidingWindowSize(40));
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(test.snapshot().failedCallsTotal()).isEqualTo(5);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aWindowWhoseTypeChangedStartsEmpty(SlidingWindowType type) {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(50).slidingWindowType(other(type)));
		test.fail(5);
		reconfigure(test, (config) -> config.slidingWindowType(type));
		assertThat(test.snapshot().bufferedCalls()).isZero();
		test.fail(20);
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void aConfigThatWasReplacedIsNotHeld(State state) {
		TestBreaker test = TestBreaker.simple().in(state);
		reconfigure(test, (config) -> config.failureRateThreshold(20));
		WeakReference<CircuitBreakerConfig> replaced = new WeakReference<>(test.breaker.config());
		reconfigure(test, (config) -> config.failureRateThreshold(30));
		await().until(() -> {
			System.gc();
			return replaced.get() == null;
		});
	}

	@Test
	void stricterRulesOpenWithTheNextFailureNotAtOnce() {
		TestBreaker test = TestBreaker.with((config) -> config.minimumNumberOfCalls(10).failureRateThreshold(90));
		test.succeed(5);
		test.fail(5);
		reconfigure(test, (config) -> config.failureRateThreshold(10));
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aRowOfFailuresGoesOn() {
		TestBreaker test = TestBreaker.simple();
		test.fail(2);
		reconfigure(test, (config) -> config.consecutiveFailureThreshold(4));
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(2);
		test.fail();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aCallThatRunsMeanwhileCounts() {
		TestBreaker test = TestBreaker.simple();
		Permit permit = test.take();
		reconfigure(test, (config) -> config.failureRateThreshold(20));
		permit.failure(new IllegalStateException(), 0);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(1);
	}

	@Test
	void theLastFailureIsStillKnown() {
		TestBreaker before = TestBreaker.simple();
		Throwable last = new IllegalArgumentException("the last");
		before.throwing(last);
		reconfigure(before, (config) -> config.failureRateThreshold(20));
		before.in(State.OPEN);
		assertThat(before.snapshot().lastChange().lastFailure())
			.isEqualTo(new Failure(last.getClass().getName(), last.getMessage(), HandWallClock.START));

		TestBreaker meanwhile = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1));
		Permit permit = meanwhile.take();
		reconfigure(meanwhile, (config) -> config.failureRateThreshold(20));
		permit.failure(last, 0);
		assertThat(meanwhile.state()).isEqualTo(State.OPEN);
		assertThat(meanwhile.snapshot().lastChange().lastFailure())
			.isEqualTo(new Failure(last.getClass().getName(), last.getMessage(), HandWallClock.START));
		assertThat(meanwhile.refused()).hasMessageContaining("java.lang.IllegalArgumentException");
	}

	@Test
	void aProbeThatRunsMeanwhileDecides() {
		TestBreaker good = TestBreaker.simple().in(State.HALF_OPEN);
		Permit permit = good.take();
		reconfigure(good, (config) -> config.waitDurationInOpenState(Duration.ofSeconds(1)));
		assertThat(good.admits()).as("its place is still taken").isFalse();
		permit.success(null, 0);
		assertThat(good.state()).isEqualTo(State.CLOSED);

		TestBreaker bad = TestBreaker.simple().in(State.HALF_OPEN);
		permit = bad.take();
		reconfigure(bad, (config) -> config.waitDurationInOpenState(Duration.ofSeconds(1)));
		permit.failure(new IllegalStateException(), 0);
		assertThat(bad.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aProbeThatNeverReportsIsLostUnderTheNewConfigToo() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		test.take();
		test.advance(Duration.ofSeconds(5));
		reconfigure(test, (config) -> config.maxWaitDurationInHalfOpenState(Duration.ofSeconds(20)));
		test.advance(Duration.ofSeconds(15).minusNanos(1));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.advance(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aProbeThatIsTooOldForTheNewConfigIsLost() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		test.take();
		test.advance(Duration.ofSeconds(25));
		reconfigure(test, (config) -> config.maxWaitDurationInHalfOpenState(Duration.ofSeconds(20)));
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_LOST);
	}

	@Test
	void aProbeIsLostNoSoonerThanTheRuleCame() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		test.take();
		test.advance(Duration.ofSeconds(40));
		reconfigure(test, (config) -> config.maxWaitDurationInHalfOpenState(Duration.ofSeconds(20))
			.waitDurationInOpenState(Duration.ofSeconds(10)));
		assertThat(test.snapshot()).extracting(Snapshot::state, Snapshot::since, Snapshot::retryAfter)
			.containsExactly(State.OPEN, HandWallClock.START.plusSeconds(40), Duration.ofSeconds(10));
		assertThat(test.snapshot().lastChange()).extracting(StateChange::reason, StateChange::at)
			.containsExactly(Reason.PROBES_LOST, HandWallClock.START.plusSeconds(40));
	}

	@Test
	void aProbeOfAfterTheNewConfigIsLostWhenItsTimeIsOver() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		test.advance(Duration.ofSeconds(40));
		reconfigure(test, (config) -> config.maxWaitDurationInHalfOpenState(Duration.ofSeconds(20)));
		test.take();
		test.advance(Duration.ofSeconds(22));
		assertThat(test.snapshot().lastChange()).extracting(StateChange::reason, StateChange::at)
			.containsExactly(Reason.PROBES_LOST, HandWallClock.START.plusSeconds(60));
	}

	@Test
	void aShorterWaitDoesNotEndAnOpenThatIsUnderWay() {
		TestBreaker test = TestBreaker.simple().in(State.OPEN);
		test.advance(Duration.ofSeconds(8));
		reconfigure(test, (config) -> config.waitDurationInOpenState(Duration.ofSeconds(1)));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(2));
		test.advance(Duration.ofSeconds(2));
		assertThat(test.snapshot().since()).isEqualTo(HandWallClock.START.plusSeconds(10));
	}

	@Test
	void halfOpenNeverSticksWhenFewerProbesArePermittedThanCameBack() {
		TestBreaker test = TestBreaker
			.with((config) -> config.permittedNumberOfCallsInHalfOpenState(10).successThresholdInHalfOpenState(10))
			.in(State.HALF_OPEN);
		test.succeed(5);
		reconfigure(test,
				(config) -> config.permittedNumberOfCallsInHalfOpenState(3).successThresholdInHalfOpenState(3));
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void fewerPermittedProbesJudgeByTheRateOfThoseThatCameBack() {
		TestBreaker good = TestBreaker.with((config) -> config.failureRateThreshold(50)).in(State.HALF_OPEN);
		good.succeed(3);
		good.fail();
		reconfigure(good, (config) -> config.permittedNumberOfCallsInHalfOpenState(2));
		assertThat(good.state()).as("1 of 4").isEqualTo(State.CLOSED);

		TestBreaker bad = TestBreaker.with((config) -> config.failureRateThreshold(50)).in(State.HALF_OPEN);
		bad.succeed(2);
		bad.fail(2);
		reconfigure(bad, (config) -> config.permittedNumberOfCallsInHalfOpenState(3));
		assertThat(bad.state()).as("2 of 4").isEqualTo(State.OPEN);
	}

	@Test
	void moreProbesMayPassWhenMoreArePermitted() {
		TestBreaker test = TestBreaker
			.with((config) -> config.failureRateThreshold(100).permittedNumberOfCallsInHalfOpenState(2))
			.in(State.HALF_OPEN);
		test.take();
		test.take();
		assertThat(test.admits()).isFalse();
		reconfigure(test, (config) -> config.permittedNumberOfCallsInHalfOpenState(3));
		test.take();
		assertThat(test.admits()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "FORCED_OPEN", "DISABLED" })
	void whatIsLeftOfAHoldStays(State state) {
		TestBreaker test = TestBreaker.simple();
		if (state == State.FORCED_OPEN) {
			test.breaker.forceOpen(Duration.ofMinutes(10));
		}
		else {
			test.breaker.disable(Duration.ofMinutes(10));
		}
		test.advance(Duration.ofMinutes(4));
		reconfigure(test, (config) -> config.waitDurationInOpenState(Duration.ofHours(1)));
		test.advance(Duration.ofMinutes(6).minusNanos(1));
		assertThat(test.state()).isEqualTo(state);
		test.advance(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void newExceptionRulesHoldForTheNextCall() {
		TestBreaker test = TestBreaker.simple();
		reconfigure(test, (config) -> config.ignoreExceptions(IllegalStateException.class));
		test.fail();
		assertThat(test.snapshot().ignoredCallsTotal()).isEqualTo(1);
		reconfigure(test, (config) -> config.ignoreExceptions());
		test.fail();
		assertThat(test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void slowCallsCanBeSwitchedOnAndOff() {
		TestBreaker test = TestBreaker.with((config) -> config);
		reconfigure(test, (config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1)));
		test.succeedTaking(Duration.ofSeconds(2));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		reconfigure(test, (config) -> config.withoutSlowCallDurationThreshold());
		test.succeedTaking(Duration.ofSeconds(2));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(2);
	}

	@Test
	void theClocksOfTheBreakerStay() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.advance(Duration.ofSeconds(3));
		test.breaker.reconfigure(
				CircuitBreakerConfig.builder().consecutiveFailureThreshold(3).nanoClock(() -> Long.MAX_VALUE).build());
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(7));
		test.advance(Duration.ofSeconds(7));
		test.succeed();
		assertThat(test.snapshot().since()).isEqualTo(HandWallClock.START.plusSeconds(10));
	}

	@Test
	void aWaitThatIsOverIsOverBeforeTheNewConfigComes() {
		TestBreaker test = TestBreaker.simple().in(State.OPEN);
		test.advance(Duration.ofSeconds(10));
		reconfigure(test, (config) -> config.waitDurationInOpenState(Duration.ofDays(1)));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
	}

	private static SlidingWindowType other(SlidingWindowType type) {
		return (type == SlidingWindowType.COUNT_BASED) ? SlidingWindowType.TIME_BASED : SlidingWindowType.COUNT_BASED;
	}

	private static void reconfigure(TestBreaker test, UnaryOperator<CircuitBreakerConfig.Builder> changes) {
		test.breaker.reconfigure(changes.apply(test.breaker.config().toBuilder()).build());
	}

}
