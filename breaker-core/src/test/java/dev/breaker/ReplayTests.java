package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static dev.breaker.RecordedTraffic.AT_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * What other configs would have done on recorded calls.
 */
class ReplayTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

	@Test
	void aStricterConfigWouldHaveOpenedAndSparedFailures() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.succeed(10, AT_ONCE, SECOND);
		traffic.fail(30, AT_ONCE, SECOND);
		traffic.succeed(20, AT_ONCE, SECOND);
		Replay replay = traffic
			.replay((config) -> config.consecutiveFailureThreshold(3).waitDurationInOpenState(TEN_SECONDS));
		// Failures at 10 to 39 s: opens at 12, 22, 32 and closes at 42.
		assertThat(replay.openings()).containsExactly(
				new Replay.Opening(RecordedTraffic.after(Duration.ofSeconds(12)), Reason.CONSECUTIVE_FAILURES,
						TEN_SECONDS, true),
				new Replay.Opening(RecordedTraffic.after(Duration.ofSeconds(22)), Reason.PROBES_FAILED, TEN_SECONDS,
						true),
				new Replay.Opening(RecordedTraffic.after(Duration.ofSeconds(32)), Reason.PROBES_FAILED, TEN_SECONDS,
						true));
		assertThat(replay.open()).isEqualTo(Duration.ofSeconds(30));
		assertThat(replay.refusedCalls()).isEqualTo(27);
		assertThat(replay.failuresSpared()).isEqualTo(25);
		assertThat(replay.successesRefused()).isEqualTo(2);
		assertThat(replay.failuresSparedByType()).containsOnlyKeys(IllegalStateException.class.getName())
			.containsValue(25L);
		assertThat(replay.unknownCalls()).isZero();
		assertThat(replay.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void thePresentConfigDoesNothingOnCallsThatNeverOpenedIt() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.fail(50, AT_ONCE, SECOND);
		Replay replay = traffic.replay((config) -> config);
		assertThat(replay.openings()).isEmpty();
		assertThat(replay.open()).isZero();
		assertThat(replay.refusedCalls()).isZero();
		assertThat(replay.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void anOpeningThatIsNotOverLastsUntilTheRecordWasRead() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.fail(3, AT_ONCE, SECOND);
		Replay replay = traffic.replay((config) -> config.consecutiveFailureThreshold(3));
		assertThat(replay.openings()).containsExactly(new Replay.Opening(RecordedTraffic.after(Duration.ofSeconds(2)),
				Reason.CONSECUTIVE_FAILURES, SECOND, false));
		assertThat(replay.state()).isEqualTo(State.OPEN);
		traffic.pass(Duration.ofMinutes(2));
		Replay later = traffic.replay((config) -> config.consecutiveFailureThreshold(3));
		assertThat(later.openings()).containsExactly(new Replay.Opening(RecordedTraffic.after(Duration.ofSeconds(2)),
				Reason.CONSECUTIVE_FAILURES, Duration.ofSeconds(60), true));
		assertThat(later.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void slowCallsAreSparedByAThresholdThatWasNotThere() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.succeed(20, Duration.ofSeconds(2), SECOND);
		Replay replay = traffic.replay((
				config) -> config.slowCallDurationThreshold(SECOND).slowCallRateThreshold(50).minimumNumberOfCalls(10));
		assertThat(replay.openings()).extracting(Replay.Opening::reason).containsExactly(Reason.SLOW_CALL_RATE);
		assertThat(replay.refusedCalls()).isEqualTo(10);
		assertThat(replay.slowCallsSpared()).isEqualTo(10);
		assertThat(replay.successesRefused()).isEqualTo(10);
		assertThat(replay.failuresSpared()).isZero();
	}

	@Test
	void callsAreRefusedByWhenTheyBegan() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		Permit before = traffic.breaker.acquire();
		traffic.pass(SECOND);
		traffic.fail(1, AT_ONCE, SECOND);
		Permit after = traffic.breaker.acquire();
		traffic.pass(SECOND);
		before.failure(new IOException("lost"), Duration.ofSeconds(3).toNanos());
		after.failure(new IOException("lost"), SECOND.toNanos());
		Replay replay = traffic.replay((config) -> config.consecutiveFailureThreshold(1));
		assertThat(replay.openings()).hasSize(1);
		assertThat(replay.failuresSpared()).isEqualTo(1);
		assertThat(replay.failuresSparedByType()).containsOnlyKeys(IOException.class.getName());
	}

	@Test
	void whatTheBreakerRefusedIsUnknownToAMilderConfig() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.consecutiveFailureThreshold(3));
		traffic.fail(40, AT_ONCE, SECOND);
		assertThat(traffic.breaker.snapshot().notPermittedCallsTotal()).isEqualTo(37);
		Replay present = traffic.replay((config) -> config);
		assertThat(present.refusedCalls()).isEqualTo(37);
		assertThat(present.unknownCalls()).isZero();
		assertThat(present.failuresSpared()).as("known to be one").isZero();
		Replay milder = traffic.replay((config) -> config.consecutiveFailureThreshold(30));
		assertThat(milder.openings()).isEmpty();
		assertThat(milder.refusedCalls()).isZero();
		assertThat(milder.unknownCalls()).isEqualTo(37);
	}

	@Test
	void whatARampRefusedItRefusesOnTheRecordToo() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(TEN_SECONDS)
			.recoveryRampDuration(Duration.ofSeconds(100)));
		traffic.fail(1, AT_ONCE, TEN_SECONDS);
		traffic.succeed(1, AT_ONCE, SECOND);
		traffic.succeed(50, AT_ONCE, SECOND);
		long refused = traffic.breaker.snapshot().notPermittedCallsTotal();
		assertThat(refused).isPositive();
		Replay present = traffic.replay((config) -> config);
		assertThat(present.refusedCalls()).isEqualTo(refused);
		assertThat(present.successesRefused()).isZero();
		assertThat(present.unknownCalls()).isZero();
		Replay atOnce = traffic.replay(CircuitBreakerConfig.Builder::withoutRecoveryRampDuration);
		assertThat(atOnce.refusedCalls()).isZero();
		assertThat(atOnce.unknownCalls()).isEqualTo(refused);
		Replay longer = traffic.replay((config) -> config.recoveryRampDuration(Duration.ofSeconds(200)));
		assertThat(longer.refusedCalls()).isGreaterThan(refused);
		assertThat(longer.successesRefused()).isPositive();
	}

	@Test
	void whatAShareRefusedWithinASecondItRefusesOnTheRecordToo() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.failureRateThreshold(90)
			.slidingWindowSize(10)
			.minimumNumberOfCalls(10)
			.refuse(Refuse.SHARE)
			.shareFactor(1));
		for (int i = 0; i < 5; i++) {
			traffic.fail(1, AT_ONCE, SECOND);
			traffic.succeed(1, AT_ONCE, SECOND);
		}
		List<Pending> pending = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			Permit permit = traffic.breaker.tryAcquire();
			if (permit != null) {
				pending.add(new Pending(permit, traffic.clock.now()));
			}
			traffic.pass(Duration.ofMillis(10));
		}
		assertThat(pending).hasSize(10);
		for (Pending call : pending) {
			call.end(traffic, 1);
			traffic.pass(SECOND);
		}
		Replay present = traffic.replay((config) -> config);
		assertThat(present.refusedCalls()).isEqualTo(10);
		assertThat(present.successesRefused()).isZero();
		assertThat(present.unknownCalls()).isZero();
	}

	/** Of twelve calls four succeeded, so that it admits one of three. */
	private static RecordedTraffic sharing() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.failureRateThreshold(90)
			.slidingWindowSize(12)
			.minimumNumberOfCalls(12)
			.refuse(Refuse.SHARE)
			.shareFactor(1));
		traffic.succeed(4, AT_ONCE, SECOND);
		traffic.fail(8, AT_ONCE, SECOND);
		return traffic;
	}

	private static Pending begin(RecordedTraffic traffic) {
		Permit permit = traffic.breaker.tryAcquire();
		assertThat(permit).isNotNull();
		return new Pending(permit, traffic.clock.now());
	}

	private static void refused(RecordedTraffic traffic, int calls) {
		for (int i = 0; i < calls; i++) {
			assertThat(traffic.breaker.tryAcquire()).isNull();
		}
	}

	/** One of two would be admitted: the second refusal, and not the call after it. */
	private static void assertSecondRefusalCameBeforeTheCall(RecordedTraffic traffic) {
		Replay present = traffic.replay((config) -> config);
		assertThat(present.refusedCalls()).isEqualTo(2);
		assertThat(present.unknownCalls()).isZero();
		Replay milder = traffic.replay((config) -> config.shareFactor(1.5));
		assertThat(milder.refusedCalls()).isEqualTo(2);
		assertThat(milder.unknownCalls()).isEqualTo(1);
		assertThat(milder.successesRefused()).isEqualTo(1);
	}

	@Test
	void refusalsOnOneRecordCameBeforeACallASecondLater() {
		RecordedTraffic traffic = sharing();
		Pending first = begin(traffic);
		traffic.pass(Duration.ofMillis(100));
		refused(traffic, 2);
		traffic.pass(SECOND);
		Pending second = begin(traffic);
		traffic.pass(SECOND);
		first.end(traffic, 1);
		second.end(traffic, 1);
		assertSecondRefusalCameBeforeTheCall(traffic);
	}

	@Test
	void refusalsOnOneRecordCameBeforeTheNextRecord() {
		RecordedTraffic traffic = sharing();
		Pending first = begin(traffic);
		traffic.pass(Duration.ofMillis(100));
		refused(traffic, 2);
		traffic.pass(Duration.ofMillis(100));
		first.end(traffic, 1);
		traffic.pass(Duration.ofMillis(100));
		Pending second = begin(traffic);
		traffic.pass(Duration.ofMillis(100));
		second.end(traffic, 1);
		assertSecondRefusalCameBeforeTheCall(traffic);
	}

	@Test
	void aRefusalThatWouldPassDoesNotHang() {
		RecordedTraffic traffic = sharing();
		Pending first = begin(traffic);
		traffic.pass(Duration.ofMillis(100));
		refused(traffic, 2);
		first.end(traffic, 1);
		traffic.pass(TEN_SECONDS);
		Replay replay = traffic.replay((config) -> config.shareFactor(1.5)
			.slowCallDurationThreshold(SECOND)
			.slowCallRateThreshold(1)
			.countHungCalls(true));
		assertThat(replay.unknownCalls()).isEqualTo(1);
		assertThat(replay.openings()).isEmpty();
	}

	@Test
	void refusalsBeforeTheFirstProbeAreRefusedOnTheRecordToo() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(TEN_SECONDS)
			.permittedNumberOfCallsInHalfOpenState(2));
		traffic.fail(1, AT_ONCE, Duration.ofMillis(9_500));
		refused(traffic, 5);
		traffic.pass(Duration.ofMillis(500));
		traffic.succeed(1, Duration.ofMillis(100), SECOND);
		Replay present = traffic.replay((config) -> config);
		assertThat(present.refusedCalls()).isEqualTo(5);
		assertThat(present.unknownCalls()).isZero();
	}

	@Test
	void refusalsWherePlacesAmongTheProbesWereFreeAreUnknown() {
		RecordedTraffic traffic = new RecordedTraffic(
				(config) -> config.consecutiveFailureThreshold(1).waitDurationInOpenState(TEN_SECONDS));
		traffic.fail(1, AT_ONCE, Duration.ofSeconds(5));
		refused(traffic, 3);
		Replay shorter = traffic.replay((config) -> config.waitDurationInOpenState(SECOND));
		assertThat(shorter.unknownCalls()).isEqualTo(3);
		assertThat(shorter.refusedCalls()).isZero();
		assertThat(shorter.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void aRefusedCallIsSlowBeyondTheThresholdAndNotAtIt() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.fail(1, AT_ONCE, SECOND);
		traffic.succeed(1, AT_ONCE, SECOND);
		traffic.succeed(1, SECOND, SECOND);
		traffic.succeed(1, SECOND.plusNanos(1), SECOND);
		traffic.fail(1, SECOND.plusNanos(1), SECOND);
		Replay replay = traffic
			.replay((config) -> config.consecutiveFailureThreshold(1).slowCallDurationThreshold(SECOND));
		assertThat(replay.refusedCalls()).isEqualTo(4);
		assertThat(replay.slowCallsSpared()).isEqualTo(2);
	}

	@Test
	void classesOfSparedFailuresAreSortedByTheirNumberThenByName() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.fail(1, AT_ONCE, SECOND);
		traffic.call(new IllegalArgumentException(), SECOND);
		traffic.call(new IOException(), SECOND);
		traffic.call(new ArithmeticException(), SECOND);
		traffic.fail(2, AT_ONCE, SECOND);
		Replay replay = traffic.replay((config) -> config.consecutiveFailureThreshold(1));
		assertThat(replay.failuresSparedByType()).containsExactly(entry(IllegalStateException.class.getName(), 2L),
				entry(IOException.class.getName(), 1L), entry(ArithmeticException.class.getName(), 1L),
				entry(IllegalArgumentException.class.getName(), 1L));
	}

	@Test
	void ignoredCallsGiveTheirPlacesAmongTheProbesBack() {
		RecordedTraffic traffic = new RecordedTraffic(
				(config) -> config.withoutFailureRateThreshold().ignoreExceptions(IOException.class));
		traffic.fail(1, AT_ONCE, TEN_SECONDS);
		traffic.call(new IOException("ignored"), SECOND);
		traffic.succeed(1, AT_ONCE, SECOND);
		Replay replay = traffic
			.replay((config) -> config.consecutiveFailureThreshold(1).waitDurationInOpenState(SECOND));
		assertThat(replay.openings()).hasSize(1);
		assertThat(replay.refusedCalls()).isZero();
		assertThat(replay.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void rulesJitterAndInitialStateOfTheConfigPlayNoPart() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.fail(3, AT_ONCE, SECOND);
		traffic.pass(Duration.ofMinutes(10));
		for (int i = 0; i < 20; i++) {
			Replay replay = traffic.replay((config) -> config.consecutiveFailureThreshold(3)
				.ignoreExceptions(IllegalStateException.class)
				.recordException((thrown) -> false)
				.outcomeRule((result, thrown) -> OutcomeRule.Verdict.SUCCESS)
				.waitDurationJitter(0.5)
				.initialState(State.DISABLED));
			assertThat(replay.openings()).extracting(Replay.Opening::lasted).containsExactly(Duration.ofSeconds(60));
		}
	}

	static Stream<UnaryOperator<CircuitBreakerConfig.Builder>> rules() {
		return Stream.of((config) -> config.recordExceptions(IOException.class),
				(config) -> config.ignoreExceptions(RuntimeException.class),
				(config) -> config.recordException((thrown) -> false),
				(config) -> config.ignoreException((thrown) -> true), (config) -> config.recordResult((result) -> true),
				(config) -> config.outcomeRule((result, thrown) -> OutcomeRule.Verdict.IGNORED));
	}

	@ParameterizedTest
	@MethodSource("rules")
	void callsCountAsTheyDidWhateverTheRules(UnaryOperator<CircuitBreakerConfig.Builder> rule) {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.succeed(3, AT_ONCE, SECOND);
		traffic.fail(3, AT_ONCE, SECOND);
		Replay replay = traffic.replay((config) -> rule.apply(config.consecutiveFailureThreshold(3)));
		assertThat(replay.openings()).extracting(Replay.Opening::at)
			.containsExactly(RecordedTraffic.after(Duration.ofSeconds(5)));
	}

	@Test
	void aConfigThatIsNotEnforcedIsReplayedAsIfItWas() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.fail(5, AT_ONCE, SECOND);
		Replay replay = traffic.replay((config) -> config.consecutiveFailureThreshold(3).enforce(false));
		assertThat(replay.refusedCalls()).isEqualTo(2);
		assertThat(replay.failuresSpared()).isEqualTo(2);
	}

	@Test
	void nothingIsReplayedOfNothing() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config);
		Replay replay = traffic.replay((config) -> config.consecutiveFailureThreshold(1));
		assertThat(replay.openings()).isEmpty();
		assertThat(replay.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void theBreakerAtWorkIsLeftAlone() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		RecordingListener heard = new RecordingListener();
		traffic.breaker.addListener(heard);
		traffic.fail(5, AT_ONCE, SECOND);
		heard.forget();
		Snapshot before = traffic.breaker.snapshot();
		traffic.replay((config) -> config.consecutiveFailureThreshold(1));
		assertThat(traffic.breaker.snapshot()).isEqualTo(before);
		assertThat(heard.news()).isEmpty();
	}

	/**
	 * The same engine: what the breaker did is what its own config does on its record.
	 */
	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void thePresentConfigDoesOnTheRecordWhatTheBreakerDid(SlidingWindowType type) {
		long first = Long.getLong("fuzz.seed", new Random().nextLong());
		for (long seed = first; seed < first + 100; seed++) {
			try {
				assertReplayed(type, new Random(seed));
			}
			catch (AssertionError ex) {
				throw new AssertionError("Replay with -Dfuzz.seed=" + seed, ex);
			}
		}
	}

	private static void assertReplayed(SlidingWindowType type, Random random) {
		RecordedTraffic traffic = new RecordedTraffic((config) -> random(config, type, random));
		List<Replay.Opening> openings = new ArrayList<>();
		traffic.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				if (change.from() == State.OPEN) {
					Replay.Opening last = openings.remove(openings.size() - 1);
					openings.add(new Replay.Opening(last.at(), last.reason(), Duration.between(last.at(), change.at()),
							true));
				}
				if (change.to() == State.OPEN) {
					openings.add(new Replay.Opening(change.at(), change.reason(), AT_ONCE, false));
				}
			}
		});
		List<Pending> pending = new ArrayList<>();
		int trouble = 1 + random.nextInt(4);
		for (int step = 0; step < 300; step++) {
			// Of two things at the same time the record does not tell the order.
			traffic.pass(Duration.ofNanos(1 + random.nextInt(2_000_000_000)));
			if (random.nextBoolean()) {
				Permit permit = traffic.breaker.tryAcquire();
				if (permit != null) {
					pending.add(new Pending(permit, traffic.clock.now()));
				}
				else if (refusesShares(traffic.breaker.config())) {
					// Of refusals that share a record it does not tell the times.
					traffic.pass(SECOND);
				}
			}
			else if (!pending.isEmpty()) {
				pending.remove(random.nextInt(pending.size())).end(traffic, random.nextInt(trouble + 1));
			}
		}
		for (Pending call : pending) {
			traffic.pass(Duration.ofNanos(1 + random.nextInt(2_000_000_000)));
			call.end(traffic, random.nextInt(2));
		}
		State state = traffic.breaker.state();
		RecordedOutcomes outcomes = traffic.breaker.outcomes();
		Replay replay = outcomes.replay(traffic.breaker.config());
		if (state == State.OPEN) {
			Replay.Opening last = openings.remove(openings.size() - 1);
			openings
				.add(new Replay.Opening(last.at(), last.reason(), Duration.between(last.at(), outcomes.to()), false));
		}
		assertThat(replay.openings()).isEqualTo(openings);
		assertThat(replay.state()).isEqualTo(state);
		assertThat(outcomes.refusedCalls()).isEqualTo(traffic.breaker.snapshot().notPermittedCallsTotal());
		assertThat(replay.refusedCalls() + replay.unknownCalls()).isEqualTo(outcomes.refusedCalls());
		assertThat(replay.failuresSpared() + replay.successesRefused()).isZero();
	}

	private static boolean refusesShares(CircuitBreakerConfig config) {
		return config.recoveryRampDuration() != null || config.refuse() == Refuse.SHARE;
	}

	private static CircuitBreakerConfig.Builder random(CircuitBreakerConfig.Builder config, SlidingWindowType type,
			Random random) {
		config.slidingWindowType(type)
			.slidingWindowSize(5 + random.nextInt(20))
			.minimumNumberOfCalls(1 + random.nextInt(5))
			.failureRateThreshold(20 + random.nextInt(80))
			.waitDurationInOpenState(Duration.ofSeconds(random.nextInt(20)))
			.waitDurationMultiplier(1 + random.nextInt(2))
			.permittedNumberOfCallsInHalfOpenState(1 + random.nextInt(4))
			.maxWaitDurationInHalfOpenState(Duration.ofSeconds(1 + random.nextInt(20)))
			.ignoreExceptions(IOException.class);
		if (random.nextBoolean()) {
			config.consecutiveFailureThreshold(1 + random.nextInt(5));
		}
		if (random.nextBoolean()) {
			config.slowCallDurationThreshold(Duration.ofSeconds(1 + random.nextInt(20)))
				.slowCallRateThreshold(20 + random.nextInt(80));
		}
		if (random.nextInt(3) == 0) {
			config.successThresholdInHalfOpenState(1);
		}
		if (random.nextBoolean()) {
			config.recoveryRampDuration(Duration.ofSeconds(1 + random.nextInt(60)))
				.recoveryRampStart(1 + random.nextInt(90));
		}
		if (random.nextBoolean()) {
			config.refuse(Refuse.SHARE).shareFactor(1 + 2 * random.nextDouble());
		}
		return config;
	}

	private record Pending(Permit permit, long since) {

		void end(RecordedTraffic traffic, int how) {
			long elapsed = traffic.clock.now() - this.since;
			Throwable thrown = thrown(how);
			if (thrown != null) {
				this.permit.failure(thrown, elapsed);
			}
			else {
				this.permit.success("done", elapsed);
			}
		}

		private static @Nullable Throwable thrown(int how) {
			return switch (how) {
				case 0 -> new IllegalStateException("down");
				case 3 -> new IOException("ignored");
				default -> null;
			};
		}

	}

	/** Fails once, then by two dark probes, until one succeeds. */
	private static RecordedTraffic darklyProbed() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(TEN_SECONDS)
			.halfOpenProbes(ProbeSource.DARK));
		traffic.fail(1, AT_ONCE, TEN_SECONDS);
		probe(traffic, new IllegalStateException("down"));
		traffic.pass(TEN_SECONDS);
		probe(traffic, new IllegalStateException("down"));
		traffic.pass(TEN_SECONDS);
		probe(traffic, null);
		traffic.pass(SECOND);
		traffic.succeed(1, AT_ONCE, SECOND);
		return traffic;
	}

	private static void probe(RecordedTraffic traffic, @Nullable Throwable thrown) {
		Permit permit = traffic.breaker.tryAcquireProbe();
		assertThat(permit).isNotNull();
		traffic.pass(SECOND);
		if (thrown != null) {
			permit.failure(thrown, SECOND.toNanos());
		}
		else {
			permit.success(null, SECOND.toNanos());
		}
	}

	@Test
	void recordedDarkProbesAreNoCalls() {
		RecordedTraffic traffic = darklyProbed();
		RecordedOutcomes outcomes = traffic.breaker.outcomes();
		assertThat(outcomes.calls()).isEqualTo(2);
		assertThat(outcomes.failures()).isEqualTo(1);
		assertThat(outcomes.failureCounts()).containsExactly(entry(IllegalStateException.class.getName(), 1L));
		Replay milder = traffic.replay((config) -> config.consecutiveFailureThreshold(2));
		assertThat(milder.openings()).isEmpty();
		Replay longer = traffic.replay((config) -> config.waitDurationInOpenState(Duration.ofMinutes(5)));
		assertThat(longer.refusedCalls()).isEqualTo(1);
		assertThat(longer.failuresSpared()).isZero();
		assertThat(longer.successesRefused()).isEqualTo(1);
	}

	@Test
	void recordedDarkProbesDecideWhereItWouldBeHalfOpen() {
		Replay present = darklyProbed().replay((config) -> config);
		assertThat(present.openings()).extracting(Replay.Opening::reason)
			.containsExactly(Reason.CONSECUTIVE_FAILURES, Reason.PROBES_FAILED, Reason.PROBES_FAILED);
		assertThat(present.openings()).extracting(Replay.Opening::lasted).containsOnly(TEN_SECONDS);
		assertThat(present.refusedCalls()).isZero();
		assertThat(present.unknownCalls()).isZero();
		assertThat(present.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void whatIsRefusedBetweenDarkProbesIsRefusedOnTheRecordToo() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(TEN_SECONDS)
			.successThresholdInHalfOpenState(2)
			.halfOpenProbes(ProbeSource.DARK));
		traffic.fail(1, AT_ONCE, TEN_SECONDS);
		probe(traffic, null);
		assertThat(traffic.call(null, AT_ONCE)).isFalse();
		traffic.pass(SECOND);
		probe(traffic, null);
		Replay present = traffic.replay((config) -> config);
		assertThat(present.refusedCalls()).isEqualTo(1);
		assertThat(present.unknownCalls()).isZero();
		assertThat(present.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void anIgnoredDarkProbeIsNotRecorded() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.ignoreExceptions(IOException.class)
			.initialState(State.OPEN)
			.waitDurationInOpenState(TEN_SECONDS)
			.halfOpenProbes(ProbeSource.DARK));
		traffic.pass(TEN_SECONDS);
		probe(traffic, new IOException("ignored"));
		assertThat(traffic.breaker.outcomes().calls()).isZero();
		assertThat(traffic.breaker.snapshot().ignoredCallsTotal()).isEqualTo(1);
	}

	@Test
	void refusalsThatDarkProbesWouldNotHaveCausedAreUnknown() {
		RecordedTraffic traffic = new RecordedTraffic((config) -> config.consecutiveFailureThreshold(1));
		traffic.fail(1, AT_ONCE, SECOND);
		refused(traffic, 3);
		Replay milder = traffic
			.replay((config) -> config.consecutiveFailureThreshold(2).halfOpenProbes(ProbeSource.DARK));
		assertThat(milder.unknownCalls()).isEqualTo(3);
		assertThat(milder.refusedCalls()).isZero();
	}

	@Test
	void callsStandInForDarkProbesWhereThereWereNone() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.fail(2, AT_ONCE, TEN_SECONDS);
		traffic.succeed(1, AT_ONCE, SECOND);
		Replay replay = traffic.replay((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(TEN_SECONDS)
			.halfOpenProbes(ProbeSource.DARK));
		assertThat(replay.openings()).extracting(Replay.Opening::reason)
			.containsExactly(Reason.CONSECUTIVE_FAILURES, Reason.PROBES_FAILED);
		assertThat(replay.refusedCalls()).isZero();
		assertThat(replay.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void whereThereIsAProbeItsIntervalIsTheWait() {
		RecordedTraffic traffic = RecordedTraffic.unhindered();
		traffic.fail(2, AT_ONCE, Duration.ofSeconds(5));
		traffic.succeed(1, AT_ONCE, SECOND);
		UnaryOperator<CircuitBreakerConfig.Builder> interval = (config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(TEN_SECONDS)
			.probe("bank")
			.probeInterval(Duration.ofSeconds(5));
		Replay replay = traffic.replay(interval);
		assertThat(replay.openings()).extracting(Replay.Opening::lasted)
			.containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(5));
		Replay without = traffic.replay((config) -> interval.apply(config).withoutProbe());
		assertThat(without.openings()).extracting(Replay.Opening::lasted).containsExactly(TEN_SECONDS);
	}

	@Test
	void aBreakerWithDarkProbesIsReplayedWithAsManyOfItsCalls() {
		CircuitBreakerConfig dark = CircuitBreakerConfig.builder()
			.consecutiveFailureThreshold(5)
			.probe("bank")
			.probeInterval(Duration.ofSeconds(2))
			.successThresholdInHalfOpenState(2)
			.recordOutcomes(10)
			.build();
		assertThat(CircuitBreaker.of("payments", dark).outcomes().replay(dark).openings()).isEmpty();
	}

}
