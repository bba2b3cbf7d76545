package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A breaker that has closed lets calls in by and by.
 */
class RecoveryRampTests {

	private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

	/** A breaker that has just closed, after one opening, with a ramp of ten seconds. */
	private static TestBreaker closed(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		TestBreaker test = TestBreaker.with((config) -> settings.apply(config.recoveryRampDuration(TEN_SECONDS)
			.waitDurationInOpenState(TEN_SECONDS)
			.permittedNumberOfCallsInHalfOpenState(1)));
		test.breaker.open();
		test.advance(TEN_SECONDS);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		return test;
	}

	private static TestBreaker closed() {
		return closed(UnaryOperator.identity());
	}

	/** Which of so many calls pass. */
	private static List<Integer> passing(TestBreaker test, int calls) {
		List<Integer> passing = new ArrayList<>();
		for (int i = 0; i < calls; i++) {
			if (test.admits()) {
				passing.add(i);
			}
		}
		return passing;
	}

	/** Takes a permit, however many calls are refused before. */
	private static Permit taken(TestBreaker test) {
		for (int i = 0; i < 100; i++) {
			Permit permit = test.breaker.tryAcquire();
			if (permit != null) {
				return permit;
			}
		}
		throw new AssertionError("a hundred calls were refused");
	}

	private static void fail(TestBreaker test, int times) {
		for (int i = 0; i < times; i++) {
			taken(test).failure(new IllegalStateException("down"), 0);
		}
	}

	@Test
	void everyTenthCallPassesRightAfterClosing() {
		assertThat(passing(closed(), 50)).containsExactly(0, 10, 20, 30, 40);
	}

	@Test
	void aThirdIsEveryThirdCallAndTwoThirdsAreTwoOfThree() {
		assertThat(passing(closed((config) -> config.recoveryRampStart(100.0 / 3)), 9)).containsExactly(0, 3, 6);
		assertThat(passing(closed((config) -> config.recoveryRampStart(200.0 / 3)), 9)).containsExactly(0, 1, 3, 4, 6,
				7);
	}

	@ParameterizedTest
	@CsvSource({ "0, 10", "2500, 32.5", "5000, 55", "7500, 77.5", "9999, 99.991", "10000, 100", "60000, 100" })
	void theShareGrowsEvenlyWithTime(long millis, float percent) {
		TestBreaker test = closed();
		test.advance(Duration.ofMillis(millis));
		assertThat(test.snapshot().admittedShare()).isEqualTo(percent);
		assertThat(passing(test, 1000).size()).isBetween((int) (percent * 10), (int) (percent * 10) + 1);
	}

	@Test
	void refusalsAreSpreadEvenlyWhileTheShareGrows() {
		TestBreaker test = closed();
		double admitted = 0;
		double shares = 0;
		for (int i = 0; i < 1000; i++) {
			shares += test.snapshot().admittedShare() / 100;
			admitted += test.admits() ? 1 : 0;
			assertThat(admitted - shares).as("at call " + i).isBetween(-0.01, 1.01);
			test.advance(Duration.ofMillis(10));
		}
		assertThat(shares).isBetween(549.0, 551.0);
	}

	@Test
	void whatIsRefusedIsCountedAndTold() {
		TestBreaker test = closed();
		passing(test, 10);
		assertThat(test.snapshot().notPermittedCallsTotal()).isEqualTo(9);
		assertThat(test.heard.news()).filteredOn("refused"::equals).hasSize(9);
	}

	@Test
	void afterTheRampNothingIsRefusedAndNoClockIsRead() {
		TestBreaker test = closed();
		test.advance(TEN_SECONDS);
		assertThat(test.admits()).isTrue();
		long reads = test.clock.reads();
		assertThat(passing(test, 100)).hasSize(100);
		assertThat(test.clock.reads()).isEqualTo(reads);
		assertThat(test.breaker.period().share()).isSameAs(AdmittedShare.ALL);
	}

	@Test
	void aLookAfterTheRampEndsItToo() {
		TestBreaker test = closed();
		test.advance(TEN_SECONDS);
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
		assertThat(test.breaker.period().share()).isSameAs(AdmittedShare.ALL);
		assertThat(test.heard.changes()).hasSize(3);
	}

