package dev.breaker;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Calls that count as slow before they end.
 */
class HungCallTests {

	private static final Duration LIMIT = Duration.ofSeconds(2);

	private static final Duration MOMENT = Duration.ofNanos(1);

	@Test
	void hungCallsOpenAtTheThresholdAndNotAtTheirTimeout() {
		TestBreaker test = watching(100, 20);
		List<Permit> hung = take(test, 20);
		test.advance(LIMIT);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.advance(MOMENT);
		test.refused();
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.SLOW_CALL_RATE);
		assertThat(test.snapshot().slowCalls()).isEqualTo(20);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(20);
		test.advance(Duration.ofSeconds(28));
		hung.forEach(
				(permit) -> permit.failure(new IllegalStateException("timeout"), Duration.ofSeconds(30).toNanos()));
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.slowCallsTotal()).isEqualTo(20);
		assertThat(snapshot.failedCallsTotal()).isEqualTo(20);
		assertThat(snapshot.bufferedCalls()).isEqualTo(20);
		assertThat(snapshot.inFlight()).isZero();
	}

	@Test
	void withoutTheSwitchTheyOpenAtTheirEnd() {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 100, 20).countHungCalls(false));
		List<Permit> hung = take(test, 20);
		test.advance(Duration.ofSeconds(30));
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().inFlight()).isZero();
		assertThat(test.snapshot().oldestInFlight()).isZero();
		hung.forEach((permit) -> permit.success(null, Duration.ofSeconds(30).toNanos()));
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@EnumSource(Look.class)
	void anyLookFindsThem(Look look) {
		TestBreaker test = watching(100, 20);
		List<Permit> hung = take(test, 20);
		Permit other = test.take();
		test.advance(LIMIT.plus(MOMENT));
		look.at(test, other);
		assertThat(test.breaker.period().state).isEqualTo(State.OPEN);
		assertThat(test.heard.changes()).extracting(StateChange::reason).containsExactly(Reason.SLOW_CALL_RATE);
		assertThat(hung).hasSize(20);
	}

	@Test
	void theyOpenAsOfTheThresholdHoweverLateTheLook() {
		TestBreaker test = watching(100, 20);
		List<Permit> hung = take(test, 20);
		test.advance(Duration.ofSeconds(12));
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.OPEN);
		assertThat(snapshot.since()).isEqualTo(HandWallClock.START.plus(LIMIT).plus(MOMENT));
		assertThat(snapshot.retryAfter()).isEqualTo(Duration.ofSeconds(50).plus(MOMENT));
		test.advance(Duration.ofMinutes(1));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(hung).hasSize(20);
	}

	@Test
	void aTimeWindowHasForgottenThoseThatWereSlowLongAgo() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 10, 20).slidingWindowType(SlidingWindowType.TIME_BASED));
		List<Permit> hung = take(test, 19);
		test.advance(Duration.ofSeconds(20));
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(19);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		hung.forEach((permit) -> permit.success(null, Duration.ofSeconds(20).toNanos()));
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(test.snapshot().successfulCallsTotal()).isEqualTo(19);
	}

	@Test
	void aCallCountsAsSlowOnce() {
		TestBreaker test = watching(10, 10);
		Permit hung = test.take();
		test.advance(LIMIT.plus(MOMENT));
		for (int i = 0; i < 3; i++) {
			assertThat(test.snapshot().slowCalls()).isEqualTo(1);
			test.succeed();
		}
		hung.success(null, Duration.ofSeconds(30).toNanos());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.slowCalls()).isEqualTo(1);
		assertThat(snapshot.slowCallsTotal()).isEqualTo(1);
		assertThat(snapshot.bufferedCalls()).isEqualTo(4);
		assertThat(snapshot.successfulCallsTotal()).isEqualTo(4);
	}

	@Test
	void aCallThatEndsSlowBeforeALookCountsTheSame() {
		TestBreaker test = watching(10, 10);
		test.failTaking(Duration.ofSeconds(3));
		test.succeedTaking(Duration.ofSeconds(3));
		test.succeedTaking(LIMIT);
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isEqualTo(3);
		assertThat(snapshot.slowCalls()).isEqualTo(2);
		assertThat(snapshot.slowCallsTotal()).isEqualTo(2);
		assertThat(snapshot.failedCalls()).isEqualTo(1);
		assertThat(snapshot.consecutiveFailures()).isZero();
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aFailureAfterItCountedIsAddedToTheSameCall(SlidingWindowType type) {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 100, 10).slidingWindowType(type));
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(3));
		test.succeed(3);
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		hung.failure(new IllegalStateException(), Duration.ofSeconds(3).toNanos());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isEqualTo(4);
		assertThat(snapshot.failedCalls()).isEqualTo(1);
		assertThat(snapshot.slowCalls()).isEqualTo(1);
		assertThat(snapshot.consecutiveFailures()).isEqualTo(1);
		assertThat(snapshot.failedCallsTotal()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void timeoutsOfMostCallsOpenAlthoughTheyWereSlowLongBefore(SlidingWindowType type) {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(type)
			.slidingWindowSize(20)
			.minimumNumberOfCalls(20)
			.failureRateThreshold(80)
			.slowCallDurationThreshold(LIMIT)
			.slowCallRateThreshold(100)
			.countHungCalls(true));
		List<Permit> hung = new ArrayList<>();
		for (int second = 0; second < 40; second++) {
			hung.addAll(take(test, 9));
			test.succeed();
			test.advance(Duration.ofSeconds(1));
		}
		assertThat(test.state()).isEqualTo(State.CLOSED);
		int timeouts = 0;
		for (int second = 0; second < 40 && test.state() == State.CLOSED; second++) {
			for (int i = 0; i < 9; i++) {
				hung.remove(0).failure(new IllegalStateException("timeout"), Duration.ofSeconds(40).toNanos());
				timeouts++;
			}
			if (test.state() == State.CLOSED) {
				hung.addAll(take(test, 9));
				test.succeed();
				test.advance(Duration.ofSeconds(1));
			}
		}
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.FAILURE_RATE);
		assertThat(timeouts).isLessThan(9 * 30);
	}

	@Test
	void aFailureThatFindsNoCallToBeAddedToIsOne() {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 4, 4).slowCallRateThreshold(100));
		List<Permit> hung = take(test, 2);
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(2);
		test.breaker
			.reconfigure(watching(test.builder(), 5, 5).slowCallRateThreshold(100).countHungCalls(true).build());
		assertThat(test.snapshot().bufferedCalls()).isZero();
		hung.forEach((permit) -> permit.failure(new IllegalStateException(), 1));
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(2);
		assertThat(test.snapshot().failedCalls()).isEqualTo(2);
		assertThat(test.snapshot().slowCalls()).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 31, 32, 33, 64, 65, 100 })
	void aFullWindowTakesAFailureForEachCall(int size) {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(size)
			.withoutFailureRateThreshold()
			.slowCallDurationThreshold(LIMIT)
			.slowCallRateThreshold(100)
			.minimumNumberOfCalls(size)
			.initialState(State.METRICS_ONLY)
			.countHungCalls(true));
		List<Permit> hung = take(test, size + 1);
		test.advance(Duration.ofSeconds(3));
		for (int i = 0; i < size / 2; i++) {
			test.succeed();
		}
		for (int i = 0; i < size; i++) {
			hung.get(i).failure(new IllegalStateException(), 1);
			assertThat(test.snapshot().failedCalls()).isEqualTo(i + 1);
			assertThat(test.snapshot().bufferedCalls()).isEqualTo(size);
			assertThat(test.snapshot().slowCalls()).isEqualTo(size - size / 2);
		}
		hung.get(size).failure(new IllegalStateException(), 1);
		assertThat(test.snapshot().failedCalls()).isEqualTo(size);
		test.succeed(size);
		assertThat(test.snapshot().failedCalls()).isZero();
		assertThat(test.snapshot().slowCalls()).isZero();
	}

	@Test
	void howItEndsDecidesAboutTheRowOfFailures() {
		TestBreaker test = TestBreaker.with((
				config) -> config.consecutiveFailureThreshold(3).slowCallDurationThreshold(LIMIT).countHungCalls(true));
		test.fail(2);
		Permit succeeds = test.take();
		Permit fails = test.take();
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().consecutiveFailures()).isEqualTo(2);
		succeeds.success(null, Duration.ofSeconds(3).toNanos());
		assertThat(test.snapshot().consecutiveFailures()).isZero();
		test.fail(2);
		fails.failure(new IllegalStateException(), Duration.ofSeconds(3).toNanos());
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.CONSECUTIVE_FAILURES);
	}

	@Test
	void releasedAndIgnoredCallsStaySlow() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 10, 10).ignoreExceptions(IllegalArgumentException.class));
		Permit released = test.take();
		Permit ignored = test.take();
		Permit quick = test.take();
		quick.release();
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(2);
		released.release();
		ignored.failure(new IllegalArgumentException(), Duration.ofSeconds(3).toNanos());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.slowCalls()).isEqualTo(2);
		assertThat(snapshot.bufferedCalls()).isEqualTo(2);
		assertThat(snapshot.ignoredCallsTotal()).isEqualTo(1);
		assertThat(snapshot.successfulCallsTotal()).isZero();
		assertThat(snapshot.inFlight()).isZero();
	}

	@Test
	void aCallAdmittedBeforeAChangeGoesIntoTheTotalsAlone() {
		TestBreaker test = watching(10, 1);
		Permit early = test.take();
		Permit late = test.take();
		test.advance(Duration.ofSeconds(1));
		test.breaker.close();
		test.advance(Duration.ofSeconds(2));
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.CLOSED);
		assertThat(snapshot.bufferedCalls()).isZero();
		assertThat(snapshot.slowCallsTotal()).isEqualTo(2);
		assertThat(snapshot.inFlight()).isEqualTo(2);
		early.failure(new IllegalStateException(), Duration.ofSeconds(3).toNanos());
		late.success(null, Duration.ofSeconds(3).toNanos());
		snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isZero();
		assertThat(snapshot.slowCallsTotal()).isEqualTo(2);
		assertThat(snapshot.failedCallsTotal()).isEqualTo(1);
		assertThat(snapshot.successfulCallsTotal()).isEqualTo(1);
	}

	@Test
	void anEndAfterTheOpeningItCausedLeavesTheProbesAlone() {
		TestBreaker test = watching(2, 2);
		List<Permit> hung = take(test, 2);
		test.advance(Duration.ofSeconds(3));
		test.refused();
		test.advance(Duration.ofMinutes(1));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		hung.forEach((permit) -> permit.failure(new IllegalStateException(), Duration.ofMinutes(1).toNanos()));
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(test.snapshot().failedCallsTotal()).isEqualTo(2);
	}

	@Test
	void itIsToldOnceAndBeforeTheChangeThatItCauses() {
		TestBreaker test = watching(2, 2);
		List<String> told = new ArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				told.add("slow after " + Duration.ofNanos(elapsedNanos));
			}

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				told.add(change.to().toString());
			}

			@Override
			public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				told.add("success after " + Duration.ofNanos(elapsedNanos));
			}

		});
		Permit first = test.take();
		test.advance(Duration.ofSeconds(1));
		Permit second = test.take();
		test.advance(Duration.ofMillis(2500));
		test.refused();
		first.success(null, Duration.ofSeconds(3).toNanos());
		second.success(null, Duration.ofSeconds(2).toNanos());
		assertThat(told).containsExactly("slow after PT3.5S", "slow after PT2.5S", "OPEN", "success after PT3S",
				"success after PT2S");
	}

	@Test
	void aHungProbeOpensBeforeItIsLost() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 10, 10).permittedNumberOfCallsInHalfOpenState(4))
			.in(State.HALF_OPEN);
		List<Permit> probes = take(test, 2);
		test.advance(LIMIT);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.advance(MOMENT);
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.OPEN);
		assertThat(snapshot.lastChange().reason()).isEqualTo(Reason.PROBES_FAILED);
		assertThat(snapshot.slowCalls()).isEqualTo(2);
		assertThat(probes).hasSize(2);
	}

	@Test
	void aHungProbeIsToldBeforeTheOpeningAsOfTheThreshold() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 10, 10).permittedNumberOfCallsInHalfOpenState(2))
			.in(State.HALF_OPEN);
		List<String> told = new ArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				told.add("slow after " + Duration.ofNanos(elapsedNanos));
			}

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				told.add(change.to() + " at " + change.at());
			}

		});
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(12));
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(told).containsExactly("slow after PT12S", "OPEN at 2026-03-01T12:00:02.000000001Z");
		hung.release();
	}

	@Test
	void aHungProbeThatDecidesNothingIsWaitedFor() {
		TestBreaker test = TestBreaker
			.with((config) -> config.permittedNumberOfCallsInHalfOpenState(2)
				.failureRateThreshold(50)
				.slowCallDurationThreshold(LIMIT)
				.slowCallRateThreshold(100)
				.countHungCalls(true))
			.in(State.HALF_OPEN);
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(test.snapshot().callsUntilEvaluated()).isEqualTo(1);
		test.succeed();
		assertThat(test.state()).as("it may fail yet").isEqualTo(State.HALF_OPEN);
		test.refused();
		hung.failure(new IllegalStateException(), Duration.ofSeconds(3).toNanos());
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().failedCalls()).isEqualTo(1);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(2);
	}

	@Test
	void aHungProbeThatIsReleasedStaysSlowAndKeepsItsPlace() {
		TestBreaker test = TestBreaker
			.with((config) -> config.permittedNumberOfCallsInHalfOpenState(2)
				.failureRateThreshold(50)
				.slowCallDurationThreshold(LIMIT)
				.slowCallRateThreshold(100)
				.countHungCalls(true))
			.in(State.HALF_OPEN);
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(3));
		hung.release();
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.heard.changes()).hasSize(2);
	}

	@Test
	void aHungProbeThatIsReleasedIsNoSuccess() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 10, 10).slowCallRateThreshold(100)
				.permittedNumberOfCallsInHalfOpenState(3)
				.successThresholdInHalfOpenState(2))
			.in(State.HALF_OPEN);
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(3));
		hung.release();
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		test.succeed();
		assertThat(test.state()).as("one success of two").isEqualTo(State.HALF_OPEN);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void hungProbesThatAreIgnoredOpenWhereTheSuccessesAreOutOfReach() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 10, 10).slowCallRateThreshold(100)
				.ignoreExceptions(IllegalArgumentException.class)
				.permittedNumberOfCallsInHalfOpenState(2)
				.successThresholdInHalfOpenState(2))
			.in(State.HALF_OPEN);
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		assertThat(test.state()).as("it may succeed yet").isEqualTo(State.HALF_OPEN);
		hung.failure(new IllegalArgumentException(), Duration.ofSeconds(3).toNanos());
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_FAILED);
	}

	@Test
	void aProbeIsLostBeforeItIsSlowWhereThatComesFirst() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 10, 10).maxWaitDurationInHalfOpenState(Duration.ofSeconds(1)))
			.in(State.HALF_OPEN);
		Permit probe = test.take();
		test.advance(Duration.ofSeconds(30));
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.lastChange().reason()).isEqualTo(Reason.PROBES_LOST);
		assertThat(snapshot.since()).isEqualTo(HandWallClock.START.plusSeconds(1));
		assertThat(snapshot.slowCallsTotal()).isEqualTo(1);
		assertThat(snapshot.inFlight()).isEqualTo(1);
		probe.release();
		assertThat(test.snapshot().inFlight()).isZero();
	}

	@Test
	void inFlightIsSeenInEveryState() {
		TestBreaker test = watching(10, 10);
		assertThat(test.snapshot().oldestInFlight()).isZero();
		Permit oldest = test.take();
		test.advance(Duration.ofSeconds(5));
		test.succeed();
		Permit newest = test.take();
		test.advance(Duration.ofSeconds(1));
		assertInFlight(test, 2, Duration.ofSeconds(6));
		for (State state : State.values()) {
			test.in(state);
			assertInFlight(test, 2, Duration.ofSeconds(6));
		}
		oldest.release();
		assertInFlight(test, 1, Duration.ofSeconds(1));
		newest.success(null, 1);
		assertInFlight(test, 0, Duration.ZERO);
	}

	@Test
	void callsOfADisabledBreakerAreNotTracked() {
		TestBreaker test = watching(1, 1).in(State.DISABLED);
		Permit permit = test.take();
		test.advance(Duration.ofSeconds(30));
		assertInFlight(test, 0, Duration.ZERO);
		test.in(State.CLOSED);
		permit.success(null, Duration.ofSeconds(30).toNanos());
		assertThat(test.snapshot().slowCallsTotal()).isZero();
	}

	@Test
	void metricsOnlyCountsThemAndNeverOpens() {
		TestBreaker test = watching(1, 1).in(State.METRICS_ONLY);
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(30));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		hung.failure(new IllegalStateException(), 1);
		assertThat(test.snapshot().failedCalls()).isEqualTo(1);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(test.state()).isEqualTo(State.METRICS_ONLY);
	}

	@Test
	void aNewThresholdIsThatOfCallsUnderWay() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 1, 1).slowCallDurationThreshold(Duration.ofSeconds(20)));
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(5));
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.breaker.reconfigure(watching(test.builder(), 1, 1).build());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.OPEN);
		assertThat(snapshot.since()).as("no sooner than the rule").isEqualTo(HandWallClock.START.plusSeconds(5));
		hung.release();
	}

	@Test
	void aLongerThresholdIsThatOfCallsUnderWayToo() {
		TestBreaker test = watching(1, 1);
		Permit permit = test.take();
		CompletableFuture<String> guarded = test.breaker.callAsync(() -> new CompletableFuture<String>())
			.toCompletableFuture();
		test.advance(Duration.ofSeconds(1));
		test.breaker
			.reconfigure(watching(test.builder(), 1, 1).slowCallDurationThreshold(Duration.ofSeconds(20)).build());
		test.advance(Duration.ofSeconds(4));
		permit.success(null, Duration.ofSeconds(5).toNanos());
		guarded.cancel(true);
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.CLOSED);
		assertThat(snapshot.slowCalls()).isZero();
		assertThat(snapshot.slowCallsTotal()).isZero();
		assertThat(snapshot.successfulCallsTotal()).as("the one that was cancelled is none").isEqualTo(1);
	}

	@Test
	void anotherConfigFindsThemAsOfTheirTime() {
		TestBreaker test = watching(100, 20);
		List<Permit> hung = take(test, 20);
		test.advance(Duration.ofSeconds(12));
		test.breaker.reconfigure(watching(test.builder(), 100, 20).permittedNumberOfCallsInHalfOpenState(3).build());
		assertThat(test.snapshot().state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().since()).isEqualTo(HandWallClock.START.plus(LIMIT).plus(MOMENT));
		hung.forEach(Permit::release);
	}

	@Test
	void aLongerThresholdComesAfterWhatTheShorterOneHasDecided() {
		TestBreaker test = watching(100, 20);
		List<Permit> hung = take(test, 20);
		test.advance(Duration.ofSeconds(12));
		test.breaker
			.reconfigure(watching(test.builder(), 100, 20).slowCallDurationThreshold(Duration.ofMinutes(1)).build());
		assertThat(test.snapshot().since()).isEqualTo(HandWallClock.START.plus(LIMIT).plus(MOMENT));
		assertThat(test.snapshot().state()).isEqualTo(State.OPEN);
		hung.forEach(Permit::release);
	}

	@Test
	void aCommandComesAfterWhatTheyHaveDecided() {
		TestBreaker test = watching(100, 20);
		List<Permit> hung = take(test, 20);
		test.advance(Duration.ofSeconds(12));
		test.breaker.forceOpen();
		assertThat(test.heard.changes()).extracting(StateChange::reason)
			.containsExactly(Reason.SLOW_CALL_RATE, Reason.COMMAND);
		assertThat(test.snapshot().slowCalls()).isEqualTo(20);
		hung.forEach(Permit::release);
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(20);
	}

	@Test
	void aCommandIsInForceBeforeAListenerHearsOfThem() {
		TestBreaker test = watching(2, 2);
		List<State> seen = new ArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				seen.add(breaker.state());
			}

		});
		List<Permit> hung = take(test, 3);
		test.advance(LIMIT.plus(MOMENT));
		test.breaker.forceOpen();
		assertThat(seen).containsExactly(State.FORCED_OPEN, State.FORCED_OPEN, State.FORCED_OPEN);
		hung.forEach(Permit::release);
	}

	@Test
	void aResetForgetsThem() {
		TestBreaker test = watching(100, 20);
		List<Permit> hung = take(test, 20);
		test.advance(Duration.ofSeconds(12));
		test.breaker.reset();
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.CLOSED);
		assertThat(snapshot.slowCallsTotal()).isZero();
		hung.forEach(Permit::release);
		assertThat(test.snapshot().slowCallsTotal()).isZero();
	}

	@Test
	void aListenerThatLooksHearsOfOneCallAfterTheOther() {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 1000, 1000).initialState(State.METRICS_ONLY));
		AtomicInteger depth = new AtomicInteger();
		AtomicInteger deepest = new AtomicInteger();
		AtomicInteger heard = new AtomicInteger();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
				assertThat(breaker.snapshot().slowCalls()).isEqualTo(50);
				heard.incrementAndGet();
				depth.decrementAndGet();
			}

		});
		List<Permit> hung = take(test, 50);
		test.advance(LIMIT.plus(MOMENT));
		assertThat(test.state()).isEqualTo(State.METRICS_ONLY);
		assertThat(heard).hasValue(50);
		assertThat(deepest).hasValue(1);
		hung.forEach(Permit::release);
	}

	@Test
	void aListenerThatBlocksHoldsNoOtherCallBack() throws Exception {
		TestBreaker test = watching(3, 3);
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger heard = new AtomicInteger();
		List<State> changes = new CopyOnWriteArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				if (heard.getAndIncrement() == 0) {
					blocked.countDown();
					awaitQuietly(release);
				}
			}

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				changes.add(change.to());
			}

		});
		List<Permit> hung = take(test, 3);
		test.advance(LIMIT.plus(MOMENT));
		Thread first = new Thread(test.breaker::snapshot, "first");
		first.start();
		blocked.await();
		test.refused();
		assertThat(heard).hasValue(3);
		assertThat(changes).containsExactly(State.OPEN);
		release.countDown();
		first.join();
		hung.forEach(Permit::release);
	}

	@Test
	void callsThatAreNotPermittedAreUnderWayToo() {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 10, 10).enforce(false)).in(State.OPEN);
		Permit fails = test.take();
		Permit succeeds = test.take();
		assertInFlight(test, 2, Duration.ZERO);
		test.advance(LIMIT.plus(MOMENT));
		assertInFlight(test, 2, LIMIT.plus(MOMENT));
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(2);
		fails.failure(new IllegalStateException(), Duration.ofSeconds(3).toNanos());
		succeeds.success(null, Duration.ofSeconds(3).toNanos());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.inFlight()).isZero();
		assertThat(snapshot.slowCallsTotal()).isEqualTo(2);
		assertThat(snapshot.failedCallsTotal()).isEqualTo(1);
		assertThat(snapshot.successfulCallsTotal()).isEqualTo(1);
		assertThat(snapshot.wouldRefuseTotal()).isEqualTo(2);
		assertThat(snapshot.bufferedCalls()).isZero();
	}

	@Test
	void switchedOffItLetsCallsUnderWayEndAsUsual() {
		TestBreaker test = watching(10, 10);
		Permit counted = test.take();
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		Permit uncounted = test.take();
		test.breaker.reconfigure(watching(test.builder(), 10, 10).countHungCalls(false).build());
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		assertInFlight(test, 0, Duration.ZERO);
		counted.failure(new IllegalStateException(), Duration.ofSeconds(6).toNanos());
		uncounted.success(null, Duration.ofSeconds(3).toNanos());
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isEqualTo(2);
		assertThat(snapshot.slowCalls()).isEqualTo(2);
		assertThat(snapshot.failedCalls()).isEqualTo(1);
		test.breaker.reconfigure(watching(test.builder(), 10, 10).build());
		assertInFlight(test, 0, Duration.ZERO);
	}

	@Test
	void switchedOnItTracksCallsThatBeginFromThen() {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 10, 10).countHungCalls(false));
		Permit before = test.take();
		test.breaker.reconfigure(watching(test.builder(), 10, 10).build());
		Permit after = test.take();
		test.advance(Duration.ofSeconds(3));
		assertInFlight(test, 1, Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		before.success(null, Duration.ofSeconds(3).toNanos());
		after.success(null, Duration.ofSeconds(3).toNanos());
		assertThat(test.snapshot().slowCalls()).isEqualTo(2);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(2);
	}

	@Test
	void aLostPermitIsUnderWayUntilTheCollectorHasTakenIt() {
		TestBreaker test = watching(10, 10);
		Permit kept = test.take();
		for (int i = 0; i < 100; i++) {
			test.take();
		}
		await().untilAsserted(() -> {
			System.gc();
			assertThat(test.snapshot().inFlight()).isEqualTo(1);
		});
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(1);
		kept.release();
		assertThat(test.snapshot().inFlight()).isZero();
	}

	@Test
	void aLostPermitThatCountedStaysCounted() {
		TestBreaker test = watching(10, 10);
		lose(test);
		await().untilAsserted(() -> {
			System.gc();
			assertThat(test.snapshot().inFlight()).isZero();
		});
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(1);
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
	}

	private static void lose(TestBreaker test) {
		Permit lost = test.take();
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		assertThat(lost).isNotNull();
	}

	@Test
	void oneCallDoesNoMoreThanItsShareOfTheCounting() {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 1000, 1000).initialState(State.METRICS_ONLY));
		List<Permit> hung = take(test, 200);
		test.advance(Duration.ofSeconds(3));
		hung.add(test.breaker.acquire());
		long counted = test.breaker.period().counts(test.clock.now()).slow();
		assertThat(counted).isBetween(1L, 199L);
		assertThat(test.snapshot().slowCalls()).isEqualTo(200);
		hung.forEach(Permit::release);
	}

	@Test
	void aFutureThatHangsCounts() {
		TestBreaker test = watching(1, 1);
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> guarded = test.breaker.callAsync(() -> source).toCompletableFuture();
		test.advance(LIMIT.plus(MOMENT));
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertInFlight(test, 1, LIMIT.plus(MOMENT));
		source.complete("late");
		assertThat(guarded).isCompletedWithValue("late");
		assertInFlight(test, 0, Duration.ZERO);
		assertThat(test.snapshot().successfulCallsTotal()).isEqualTo(1);
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(1);
	}

	@Test
	void aFutureThatIsCancelledAfterItCountedIsOneSlowSuccess() {
		TestBreaker test = watching(10, 10);
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<String> guarded = test.breaker.callAsync(() -> source).toCompletableFuture();
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		guarded.cancel(true);
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.slowCalls()).isEqualTo(1);
		assertThat(snapshot.bufferedCalls()).isEqualTo(1);
		assertThat(snapshot.successfulCallsTotal()).isEqualTo(1);
	}

	@Test
	void aMonoThatHangsCounts() {
		TestBreaker test = watching(1, 1);
		Disposable subscription = Mono.never().transform(CircuitBreakerOperator.of(test.breaker)).subscribe();
		assertInFlight(test, 1, Duration.ZERO);
		test.advance(LIMIT.plus(MOMENT));
		assertThat(test.state()).isEqualTo(State.OPEN);
		subscription.dispose();
		assertInFlight(test, 0, Duration.ZERO);
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(1);
	}

	@Test
	void aCallInsideACallIsNotTracked() {
		TestBreaker test = watching(10, 10);
		OutermostCalls calls = test.breaker.outermost();
		calls.<String, RuntimeException>call(() -> calls.<String, RuntimeException>call(() -> {
			assertInFlight(test, 1, Duration.ZERO);
			return "good";
		}));
		assertInFlight(test, 0, Duration.ZERO);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
	}

	@Test
	void aCallThatIsUnderWayItselfFindsTheOthers() {
		TestBreaker test = watching(2, 2);
		Permit other = test.take();
		State seen = test.breaker.call(() -> {
			test.advance(LIMIT.plus(MOMENT));
			return test.state();
		});
		assertThat(seen).isEqualTo(State.OPEN);
		other.release();
	}

	@Test
	void keyedBreakersEachCountTheirOwn() {
		HandClock clock = new HandClock();
		CircuitBreakerConfig config = watching(CircuitBreakerConfig.builder().nanoClock(clock), 10, 1).build();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 10);
		Permit hung = group.get("lyon").acquire();
		Permit quick = group.get("porto").acquire();
		clock.advance(Duration.ofSeconds(1));
		quick.success(null, 1);
		clock.advance(Duration.ofSeconds(2));
		assertThat(group.get("lyon").state()).isEqualTo(State.OPEN);
		assertThat(group.get("lyon").snapshot().inFlight()).isEqualTo(1);
		assertThat(group.get("porto").state()).isEqualTo(State.CLOSED);
		assertThat(group.get("porto").snapshot().inFlight()).isZero();
		hung.release();
	}

	@Test
	void theExplanationSaysHowManyAreUnderWay() {
		TestBreaker test = watching(100, 20);
		Permit one = test.take();
		test.advance(Duration.ofSeconds(1));
		assertThat(test.breaker.explain())
			.hasToString("Closed for 1 s: no call in its window; 0 of 20 calls needed; " + "1 call under way for 1 s");
		List<Permit> more = take(test, 19);
		test.advance(Duration.ofSeconds(3).plus(MOMENT));
		assertThat(test.breaker.explain().toString())
			.startsWith("Open for 1 s: 20 of the last 20 calls took longer than 2 s")
			.endsWith("; 20 calls under way, the oldest for 4 s");
		one.release();
		more.forEach(Permit::release);
	}

	@Test
	void aListenerThatThrowsLosesNoneOfThem() {
		TestBreaker test = watching(3, 3);
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				throw new IllegalStateException("listener");
			}

		});
		List<Permit> hung = take(test, 3);
		test.advance(LIMIT.plus(MOMENT));
		test.refused();
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(3);
		hung.forEach(Permit::release);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void assertInFlight(TestBreaker test, int calls, Duration oldest) {
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.inFlight()).isEqualTo(calls);
		assertThat(snapshot.oldestInFlight()).isEqualTo(oldest);
	}

	private static List<Permit> take(TestBreaker test, int permits) {
		return new ArrayList<>(Stream.generate(test::take).limit(permits).toList());
	}

	/** Judges slow calls alone, at half of the window. */
	private static TestBreaker watching(int calls, int minimum) {
		UnaryOperator<CircuitBreakerConfig.Builder> settings = (config) -> watching(config, calls, minimum);
		return TestBreaker.with(settings);
	}

	private static CircuitBreakerConfig.Builder watching(CircuitBreakerConfig.Builder config, int calls, int minimum) {
		return config.slidingWindowSize(calls)
			.minimumNumberOfCalls(minimum)
			.withoutFailureRateThreshold()
			.slowCallDurationThreshold(LIMIT)
			.slowCallRateThreshold(50)
			.countHungCalls(true);
	}

	/** The ways to look at a breaker. */
	enum Look {

		ACQUIRE {

			@Override
			void at(TestBreaker test, Permit other) {
				assertThat(test.breaker.tryAcquire()).isNull();
			}

		},

		RECORD {

			@Override
			void at(TestBreaker test, Permit other) {
				other.success(null, 1);
			}

		},

		RELEASE {

			@Override
			void at(TestBreaker test, Permit other) {
				other.release();
			}

		},

		SNAPSHOT {

			@Override
			void at(TestBreaker test, Permit other) {
				assertThat(test.snapshot().state()).isEqualTo(State.OPEN);
			}

		},

		STATE {

			@Override
			void at(TestBreaker test, Permit other) {
				assertThat(test.breaker.state()).isEqualTo(State.OPEN);
			}

		},

		EXPLANATION {

			@Override
			void at(TestBreaker test, Permit other) {
				assertThat(test.breaker.explain().state()).isEqualTo(State.OPEN);
			}

		},

		ASYNCHRONOUS_CALL {

			@Override
			void at(TestBreaker test, Permit other) {
				assertThat(test.breaker.callAsync(CompletableFuture::new).toCompletableFuture())
					.isCompletedExceptionally();
			}

		},

		ANOTHER_CONFIG {

			@Override
			void at(TestBreaker test, Permit other) {
				test.breaker.reconfigure(test.breaker.config());
			}

		},

		ANOTHER_GATE {

			@Override
			void at(TestBreaker test, Permit other) {
				test.breaker.probeGate(null);
			}

		},

		SIGNAL {

			@Override
			void at(TestBreaker test, Permit other) {
				test.breaker.signal("backlog", null, Duration.ofMinutes(1));
			}

		},

		FLEET {

			@Override
			void at(TestBreaker test, Permit other) {
				test.breaker.follow(new FleetDecision(State.OPEN, Duration.ofMinutes(5), 1, null));
			}

		},

		RESTORATION {

			@Override
			void at(TestBreaker test, Permit other) {
				ExportedState exported = new ExportedState(State.OPEN, HandWallClock.START, HandWallClock.START,
						Duration.ofHours(1), 1, null);
				assertThat(test.breaker.restore(exported)).isFalse();
			}

		},

		SUBSCRIPTION {

			@Override
			void at(TestBreaker test, Permit other) {
				Mono.never()
					.transform(CircuitBreakerOperator.of(test.breaker))
					.onErrorComplete(CallNotPermittedException.class)
					.block();
			}

		};

		abstract void at(TestBreaker test, Permit other);

	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aFailureIsACallOfItsOwnWhereItsWindowIsReplaced(SlidingWindowType type) {
		HandClock clock = new HandClock();
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.slidingWindowType(type)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.countHungCalls(true)
			.nanoClock(clock)
			.build();
		CircuitBreaker breaker = CircuitBreaker.of("payments", config);
		Permit permit = breaker.tryAcquire();
		clock.advance(Duration.ofSeconds(2));
		assertThat(breaker.snapshot().slowCalls()).isEqualTo(1);
		breaker.reconfigure(config.toBuilder().slidingWindowSize(50).build());
		permit.failure(new IllegalStateException("down"), 0);
		assertThat(breaker.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(breaker.snapshot().failedCalls()).isEqualTo(1);
	}

	@Test
	void oneCallCountsAsManyAsSixtyFour() {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 1000, 1000).initialState(State.METRICS_ONLY));
		List<Permit> hung = take(test, 200);
		test.advance(Duration.ofSeconds(3));
		hung.add(test.breaker.acquire());
		assertThat(test.breaker.period().counts(test.clock.now()).slow()).isEqualTo(64);
		hung.forEach(Permit::release);
	}

	@Test
	void aSignalThatIsTakenBackTellsOfHungCallsToo() {
		TestBreaker test = watching(10, 10);
		List<Long> slow = new ArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				slow.add(elapsedNanos);
			}

		});
		Permit hung = test.take();
		test.breaker.signal("backlog", null, Duration.ofMinutes(1));
		test.advance(LIMIT.plus(MOMENT));
		test.breaker.clearSignal("backlog");
		assertThat(slow).containsExactly(LIMIT.plus(MOMENT).toNanos());
		hung.release();
	}

	@Test
	void theLastProbeThatHungDecidesWhenItIsReleased() {
		TestBreaker test = twoProbes();
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(3));
		test.succeed();
		assertThat(test.state()).as("it may fail yet").isEqualTo(State.HALF_OPEN);
		hung.release();
		assertThat(test.heard.changes()).extracting(StateChange::to).containsExactly(State.HALF_OPEN, State.CLOSED);
	}

	@Test
	void theLastProbeThatHungDecidesWhenItFails() {
		TestBreaker test = twoProbes();
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(3));
		test.succeed();
		assertThat(test.state()).as("it may succeed yet").isEqualTo(State.HALF_OPEN);
		hung.failure(new IllegalStateException(), Duration.ofSeconds(3).toNanos());
		assertThat(test.heard.changes()).extracting(StateChange::to).containsExactly(State.HALF_OPEN, State.OPEN);
	}

	private static TestBreaker twoProbes() {
		return TestBreaker
			.with((config) -> config.permittedNumberOfCallsInHalfOpenState(2)
				.failureRateThreshold(50)
				.slowCallDurationThreshold(LIMIT)
				.slowCallRateThreshold(100)
				.countHungCalls(true))
			.in(State.HALF_OPEN);
	}

	@Test
	void metricsOnlyGoesOnCountingPastAllThresholds() {
		TestBreaker test = TestBreaker
			.with((config) -> watching(config, 10, 1).failureRateThreshold(10).initialState(State.METRICS_ONLY));
		Permit hung = test.take();
		test.advance(Duration.ofSeconds(3));
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		hung.failure(new IllegalStateException(), Duration.ofSeconds(3).toNanos());
		test.fail(2);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(3);
		assertThat(test.snapshot().failedCalls()).isEqualTo(3);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void theyOpenAtTheThresholdByAClockOfAnyReading(SlidingWindowType type) {
		for (long start : new long[] { -Duration.ofHours(1).toNanos(), Duration.ofHours(1).toNanos() }) {
			TestBreaker test = TestBreaker.with(new HandClock(start),
					(config) -> watching(config, 10, 2).slidingWindowType(type));
			List<Permit> hung = take(test, 2);
			test.advance(LIMIT);
			assertThat(test.state()).isEqualTo(State.CLOSED);
			test.advance(MOMENT);
			assertThat(test.state()).isEqualTo(State.OPEN);
			assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.SLOW_CALL_RATE);
			assertThat(test.snapshot().slowCalls()).isEqualTo(2);
			hung.forEach(Permit::release);
		}
	}

	@Test
	void aCallIsDueOnceItHasTakenLongerThanTheThreshold() {
		TestBreaker test = watching(10, 10);
		CallsInFlight calls = new CallsInFlight();
		assertThat(calls.isDue(100, 5)).isFalse();
		CallsInFlight.Tracked call = calls.begin(test.breaker.period(), 10);
		assertThat(calls.isDue(15, 5)).isFalse();
		assertThat(calls.count(test.breaker, 15, 5)).isFalse();
		assertThat(calls.isDue(16, 5)).isTrue();
		assertThat(calls.count(test.breaker, 16, 5)).isTrue();
		assertThat(calls.isDue(100, 5)).isFalse();
		assertThat(calls.count(test.breaker, 100, 5)).isFalse();
		assertThat(test.snapshot().slowCalls()).isEqualTo(1);
		assertThat(calls.takeUntold().elapsed).isEqualTo(6);
		assertThat(CallsInFlight.Call.end(call)).isTrue();
	}

	@Test
	void aCallThatReadTheClockBeforeTheOneAheadBeginsWithIt() {
		TestBreaker test = watching(10, 10);
		CallsInFlight calls = new CallsInFlight();
		CallsInFlight.Tracked first = calls.begin(test.breaker.period(), 10);
		CallsInFlight.Tracked second = calls.begin(test.breaker.period(), 4);
		assertThat(calls.figures(30)).isEqualTo(new CallsInFlight.Figures(2, Duration.ofNanos(20)));
		assertThat(CallsInFlight.Call.end(first)).isFalse();
		assertThat(calls.figures(30)).isEqualTo(new CallsInFlight.Figures(1, Duration.ofNanos(20)));
		CallsInFlight.Tracked third = calls.begin(test.breaker.period(), 12);
		assertThat(CallsInFlight.Call.end(second)).isFalse();
		assertThat(calls.figures(30)).isEqualTo(new CallsInFlight.Figures(1, Duration.ofNanos(18)));
		assertThat(CallsInFlight.Call.end(third)).isFalse();
	}

	@Test
	void aLostPermitThatIsFoundByALookCountsNothingAndLeavesOnce() {
		TestBreaker test = watching(10, 10);
		WeakReference<Permit> lost = new WeakReference<>(test.take());
		test.advance(LIMIT);
		Permit kept = test.take();
		test.advance(MOMENT);
		await().until(() -> {
			System.gc();
			return lost.get() == null;
		});
		assertThat(test.state()).isEqualTo(State.CLOSED);
		await().during(Duration.ofMillis(50)).untilAsserted(() -> assertInFlight(test, 1, MOMENT));
		assertThat(test.snapshot().slowCallsTotal()).isZero();
		test.advance(LIMIT);
		assertThat(test.snapshot().slowCallsTotal()).isEqualTo(1);
		kept.release();
		assertInFlight(test, 0, Duration.ZERO);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void aBlockedListenerThatLooksHearsOfNoOtherCallMeanwhile(int blocking) throws Exception {
		TestBreaker test = TestBreaker.with((config) -> watching(config, 1000, 1000).initialState(State.METRICS_ONLY));
		List<CountDownLatch> release = Stream.generate(() -> new CountDownLatch(1)).limit(blocking).toList();
		List<CountDownLatch> blocked = Stream.generate(() -> new CountDownLatch(1)).limit(blocking).toList();
		ThreadLocal<Integer> depth = ThreadLocal.withInitial(() -> 0);
		AtomicInteger deepest = new AtomicInteger();
		AtomicInteger heard = new AtomicInteger();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
				int number = heard.getAndIncrement();
				depth.set(depth.get() + 1);
				deepest.accumulateAndGet(depth.get(), Math::max);
				if (number < blocking) {
					blocked.get(number).countDown();
					awaitQuietly(release.get(number));
					breaker.state();
				}
				depth.set(depth.get() - 1);
			}

		});
		List<Permit> hung = new ArrayList<>();
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < blocking; i++) {
			hung.add(test.take());
			test.advance(LIMIT.plus(MOMENT));
			threads.add(new Thread(test.breaker::snapshot, "teller " + i));
			threads.get(i).start();
			blocked.get(i).await();
		}
		for (int i = 0; i < blocking; i++) {
			// Told by this thread, while that one tells.
			hung.add(test.take());
			test.advance(LIMIT.plus(MOMENT));
			assertThat(test.snapshot().slowCalls()).isEqualTo(hung.size());
			assertThat(heard).hasValue(hung.size());
			// Found by that thread from inside of the listener.
			hung.add(test.take());
			test.advance(LIMIT.plus(MOMENT));
			release.get(i).countDown();
			threads.get(i).join();
			assertThat(heard).hasValue(hung.size());
		}
		assertThat(deepest).hasValue(1);
		hung.forEach(Permit::release);
	}

}
