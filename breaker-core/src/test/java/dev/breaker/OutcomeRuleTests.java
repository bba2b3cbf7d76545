package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.breaker.OutcomeRule.Verdict;
import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A rule that judges results and exceptions, and asks for a wait.
 */
class OutcomeRuleTests {

	private static final Map<String, Verdict> VERDICTS = Map.of("good", Verdict.SUCCESS, "bad", Verdict.FAILURE, "none",
			Verdict.IGNORED);

	private final OutcomeRule byText = (result, thrown) -> VERDICTS
		.get((thrown != null) ? String.valueOf(thrown.getMessage()) : String.valueOf(result));

	@Test
	void elementsOfAFluxAreJudged() {
		TestBreaker test = with((config) -> config);
		for (String element : List.of("good", "none", "bad")) {
			Flux.just(element).transform(CircuitBreakerOperator.of(test.breaker)).blockLast();
		}
		assertCounts(test, 1, 1, 1);
	}

	@Test
	void resultsAreJudged() {
		TestBreaker test = with((config) -> config);
		test.returning("good");
		test.returning("bad");
		test.returning("none");
		test.returning("unknown");
		assertCounts(test, 2, 1, 1);
		assertThat(test.heard.news()).containsExactly("success", "failure by result", "ignored by result", "success");
	}

	@Test
	void whatItDoesNotJudgeIsLeftToTheOtherRules() {
		TestBreaker test = with((config) -> config.recordResult("worse"::equals).recordExceptions(IOException.class));
		test.returning("worse");
		test.throwing(new IllegalStateException("unknown"));
		test.throwing(new IOException("unknown"));
		assertCounts(test, 1, 2, 0);
	}

	@Test
	void itWinsOverRecordRulesAndIgnoreRulesWinOverIt() {
		TestBreaker test = with((config) -> config.recordExceptions(IOException.class)
			.recordResult((result) -> true)
			.ignoreExceptions(IllegalArgumentException.class));
		test.throwing(new IOException("good"));
		test.throwing(new IllegalStateException("bad"));
		test.throwing(new IOException("none"));
		test.throwing(new IllegalArgumentException("bad"));
		test.returning("good");
		assertCounts(test, 2, 1, 2);
	}

	@Test
	void interruptsAndCancellationsStayNothing() {
		TestBreaker test = with((config) -> config);
		test.throwing(new InterruptedException("bad"));
		test.throwing(new CancellationException("bad"));
		assertCounts(test, 0, 0, 0);
		test.throwing(new CancellationException("none"));
		assertCounts(test, 0, 0, 1);
	}

