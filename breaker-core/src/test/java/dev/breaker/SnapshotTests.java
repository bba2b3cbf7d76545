package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What there is to see.
 */
class SnapshotTests {

	@Test
	void aNewBreaker() {
		TestBreaker test = TestBreaker.with((config) -> config);
		assertThat(test.snapshot())
			.isEqualTo(new Snapshot("payments", State.CLOSED, HandWallClock.START, Float.NaN, Float.NaN, 0, 0, 0, 0, 20,
					0, 0, 0, 0, 0, 0, Duration.ZERO, null, 100f, 0, Duration.ZERO, 0, List.of()));
	}

	@Test
	void aBusyBreaker() {
		TestBreaker test = TestBreaker.with((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1))
			.ignoreExceptions(IllegalArgumentException.class));
		test.succeed(5);
		test.succeedTaking(Duration.ofSeconds(2));
		test.fail();
		test.failTaking(Duration.ofSeconds(2));
		test.throwing(new IllegalArgumentException());
		assertThat(test.snapshot()).isEqualTo(new Snapshot("payments", State.CLOSED, HandWallClock.START, 25f, 25f, 8,
				2, 2, 2, 12, 6, 2, 2, 1, 0, 0, Duration.ZERO, null, 100f, 0, Duration.ZERO, 0, List.of()));
	}

	@Test
	void anOpenBreakerKeepsTheFiguresThatOpenedIt() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(10)
			.minimumNumberOfCalls(4)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.waitDurationInOpenState(Duration.ofSeconds(60)));
		test.succeedTaking(Duration.ofMillis(1500));
		test.succeed();
		test.fail(2);
		Instant opened = HandWallClock.START;
		Snapshot expected = new Snapshot("payments", State.OPEN, opened, 50f, 25f, 4, 2, 1, 2, 0, 2, 2, 1, 0, 0, 1,
				Duration.ofSeconds(60), test.heard.changes().get(0), 100f, 0, Duration.ZERO, 0, List.of());
		assertThat(test.snapshot()).isEqualTo(expected);
		for (int i = 0; i < 3; i++) {
			test.refused();
		}
		test.advance(Duration.ofSeconds(59));
		assertThat(test.snapshot())
			.isEqualTo(new Snapshot("payments", State.OPEN, opened, 50f, 25f, 4, 2, 1, 2, 0, 2, 2, 1, 0, 3, 1,
					Duration.ofSeconds(1), test.heard.changes().get(0), 100f, 0, Duration.ZERO, 0, List.of()));
	}

	@Test
	void forcedOpenKeepsTheFiguresToo() {
		TestBreaker test = TestBreaker.simple();
		test.succeed(2);
		test.fail(2);
		test.in(State.FORCED_OPEN);
		test.advance(Duration.ofDays(1));
		assertFigures(test, 4, 2, 2);
	}

	@Test
	void forcedOpenAfterOpenKeepsTheFiguresOfTheOpening() {
		TestBreaker test = TestBreaker.simple();
		test.succeed(2);
		test.fail(3);
		test.in(State.FORCED_OPEN);
		assertFigures(test, 5, 3, 3);
		test.in(State.OPEN);
		assertFigures(test, 5, 3, 3);
		test.breaker.open(Duration.ofHours(1));
		assertFigures(test, 5, 3, 3);
	}

	@Test
	void openAfterHalfOpenKeepsTheFiguresOfTheProbes() {
		TestBreaker test = TestBreaker
			.with((config) -> config.permittedNumberOfCallsInHalfOpenState(4).successThresholdInHalfOpenState(3));
		test.in(State.HALF_OPEN);
		test.succeed();
		test.fail(2);
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertFigures(test, 3, 2, 2);
	}

	@Test
	void halfOpenShowsTheProbes() {
		TestBreaker test = TestBreaker.with((config) -> config.permittedNumberOfCallsInHalfOpenState(4)
			.successThresholdInHalfOpenState(3)
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.waitDurationInOpenState(Duration.ofSeconds(5)));
		test.in(State.OPEN);
		test.advance(Duration.ofSeconds(5));
		Snapshot empty = test.snapshot();
		assertThat(empty.bufferedCalls()).isZero();
		assertThat(empty.failureRate()).isNaN();
		assertThat(empty.callsUntilEvaluated()).isEqualTo(4);
		assertThat(empty.retryAfter()).isZero();
		assertThat(empty.since()).isEqualTo(HandWallClock.START.plusSeconds(5));
		test.failTaking(Duration.ofSeconds(2));
		test.succeed();
		test.take();
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.HALF_OPEN);
		assertThat(snapshot.bufferedCalls()).isEqualTo(2);
		assertThat(snapshot.failedCalls()).isEqualTo(1);
		assertThat(snapshot.slowCalls()).isEqualTo(1);
		assertThat(snapshot.failureRate()).isEqualTo(50f);
		assertThat(snapshot.slowCallRate()).isEqualTo(50f);
		assertThat(snapshot.consecutiveFailures()).isZero();
		assertThat(snapshot.callsUntilEvaluated()).isEqualTo(2);
		assertThat(snapshot.openings()).isEqualTo(1);
	}

	@Test
	void closingStartsAnEmptyWindowAndKeepsTheTotals() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.refused();
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		assertThat(test.snapshot()).isEqualTo(new Snapshot("payments", State.CLOSED,
				HandWallClock.START.plusSeconds(10), Float.NaN, Float.NaN, 0, 0, 0, 0, 0, 1, 3, 0, 0, 1, 0,
				Duration.ZERO, test.heard.changes().get(2), 100f, 0, Duration.ZERO, 0, List.of()));
	}

	@Test
	void ratesAreNumbersBelowTheMinimumTooAndNeverMinusOne() {
		TestBreaker test = TestBreaker.with((config) -> config);
		assertThat(test.snapshot().failureRate()).isNaN();
		assertThat(test.snapshot().slowCallRate()).isNaN();
		test.fail();
		test.succeed(2);
		assertThat(test.snapshot().failureRate()).isEqualTo(100f / 3);
		assertThat(test.snapshot().slowCallRate()).isZero();
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void everyStateHasASnapshot(State state) {
		TestBreaker test = TestBreaker.with((config) -> config.initialState(state));
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.state()).isEqualTo(state);
		assertThat(snapshot.bufferedCalls()).isZero();
		assertThat(snapshot.failureRate()).isNaN();
		assertThat(snapshot.lastChange()).isNull();
		assertThat(snapshot.openings()).isEqualTo((state == State.OPEN) ? 1 : 0);
	}

	@Test
	void lookingChangesNothing() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		test.heard.forget();
		for (int i = 0; i < 100; i++) {
			test.state();
			test.snapshot();
			test.breaker.config();
			test.breaker.toString();
		}
		assertThat(test.heard.news()).isEmpty();
		assertThat(test.admits()).isTrue();
	}

	@Test
	void aBreakerTellsItsName() {
		CircuitBreaker breaker = CircuitBreaker.ofDefaults("payments");
		assertThat(breaker.name()).isEqualTo("payments");
		assertThat(breaker.config()).isSameAs(CircuitBreakerConfig.ofDefaults());
		assertThat(breaker.toString()).contains("payments");
	}

	private static void assertFigures(TestBreaker test, int calls, int failed, int inARow) {
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isEqualTo(calls);
		assertThat(snapshot.failedCalls()).isEqualTo(failed);
		assertThat(snapshot.consecutiveFailures()).isEqualTo(inARow);
		assertThat(snapshot.failureRate()).isEqualTo((float) (100.0 * failed / calls));
	}

	@Test
	void aFailuresTextIsThatOfWhatWasThrown() {
		assertThat(kept(new IllegalStateException("no"))).hasToString("java.lang.IllegalStateException: no");
		assertThat(kept(new IllegalStateException())).hasToString("java.lang.IllegalStateException");
	}

	@Test
	void ofAMessageNoMoreThan500CharactersAreKept() {
		// Half a pair at the end is the application's own.
		String longest = "x".repeat(499) + '\uD83D';
		assertThat(kept(new IllegalStateException(longest)).message()).isEqualTo(longest);
		assertThat(kept(new IllegalStateException("x".repeat(501))).message()).isEqualTo("x".repeat(500));
	}

	private static Failure kept(Throwable thrown) {
		FailureLog log = new FailureLog();
		log.add(thrown, Instant.EPOCH);
		return log.last();
	}

}
