package dev.breaker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.breaker.HalfOpenRules.Probe;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How the probes decide: every sequence of outcomes under every set of rules, against a
 * judge that tries all that could still happen.
 */
class HalfOpenDecisionTests {

	private static final long SLOW = 100;

	@Test
	void aProbeThatComesAfterTheVerdictChangesNeitherItNorTheFigures() {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.initialState(State.HALF_OPEN)
			.permittedNumberOfCallsInHalfOpenState(2)
			.failureRateThreshold(50)
			.build();
		Period period = Period.first(config.rules, 0, Instant.EPOCH);
		Probes probes = period.probes();
		Probes.Probe one = (Probes.Probe) probes.take(period, null, 0);
		Probes.Probe other = (Probes.Probe) probes.take(period, null, 0);
		one.record(true, false);
		other.record(false, true);
		assertThat(probes.decision(0).reason).isEqualTo(Reason.PROBES_FAILED);
		assertThat(probes.counts()).isEqualTo(new WindowCounts(1, 1, 0, 1, 1));
	}

	@ParameterizedTest
	@MethodSource("rules")
	void theVerdictComesAtTheFirstMomentThatIsCertain(HalfOpenRules rules) {
		decisive(rules, List.of()).forEach((sequence) -> {
			TestBreaker test = halfOpen(rules);
			for (int i = 0; i < sequence.size(); i++) {
				giveBack(test.take(), sequence.get(i));
				check(test, rules, sequence.subList(0, i + 1));
			}
			assertThat(test.state()).as("%s ends", sequence).isNotEqualTo(State.HALF_OPEN);
		});
	}

	@ParameterizedTest
	@MethodSource("rules")
	void probesThatRunAtOnceDecideAsThoseInARow(HalfOpenRules rules) {
		sequences(rules.permitted()).forEach((sequence) -> {
			TestBreaker test = halfOpen(rules);
			List<Permit> permits = sequence.stream().map((probe) -> test.take()).toList();
			assertThat(test.admits()).isFalse();
			State verdict = State.HALF_OPEN;
			for (int i = 0; i < sequence.size(); i++) {
				giveBack(permits.get(i), sequence.get(i));
				if (verdict == State.HALF_OPEN) {
					verdict = rules.after(sequence.subList(0, i + 1));
				}
				assertThat(test.state()).as("after %s of %s", i + 1, sequence).isEqualTo(verdict);
			}
		});
	}

	@ParameterizedTest
	@MethodSource("rules")
	void ignoredAndReleasedProbesGiveTheirPlaceBackAndDecideNothing(HalfOpenRules rules) {
		decisive(rules, List.of()).forEach((sequence) -> {
			TestBreaker test = halfOpen(rules);
			for (int i = 0; i < sequence.size(); i++) {
				test.take().release();
				test.take().failure(new IllegalArgumentException(), 2 * SLOW);
				test.take().failure(new InterruptedException(), 2 * SLOW);
				giveBack(test.take(), sequence.get(i));
				check(test, rules, sequence.subList(0, i + 1));
			}
			assertThat(test.state()).as("%s ends", sequence).isNotEqualTo(State.HALF_OPEN);
		});
	}

	@Test
	void theMinimumNumberOfCallsPlaysNoPart() {
		TestBreaker test = TestBreaker
			.with((config) -> config.minimumNumberOfCalls(100)
				.failureRateThreshold(50)
				.permittedNumberOfCallsInHalfOpenState(2))
			.in(State.HALF_OPEN);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void oneOfManyProbesMayFail() {
		TestBreaker test = TestBreaker.with((config) -> config).in(State.HALF_OPEN);
		test.fail(4);
		test.succeed(5);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aResultThatCountsAsFailureIsAFailedProbe() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(3).recordResult("bad"::equals))
			.in(State.HALF_OPEN);
		test.returning("bad");
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void anExceptionThatCountsAsSuccessIsAGoodProbe() {
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(3).recordExceptions(IllegalStateException.class))
			.in(State.HALF_OPEN);
		test.throwing(new IllegalArgumentException());
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void theVerdictTellsWhy() {
		TestBreaker good = TestBreaker.simple().in(State.HALF_OPEN);
		good.succeed();
		assertThat(good.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_SUCCEEDED);
		TestBreaker bad = TestBreaker.simple().in(State.HALF_OPEN);
		bad.fail();
		assertThat(bad.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_FAILED);
	}

	private static void check(TestBreaker test, HalfOpenRules rules, List<Probe> past) {
		assertThat(test.state()).as("after %s", past).isEqualTo(rules.after(past));
	}

	private static TestBreaker halfOpen(HalfOpenRules rules) {
		return TestBreaker.with((config) -> rules.apply(config, SLOW).ignoreExceptions(IllegalArgumentException.class))
			.in(State.HALF_OPEN);
	}

	private static void giveBack(Permit permit, Probe probe) {
		long elapsed = probe.slow ? SLOW + 1 : SLOW;
		if (probe.failed) {
			permit.failure(new IllegalStateException(), elapsed);
		}
		else {
			permit.success("done", elapsed);
		}
	}

	private static Stream<List<Probe>> sequences(int length) {
		if (length == 0) {
			return Stream.of(List.of());
		}
		return sequences(length - 1).flatMap(HalfOpenDecisionTests::oneMore);
	}

	/** Every sequence up to the moment of its verdict. */
	private static Stream<List<Probe>> decisive(HalfOpenRules rules, List<Probe> past) {
		return (rules.after(past) != State.HALF_OPEN) ? Stream.of(past)
				: oneMore(past).flatMap((longer) -> decisive(rules, longer));
	}

	private static Stream<List<Probe>> oneMore(List<Probe> shorter) {
		return Stream.of(Probe.values()).map((last) -> {
			List<Probe> sequence = new ArrayList<>(shorter);
			sequence.add(last);
			return sequence;
		});
	}

	static Stream<HalfOpenRules> rules() {
		return IntStream.rangeClosed(1, 4)
			.boxed()
			.flatMap((permitted) -> Stream.concat(byRate(permitted), bySuccesses(permitted)));
	}

	private static Stream<HalfOpenRules> byRate(int permitted) {
		return Stream.of(1.0, 34.0, 50.0, 67.0, 100.0, null)
			.flatMap((failures) -> Stream.of(20.0, 50.0, 100.0, null)
				.flatMap((slow) -> Stream.of(false, true)
					.map((inARow) -> new HalfOpenRules(permitted, failures, slow, inARow, null))));
	}

	private static Stream<HalfOpenRules> bySuccesses(int permitted) {
		return IntStream.rangeClosed(1, permitted)
			.boxed()
			.flatMap((successes) -> Stream.of(20.0, 34.0, 50.0, 100.0, null)
				.flatMap((slow) -> Stream.of(new HalfOpenRules(permitted, 50.0, slow, false, successes),
						new HalfOpenRules(permitted, null, slow, true, successes))));
	}

}