	@Test
	void anIgnoredResultGivesItsPlaceBack() {
		TestBreaker test = with((config) -> config.permittedNumberOfCallsInHalfOpenState(1)).in(State.HALF_OPEN);
		test.returning("none");
		test.returning("none");
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		test.returning("good");
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void anIgnoredResultIsToldWithItsTime() {
		TestBreaker test = with((config) -> config);
		Permit permit = test.take();
		permit.success("none", 5);
		test.returning("none");
		test.returning("good");
		assertThat(test.heard.news()).containsExactly("ignored by result", "ignored by result", "success");
		assertThat(test.heard.durations()).containsExactly(5L, 0L, 0L);
	}

	@Test
	void stagesAndPermitsAreJudgedToo() {
		TestBreaker test = with((config) -> config);
		test.breaker.callAsync(() -> CompletableFuture.completedFuture("bad"));
		test.breaker.callAsync(() -> CompletableFuture.failedFuture(new IllegalStateException("none")));
		test.take().success("bad", 0);
		test.take().success("none", 0);
		assertCounts(test, 0, 2, 2);
	}

	@Test
	void ofSeveralCausesTheOutermostVerdictHoldsButIgnored() {
		TestBreaker test = with((config) -> config.matchCauses(true));
		test.throwing(new IllegalStateException("unknown", new IllegalStateException("bad")));
		test.throwing(new IllegalStateException("good", new IllegalStateException("bad")));
		test.throwing(new IllegalStateException("bad", new IllegalStateException("none")));
		assertCounts(test, 1, 1, 1);
	}

	@Test
	void aRuleThatThrowsMakesTheCallAFailure() {
		TestBreaker test = TestBreaker.with((config) -> config.outcomeRule((result, thrown) -> {
			throw new IllegalStateException("rule");
		}));
		test.returning("good");
		test.throwing(new IOException());
		assertCounts(test, 0, 2, 0);
	}

	@Test
	void theWaitThatIsAskedForBecomesTheWait() {
		TestBreaker test = asking(Duration.ofSeconds(25), (config) -> config.waitDurationJitter(1));
		test.throwing(new IOException());
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.refused().retryAfter()).isEqualTo(Duration.ofSeconds(25));
		assertThat(test.heard.changes()).singleElement()
			.extracting(StateChange::reason)
			.isEqualTo(Reason.CONSECUTIVE_FAILURES);
		assertThat(test.snapshot().openings()).isOne();
		test.advance(Duration.ofSeconds(25));
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void aResultAndAProbeCanAskForAWait() {
		TestBreaker test = asking(Duration.ofSeconds(25), (config) -> config.recordResult("bad"::equals));
		test.returning("bad");
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(25));
		test.advance(Duration.ofSeconds(25));
		test.returning("bad");
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(25));
		assertThat(test.snapshot().openings()).isEqualTo(2);
	}

	@Test
	void aWaitIsAskedForOfTheFailureThatOpensAlone() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(2)
			.waitDurationInOpenState(Duration.ofSeconds(10))
			.outcomeRule(new Asking((thrown) -> Duration.ofSeconds(Long.parseLong(thrown.getMessage())))));
		Permit late = test.take();
		test.throwing(new IOException("31"));
		test.throwing(new IOException("32"));
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(32));
		late.failure(new IOException("33"), 0);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(32));
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-5S" })
	void aWaitThatIsNoneIsNotAskedFor(Duration none) {
		TestBreaker test = asking(none, (config) -> config);
		test.throwing(new IOException());
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void theWaitIsBoundedByTheMaximum() {
		TestBreaker bounded = asking(Duration.ofDays(1),
				(config) -> config.maxWaitDurationInOpenState(Duration.ofSeconds(40)));
		bounded.throwing(new IOException());
		assertThat(bounded.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(40));
		TestBreaker unbounded = asking(Duration.ofDays(1), (config) -> config);
		unbounded.throwing(new IOException());
		assertThat(unbounded.snapshot().retryAfter()).isEqualTo(Duration.ofMinutes(10));
		TestBreaker longer = asking(Duration.ofDays(1),
				(config) -> config.waitDurationInOpenState(Duration.ofHours(1)));
		longer.throwing(new IOException());
		assertThat(longer.snapshot().retryAfter()).isEqualTo(Duration.ofHours(1));
	}

	@Test
	void aWaitOfZeroInTheConfigIsNoneInTheWay() {
		TestBreaker test = asking(Duration.ofSeconds(25), (config) -> config.waitDurationInOpenState(Duration.ZERO));
		test.throwing(new IOException());
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(25));
	}

	static Stream<Arguments> looks() {
		return Stream.of(looking("state", CircuitBreaker::state), looking("snapshot", CircuitBreaker::snapshot),
				looking("reconfigure", (breaker) -> breaker.reconfigure(breaker.config())));
	}

	private static Arguments looking(String name, Consumer<CircuitBreaker> look) {
		return Arguments.arguments(name, look);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("looks")
	void aWaitHoldsWhereAnotherOpenedBeforeItWasKnown(String name, Consumer<CircuitBreaker> look) {
		Meanwhile meanwhile = new Meanwhile(look);
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(Duration.ofSeconds(10))
			.outcomeRule(meanwhile));
		meanwhile.breaker = test.breaker;
		test.throwing(new IOException());
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(25));
		assertThat(test.heard.news()).containsExactly("failure IOException", "CLOSED -> OPEN, CONSECUTIVE_FAILURES");
	}

	@Test
	void aCommandWinsOverAWaitThatIsAskedFor() {
		Meanwhile meanwhile = new Meanwhile((breaker) -> breaker.open(Duration.ofSeconds(3)));
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1).outcomeRule(meanwhile));
		meanwhile.breaker = test.breaker;
		test.throwing(new IOException());
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void aRuleThatThrowsWhenItIsAskedForAWaitAsksForNone() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(Duration.ofSeconds(10))
			.outcomeRule(new Asking((thrown) -> {
				throw new IllegalStateException("rule");
			})));
		try (LogCapture log = new LogCapture()) {
			test.throwing(new IOException());
			assertThat(log.troubleOf(test.breaker)).hasSize(1);
		}
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void causesAreJudgedAndAskedForAWaitThirtyTwoDeep() {
		Throwable chain = new IOException("none");
		for (int i = 0; i < 31; i++) {
			chain = new IllegalStateException("unknown", chain);
		}
		TestBreaker test = with((config) -> config.matchCauses(true));
		test.throwing(chain);
		test.throwing(new IllegalStateException("unknown", chain));
		assertCounts(test, 0, 1, 1);
		OutcomeRule ofTheLast = new Asking((thrown) -> (thrown instanceof IOException) ? Duration.ofSeconds(25) : null);
		for (Throwable thrown : List.of(chain, new IllegalStateException("unknown", chain))) {
			TestBreaker asking = TestBreaker.with((config) -> config.matchCauses(true)
				.consecutiveFailureThreshold(1)
				.waitDurationInOpenState(Duration.ofSeconds(10))
				.outcomeRule(ofTheLast));
			asking.throwing(thrown);
			assertThat(asking.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds((thrown == chain) ? 25 : 10));
		}
	}

	@Test
	void anIgnoredResultOfAPermitGivesItsPlaceBack() {
		TestBreaker test = with((config) -> config.permittedNumberOfCallsInHalfOpenState(1)).in(State.HALF_OPEN);
		test.take().success("none", 0);
		assertThat(test.admits()).isTrue();
	}

	@Test
	void aProbeThatFailsAndYetClosesLeavesNoWait() {
		TestBreaker test = asking(Duration.ofSeconds(25),
				(config) -> config.withoutConsecutiveFailureThreshold()
					.failureRateThreshold(60)
					.permittedNumberOfCallsInHalfOpenState(2))
			.in(State.HALF_OPEN);
		test.throwing(new IOException());
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		test.in(State.HALF_OPEN);
		test.succeed();
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ZERO);
	}

	@Test
	void theRuleSeesTheClockThatIsShown() {
		Instant[] seen = new Instant[1];
		TestBreaker test = TestBreaker
			.with((config) -> config.consecutiveFailureThreshold(1).outcomeRule(new OutcomeRule() {

				@Override
				public Verdict judge(Object result, Throwable thrown) {
					return null;
				}

				@Override
				public Duration waitAfter(Object result, Throwable thrown, Instant now) {
					seen[0] = now;
					return null;
				}

			}));
		test.throwing(new IOException());
		assertThat(seen[0]).isEqualTo(test.wall.instant());
	}

	private TestBreaker with(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with((config) -> settings.apply(config).outcomeRule(this.byText));
	}

	private static TestBreaker asking(Duration wait, UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with((config) -> settings
			.apply(config.consecutiveFailureThreshold(1).waitDurationInOpenState(Duration.ofSeconds(10)))
			.outcomeRule(new Asking((thrown) -> wait)));
	}

	private static void assertCounts(TestBreaker test, long successes, long failures, long ignored) {
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.successfulCallsTotal()).as("successes").isEqualTo(successes);
		assertThat(snapshot.failedCallsTotal()).as("failures").isEqualTo(failures);
		assertThat(snapshot.ignoredCallsTotal()).as("ignored").isEqualTo(ignored);
	}

	private interface WaitOf {

		Duration after(Throwable thrown);

	}

	/** Judges nothing, and asks for a wait. */
	private static class Asking implements OutcomeRule {

		private final WaitOf wait;

		Asking(WaitOf wait) {
			this.wait = wait;
		}

		@Override
		public Verdict judge(Object result, Throwable thrown) {
			return null;
		}

		@Override
		public Duration waitAfter(Object result, Throwable thrown, Instant now) {
			return this.wait.after(thrown);
		}

	}

	/** Something happens after the window tripped and before its wait is known. */
	private static final class Meanwhile implements OutcomeRule {

		private final Consumer<CircuitBreaker> happens;

		private CircuitBreaker breaker;

		Meanwhile(Consumer<CircuitBreaker> happens) {
			this.happens = happens;
		}

		@Override
		public Verdict judge(Object result, Throwable thrown) {
			return null;
		}

		@Override
		public Duration waitAfter(Object result, Throwable thrown, Instant now) {
			this.happens.accept(this.breaker);
			return Duration.ofSeconds(25);
		}

	}

}
