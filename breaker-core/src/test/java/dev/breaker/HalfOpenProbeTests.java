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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The places that the probes take, and the probes that never come back.
 */
class HalfOpenProbeTests {

	private static final Duration LEASE = Duration.ofSeconds(30);

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 5, 10 })
	void neverMoreProbesThanPermitted(int permitted) {
		TestBreaker test = halfOpen(permitted);
		List<Permit> permits = new ArrayList<>();
		for (int i = 0; i < permitted; i++) {
			permits.add(test.take());
		}
		assertThat(test.breaker.tryAcquire()).isNull();
		permits.get(0).release();
		permits.get(0).release();
		permits.get(0).success(null, 0);
		test.take();
		assertThat(test.breaker.tryAcquire()).as("a place that was given back twice").isNull();
	}

	@Test
	void aProbeThatCameBackKeepsItsPlace() {
		TestBreaker test = TestBreaker
			.with((config) -> config.failureRateThreshold(100)
				.permittedNumberOfCallsInHalfOpenState(3)
				.successThresholdInHalfOpenState(3))
			.in(State.HALF_OPEN);
		test.succeed();
		test.take();
		test.take();
		assertThat(test.admits()).isFalse();
	}

	@Test
	void aCallAdmittedBeforeGivesNoPlaceBack() {
		TestBreaker test = halfOpen(1);
		test.in(State.CLOSED);
		Permit old = test.take();
		test.in(State.HALF_OPEN);
		test.take();
		old.release();
		assertThat(test.breaker.tryAcquire()).isNull();
	}

	@Test
	void moreProbesThanPermittedNeverPassHoweverManyThreadsAsk() throws Exception {
		for (int round = 0; round < 50; round++) {
			TestBreaker test = halfOpen(3);
			CountDownLatch start = new CountDownLatch(1);
			ExecutorService threads = Executors.newFixedThreadPool(8);
			List<Future<Permit>> asked = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				asked.add(threads.submit(() -> {
					start.await();
					return test.breaker.tryAcquire();
				}));
			}
			start.countDown();
			int admitted = 0;
			for (Future<Permit> one : asked) {
				admitted += (one.get(10, TimeUnit.SECONDS) != null) ? 1 : 0;
			}
			threads.shutdown();
			assertThat(admitted).isEqualTo(3);
			assertThat(test.snapshot().notPermittedCallsTotal()).isEqualTo(5);
		}
	}

	@Test
	void halfOpenNeverSticksWhenAProbeNeverReports() {
		TestBreaker test = halfOpen(1);
		test.take();
		test.advance(LEASE.minusNanos(1));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.admits()).isFalse();
		test.advance(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_LOST);
		assertThat(test.snapshot().openings()).isEqualTo(1);
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void halfOpenNeverSticksWithTheDefaults() {
		TestBreaker test = TestBreaker.with((config) -> config).in(State.HALF_OPEN);
		for (int i = 0; i < 10; i++) {
			test.take();
		}
		for (int cycle = 0; cycle < 3; cycle++) {
			test.advance(Duration.ofSeconds(60));
			test.advance(Duration.ofSeconds(60));
			assertThat(test.admits()).as("cycle %s", cycle).isTrue();
			for (int i = 0; i < 10; i++) {
				test.take();
			}
		}
	}

	@Test
	void halfOpenNeverSticksWhenTheLastProbeIsIgnored() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(1)
				.permittedNumberOfCallsInHalfOpenState(2)
				.ignoreExceptions(IllegalArgumentException.class))
			.in(State.HALF_OPEN);
		test.succeed();
		test.throwing(new IllegalArgumentException());
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void theWaitAfterALostProbeDoesNotDependOnWhoLookedWhen() {
		TestBreaker watched = halfOpen(1);
		TestBreaker alone = halfOpen(1);
		watched.take();
		alone.take();
		for (int i = 0; i < 6; i++) {
			watched.state();
			watched.advance(Duration.ofSeconds(6));
			alone.advance(Duration.ofSeconds(6));
		}
		assertThat(alone.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(4));
		assertThat(watched.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(4));
		alone.advance(Duration.ofDays(1));
		alone.succeed();
	}

	@Test
	void aRefusedCallerIsWhoFindsTheLostProbe() {
		TestBreaker test = halfOpen(1);
		test.take();
		test.advance(LEASE);
		CallNotPermittedException refusal = test.refused();
		assertThat(refusal.state()).isEqualTo(State.OPEN);
		assertThat(refusal.getMessage()).contains("PROBES_LOST");
		assertThat(test.heard.count("HALF_OPEN -> OPEN, PROBES_LOST")).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -3_600_000_000_000L, Long.MAX_VALUE - 20_000_000_000L })
	void eachProbeHasItsOwnTime(long origin) {
		TestBreaker test = halfOpen(3, new HandClock(origin));
		Permit first = test.take();
		test.advance(LEASE.dividedBy(2));
		test.take();
		first.release();
		test.advance(LEASE.dividedBy(2));
		assertThat(test.state()).as("the first came back").isEqualTo(State.HALF_OPEN);
		test.advance(LEASE.dividedBy(2).minusNanos(1));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.advance(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void oneLostProbeOpensThoughOthersAreWell() {
		TestBreaker test = TestBreaker
			.with((config) -> config.permittedNumberOfCallsInHalfOpenState(3)
				.successThresholdInHalfOpenState(3)
				.maxWaitDurationInHalfOpenState(LEASE))
			.in(State.HALF_OPEN);
		test.take();
		test.advance(LEASE.minusNanos(1));
		test.succeed(2);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.advance(Duration.ofNanos(1));
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aProbeThatReportsAfterItWasLostIsLate() {
		TestBreaker test = halfOpen(1);
		Permit probe = test.take();
		test.advance(LEASE);
		probe.success(null, LEASE.toNanos());
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.heard.count("HALF_OPEN -> OPEN, PROBES_LOST")).isEqualTo(1);
		assertThat(test.snapshot().successfulCallsTotal()).isEqualTo(1);
	}

	@Test
	void aProbeThatIsReleasedOrIgnoredAfterItsTimeIsLostAllTheSame() {
		TestBreaker released = halfOpen(2);
		Permit probe = released.take();
		released.advance(LEASE);
		probe.release();
		assertThat(released.state()).isEqualTo(State.OPEN);

		TestBreaker ignored = TestBreaker
			.with((config) -> config.maxWaitDurationInHalfOpenState(LEASE)
				.ignoreExceptions(IllegalArgumentException.class))
			.in(State.HALF_OPEN);
		probe = ignored.take();
		ignored.advance(LEASE);
		probe.failure(new IllegalArgumentException(), 0);
		assertThat(ignored.state()).isEqualTo(State.OPEN);
		assertThat(ignored.snapshot().ignoredCallsTotal()).isEqualTo(1);
	}

	@Test
	void aLostProbeTakesNoPlaceInTheNextHalfOpen() {
		TestBreaker test = halfOpen(1);
		Permit lost = test.take();
		test.advance(LEASE);
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(Duration.ofSeconds(10));
		Permit next = test.take();
		lost.failure(new IllegalStateException(), 0);
		lost.release();
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.admits()).isFalse();
		next.success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void withNoProbeUnderWayItWaitsAsLongAsItTakes() {
		TestBreaker test = halfOpen(2);
		test.advance(Duration.ofDays(10_000));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.take().release();
		test.advance(Duration.ofDays(10_000));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.admits()).isTrue();
	}

	@Test
	void aHugeLeaseDoesNotOverflow() {
		TestBreaker test = TestBreaker
			.with((config) -> config.maxWaitDurationInHalfOpenState(Duration.ofSeconds(Long.MAX_VALUE))
				.consecutiveFailureThreshold(1))
			.in(State.HALF_OPEN);
		test.advance(Duration.ofDays(1000));
		Permit probe = test.take();
		test.advance(Duration.ofDays(36_500));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		probe.success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aProbeThatIsRunByCallIsLostToo() {
		TestBreaker test = halfOpen(1);
		String result = test.breaker.call(() -> {
			test.advance(LEASE);
			assertThat(test.state()).isEqualTo(State.OPEN);
			return "late";
		});
		assertThat(result).isEqualTo("late");
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aProbeOfAThreadThatReadTheClockLongAgoHasNoLessTime() {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.initialState(State.HALF_OPEN)
			.permittedNumberOfCallsInHalfOpenState(2)
			.maxWaitDurationInHalfOpenState(LEASE)
			.build();
		Period period = Period.first(config.rules, 0, Instant.EPOCH);
		Probes probes = period.probes();
		Probes.Probe first = (Probes.Probe) probes.take(period, null, 20);
		probes.take(period, null, 10);
		first.giveBack();
		assertThat(probes.decision(LEASE.toNanos() + 19)).isNull();
		assertThat(probes.decision(LEASE.toNanos() + 20).reason).isEqualTo(Reason.PROBES_LOST);
	}

	private static TestBreaker halfOpen(int permitted) {
		return halfOpen(permitted, new HandClock());
	}

	private static TestBreaker halfOpen(int permitted, HandClock clock) {
		return TestBreaker
			.with(clock,
					(config) -> config.failureRateThreshold(100)
						.permittedNumberOfCallsInHalfOpenState(permitted)
						.waitDurationInOpenState(Duration.ofSeconds(10))
						.maxWaitDurationInHalfOpenState(LEASE))
			.in(State.HALF_OPEN);
	}

	@Test
	void aPlaceThatWasForgottenIsFreeAgain() {
		Period period = halfOpenSince(100);
		Probes.Probe first = (Probes.Probe) period.probes().take(period, null, 100);
		assertThat(period.probes().take(period, null, 100)).isNotNull();
		assertThat(period.probes().take(period, null, 100)).isNull();
		first.over = true;
		assertThat(period.probes().take(period, null, 100)).isNotNull();
		first.over = true;
		assertThat(period.probes().take(period, null, 100)).as("a place that was given back twice").isNull();
	}

	@Test
	void aProbeThatWasForgottenIsNotLost() {
		Period period = halfOpenSince(100);
		Probes.Probe first = (Probes.Probe) period.probes().take(period, null, 100);
		first.over = true;
		assertThat(period.probes().decision(100 + LEASE.toNanos())).isNull();
	}

	@Test
	void noPlaceIsTakenAfterADecision() {
		Period period = halfOpenSince(100);
		period.probes().take(period, null, 100);
		assertThat(period.probes().decision(100 + LEASE.toNanos()).reason).isEqualTo(Reason.PROBES_LOST);
		assertThat(period.probes().take(period, null, 100 + LEASE.toNanos())).isNull();
	}

	@Test
	void probesAreFruitlessOnceAfterTheTimeOfOne() {
		Period period = halfOpenSince(100);
		assertThat(period.probes().isFruitless(100 + LEASE.toNanos())).as("none was taken").isFalse();
		((Probes.Probe) period.probes().take(period, null, 200)).giveBack();
		assertThat(period.probes().isFruitless(200)).isFalse();
		assertThat(period.probes().isFruitless(199 + LEASE.toNanos())).isFalse();
		assertThat(period.probes().isFruitless(200 + LEASE.toNanos())).isTrue();
		assertThat(period.probes().isFruitless(200 + LEASE.toNanos())).isFalse();
	}

	@Test
	void aCallIsMadeWhereTheProbesDecideAsItComes() {
		TestBreaker test = halfOpen(1);
		test.take().release();
		test.advance(LEASE.minusNanos(1));
		Permit probe = test.take();
		test.advance(Duration.ofNanos(1));
		// That no probe was recorded for so long is logged before a place is taken.
		try (LogCapture log = LogCapture.doing(() -> probe.success("done", 0))) {
			assertThat(test.admits()).isTrue();
			assertThat(log.trouble()).hasSize(1);
		}
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void otherRulesHoldIfTheirSwapDoes() {
		Period period = halfOpenSince(100);
		CircuitBreakerConfig one = period.rules.config.toBuilder().permittedNumberOfCallsInHalfOpenState(1).build();
		assertThat(period.probes().under(one.rules, null, 100, () -> false)).isFalse();
		assertThat(period.probes().counts().callsUntilEvaluated()).isEqualTo(2);
		assertThat(period.probes().under(one.rules, null, 100, () -> true)).isTrue();
		assertThat(period.probes().counts().callsUntilEvaluated()).isEqualTo(1);
	}

	/** With two places. */
	private static Period halfOpenSince(long now) {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.initialState(State.HALF_OPEN)
			.permittedNumberOfCallsInHalfOpenState(2)
			.maxWaitDurationInHalfOpenState(LEASE)
			.build();
		return Period.first(config.rules, now, Instant.EPOCH);
	}

}