	@Test
	void withoutARampAllCallsPassAtOnce() {
		TestBreaker test = closed(CircuitBreakerConfig.Builder::withoutRecoveryRampDuration);
		assertThat(test.breaker.period().share()).isSameAs(AdmittedShare.ALL);
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
		assertThat(passing(test, 20)).hasSize(20);
	}

	@Test
	void aNewBreakerHasNoRamp() {
		TestBreaker test = TestBreaker.with((config) -> config.recoveryRampDuration(TEN_SECONDS));
		assertThat(passing(test, 20)).hasSize(20);
		assertThat(test.breaker.period().share()).isSameAs(AdmittedShare.ALL);
	}

	@Test
	void theRefusalSaysWhyAndWhenToComeBack() {
		TestBreaker test = closed();
		test.succeed();
		CallNotPermittedException refusal = test.refused();
		assertThat(refusal.state()).isEqualTo(State.CLOSED);
		assertThat(refusal.retryAfter()).isBetween(Duration.ofMillis(1111), Duration.ofMillis(1112));
		assertThat(refusal).hasMessage("Circuit breaker 'payments' is CLOSED and admits 10 % of calls during its "
				+ "recovery ramp, all in 10 s; reason: PROBES_SUCCEEDED; try again in 1.111 s");
	}

	@Test
	void refusedCallsComeBackSpreadOverWhatIsLeftOfTheRamp() {
		TestBreaker test = closed();
		test.succeed();
		Duration before = Duration.ZERO;
		for (int i = 0; i < 9; i++) {
			Duration retryAfter = test.refused().retryAfter();
			assertThat(retryAfter.minus(before)).isBetween(Duration.ofMillis(1100), Duration.ofMillis(1120));
			before = retryAfter;
		}
		assertThat(before).isBetween(Duration.ofMillis(9990), TEN_SECONDS);
	}

	@Test
	void halfwayARefusedCallComesBackWhenTheShareHasGrownToItsPlace() {
		TestBreaker test = closed();
		test.advance(Duration.ofSeconds(5));
		test.succeed(2);
		assertThat(test.refused().retryAfter()).isBetween(Duration.ofMillis(1100), Duration.ofMillis(1120));
	}

	@Test
	void theExplanationOfFailuresTellsTheShareToo() {
		TestBreaker test = closed();
		taken(test).failure(new IllegalStateException(), 0);
		assertThat(test.breaker.explain()).hasToString("Closed although 100 % of calls failed: 1 of 2 calls needed; "
				+ "admits 10 % of calls during its recovery ramp, all in 10 s");
	}

	@Test
	void theExplanationTellsTheShareAndWhenItIsAll() {
		TestBreaker test = closed();
		assertThat(test.breaker.explain()).hasToString("Closed after its probes succeeded: admits 10 % of calls "
				+ "during its recovery ramp, all in 10 s; no call in its window; 0 of 2 calls needed");
		test.advance(Duration.ofMillis(9_999));
		assertThat(test.breaker.explain().toString()).contains("admits 99.9 % of calls during its recovery ramp");
		test.advance(Duration.ofMillis(1));
		assertThat(test.breaker.explain().toString()).doesNotContain("admits");
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void theMinimumOfCallsIsScaledToTheShare(SlidingWindowType type) {
		TestBreaker test = closed((config) -> config.slidingWindowType(type));
		assertThat(test.snapshot().callsUntilEvaluated()).isEqualTo(2);
		test.advance(Duration.ofSeconds(5));
		assertThat(test.snapshot().callsUntilEvaluated()).isEqualTo(11);
		test.advance(Duration.ofSeconds(5));
		assertThat(test.snapshot().callsUntilEvaluated()).isEqualTo(20);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aFewFailuresAtASmallShareOpenIt(SlidingWindowType type) {
		TestBreaker test = closed((config) -> config.slidingWindowType(type));
		fail(test, 1);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		fail(test, 1);
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.heard.changes().get(3).reason()).isEqualTo(Reason.FAILURE_RATE);
	}

	@Test
	void asManyFailuresAtALargerShareDoNot() {
		TestBreaker test = closed();
		test.advance(Duration.ofSeconds(5));
		fail(test, 10);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		fail(test, 1);
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aCallThatEndsAfterTheRampIsJudgedWithoutIt() {
		TestBreaker test = closed();
		Permit first = taken(test);
		Permit second = taken(test);
		test.advance(TEN_SECONDS);
		first.failure(new IllegalStateException(), 0);
		second.failure(new IllegalStateException(), 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().failedCalls()).isEqualTo(2);
		fail(test, 18);
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void slowCallsAreJudgedByTheShareOfTheMinimumToo() {
		TestBreaker test = closed((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1)));
		taken(test).success(null, Duration.ofSeconds(2).toNanos());
		taken(test).success(null, Duration.ofSeconds(2).toNanos());
		assertThat(test.heard.changes().get(3).reason()).isEqualTo(Reason.SLOW_CALL_RATE);
	}

	@Test
	void aRelapseIsOneMoreOpeningInARow() {
		TestBreaker test = closed((config) -> config.waitDurationMultiplier(3));
		assertThat(test.snapshot().openings()).isEqualTo(1);
		fail(test, 2);
		assertThat(test.snapshot().openings()).isEqualTo(2);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(30));
	}

	@Test
	void afterTheRampTheRowOfOpeningsIsForgotten() {
		TestBreaker test = closed((config) -> config.waitDurationMultiplier(3));
		test.advance(TEN_SECONDS);
		assertThat(test.snapshot().openings()).isZero();
		fail(test, 20);
		assertThat(test.snapshot().openings()).isEqualTo(1);
		assertThat(test.snapshot().retryAfter()).isEqualTo(TEN_SECONDS);
	}

	@Test
	void theRowIsKeptUntilTheBreakerWasStableForLongEnough() {
		UnaryOperator<CircuitBreakerConfig.Builder> stable = (config) -> config.withoutRecoveryRampDuration()
			.stableFor(Duration.ofSeconds(60))
			.waitDurationMultiplier(3);
		TestBreaker early = closed(stable);
		early.advance(Duration.ofSeconds(60).minusNanos(1));
		assertThat(early.snapshot().openings()).isEqualTo(1);
		fail(early, 20);
		assertThat(early.snapshot().openings()).isEqualTo(2);
		TestBreaker late = closed(stable);
		late.advance(Duration.ofSeconds(60));
		assertThat(late.snapshot().openings()).isZero();
		fail(late, 20);
		assertThat(late.snapshot().openings()).isEqualTo(1);
	}

	@Test
	void theRowOutlastsTheRampWhereItIsToBeStableForLonger() {
		TestBreaker test = closed((config) -> config.stableFor(Duration.ofSeconds(60)));
		test.advance(Duration.ofSeconds(30));
		assertThat(passing(test, 10)).hasSize(10);
		assertThat(test.snapshot().openings()).isEqualTo(1);
		test.advance(Duration.ofSeconds(30));
		assertThat(test.snapshot().openings()).isZero();
	}

	@Test
	void aCommandToCloseBeginsARampAndAnotherEndsIt() {
		TestBreaker test = TestBreaker.with((config) -> config.recoveryRampDuration(TEN_SECONDS));
		test.breaker.open();
		test.breaker.close();
		assertThat(test.snapshot().admittedShare()).isEqualTo(10);
		test.breaker.close();
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
	}

	@Test
	void aResetEndsTheRampAndForgetsTheRow() {
		TestBreaker test = closed((config) -> config.stableFor(Duration.ofMinutes(1)));
		test.breaker.reset();
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
		assertThat(test.snapshot().openings()).isZero();
	}

	@Test
	void aHoldThatIsOverBeginsARampAtItsEnd() {
		TestBreaker test = TestBreaker.with((config) -> config.recoveryRampDuration(TEN_SECONDS));
		test.breaker.forceOpen(Duration.ofSeconds(30));
		test.advance(Duration.ofSeconds(35));
		assertThat(test.snapshot().admittedShare()).isEqualTo(55);
		test.breaker.forceOpen(Duration.ofSeconds(30));
		test.advance(Duration.ofSeconds(45));
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
	}

	@ParameterizedTest
	@EnumSource(value = State.class, names = { "DISABLED", "METRICS_ONLY" })
	void whereCallsPassedBeforeThereIsNoRamp(State state) {
		TestBreaker test = TestBreaker.with((config) -> config.recoveryRampDuration(TEN_SECONDS)).in(state);
		test.breaker.close();
		assertThat(passing(test, 20)).hasSize(20);
	}

	@Test
	void anotherConfigChangesTheRampThatIsUnderWay() {
		TestBreaker test = closed();
		test.advance(Duration.ofSeconds(5));
		test.breaker.reconfigure(test.breaker.config()
			.toBuilder()
			.recoveryRampDuration(Duration.ofSeconds(20))
			.recoveryRampStart(20)
			.build());
		assertThat(test.snapshot().admittedShare()).isEqualTo(40);
		test.breaker.reconfigure(test.breaker.config().toBuilder().recoveryRampDuration(Duration.ofSeconds(4)).build());
		assertThat(test.snapshot().admittedShare()).isEqualTo(100);
	}

	@Test
	void aConfigWithoutARampEndsItAndOneWithARampBeginsNone() {
		TestBreaker test = closed();
		CircuitBreakerConfig with = test.breaker.config();
		test.breaker.reconfigure(with.toBuilder().withoutRecoveryRampDuration().build());
		assertThat(test.breaker.period().share()).isSameAs(AdmittedShare.ALL);
		test.breaker.reconfigure(with);
		assertThat(test.breaker.period().share()).isSameAs(AdmittedShare.ALL);
	}

	@Test
	void aCallInsideOfOneThatPassedIsNotRefused() {
		TestBreaker test = closed();
		Fallback<String, RuntimeException> refused = (thrown) -> "refused";
		String answer = test.breaker.outermost()
			.call(() -> test.breaker.outermost().call(() -> "done", refused), refused);
		assertThat(answer).isEqualTo("done");
		assertThat(test.breaker.outermost().call(() -> "done", refused)).isEqualTo("refused");
	}

	@Test
	void inItsRampABreakerOfAKeyIsNotAsNew() {
		TestBreaker test = closed((config) -> config.stableFor(Duration.ofSeconds(60)));
		assertThat(test.breaker.isClean(test.clock.now())).isFalse();
		test.advance(TEN_SECONDS);
		assertThat(test.breaker.isClean(test.clock.now())).as("with a row of openings").isFalse();
		test.advance(Duration.ofSeconds(50));
		assertThat(test.breaker.isClean(test.clock.now())).isTrue();
	}

	@Test
	void norIsOneThatIsStillToBeginIt() {
		TestBreaker test = TestBreaker.with((config) -> config.recoveryRampDuration(TEN_SECONDS));
		test.breaker.forceOpen(TEN_SECONDS);
		test.advance(Duration.ofSeconds(15));
		assertThat(test.breaker.isClean(test.clock.now())).isFalse();
		test.advance(Duration.ofSeconds(5));
		assertThat(test.breaker.isClean(test.clock.now())).isTrue();
	}

	@Test
	void norIsOneThatHasNoOpeningsBehindIt() {
		TestBreaker test = TestBreaker.with((config) -> config.recoveryRampDuration(TEN_SECONDS));
		test.breaker.forceOpen(TEN_SECONDS);
		test.advance(TEN_SECONDS);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().openings()).isZero();
		long over = test.clock.now() + TEN_SECONDS.toNanos();
		assertThat(test.breaker.isClean(over - 1)).isFalse();
		assertThat(test.breaker.isClean(over)).isTrue();
	}

	@Test
	void aRampLongerThanNanosecondsCanSayBegins() {
		TestBreaker test = closed((config) -> config.recoveryRampDuration(Duration.ofDays(200_000)));
		assertThat(passing(test, 21)).containsExactly(0, 10, 20);
		assertThat(test.refused().retryAfter()).isPositive();
	}

}
