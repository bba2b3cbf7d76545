package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What adapters to asynchronous libraries can rely on.
 */
class GuardedCallTests {

	private static final Duration SLOW = Duration.ofSeconds(1);

	private final TestBreaker test = with((config) -> config);

	private static TestBreaker with(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with((config) -> settings.apply(config.slowCallDurationThreshold(SLOW)));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aSlowCallThatIsGivenUpIsASlowSuccess(boolean nests) {
		Call call = new Call(this.test.breaker, nests);
		this.test.advance(SLOW.plusNanos(1));
		call.cancelled(new CancellationException());
		assertTotals(this.test, 1, 0, 0);
		assertThat(this.test.snapshot().slowCallsTotal()).isOne();
		assertThat(this.test.heard.durations()).containsExactly(SLOW.plusNanos(1).toNanos());
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aFastCallThatIsGivenUpCountsAsNothing(boolean nests) {
		new Call(this.test.breaker, nests).cancelled(new CancellationException());
		new Call(this.test.breaker, nests).cancelled();
		assertTotals(this.test, 0, 0, 0);
	}

	@Test
	void aCancellationThatARuleNamesIsAFailure() {
		TestBreaker named = with((config) -> config.recordExceptions(CancellationException.class));
		new Call(named.breaker, false).cancelled(new CancellationException());
		new Call(named.breaker, true).cancelled(new CancellationException());
		assertTotals(named, 0, 2, 0);
	}

	@Test
	void aSlowCallThatIsInterruptedCountsAsNothing() {
		Call call = new Call(this.test.breaker, false);
		this.test.advance(SLOW.plusNanos(1));
		assertThat(call.threw(new InterruptedException())).isNull();
		assertTotals(this.test, 0, 0, 0);
	}

	@Test
	void theFirstEndCounts() {
		Call returned = new Call(this.test.breaker, false);
		returned.returned("value");
		assertThat(returned.threw(new IOException())).isNull();
		returned.completed();
		IOException thrown = new IOException();
		Call threw = new Call(this.test.breaker, false);
		assertThat(threw.threw(thrown)).isSameAs(thrown);
		threw.returned("value");
		assertThat(threw.threw(thrown)).isNull();
		assertTotals(this.test, 1, 1, 0);
	}

	@ParameterizedTest
	@CsvSource({ "'', success", "SUCCESS, success", "FAILURE, failure by result", "IGNORED, ignored by result",
			"IGNORED SUCCESS, success", "SUCCESS IGNORED, success", "SUCCESS FAILURE, failure by result",
			"FAILURE IGNORED SUCCESS, failure by result", "IGNORED FAILURE, failure by result" })
	void severalResultsCountAsTheRuleOnThemSays(String results, String news) {
		TestBreaker judging = judging();
		emitting(judging, results).completed();
		assertThat(judging.heard.news()).containsExactly(news);
	}

	@Test
	void severalResultsAreRecordedNowhereWhileDisabled() {
		TestBreaker judging = judging();
		judging.in(State.DISABLED);
		judging.heard.forget();
		for (OutcomeRule.Verdict verdict : OutcomeRule.Verdict.values()) {
			emitting(judging, verdict.name()).completed();
		}
		assertTotals(judging, 0, 0, 0);
		assertThat(judging.heard.news()).isEmpty();
	}

	@Test
	void whatIsGivenAfterTheEndIsNotJudged() {
		List<Object> judged = new ArrayList<>();
		TestBreaker judging = TestBreaker.with((config) -> config.recordResult(judged::add));
		Call call = emitting(judging, "first");
		call.emitted("second");
		assertThat(judged).as("since the first one is a failure").containsExactly("first");
		Call cancelled = new Call(judging.breaker, false);
		cancelled.cancelled();
		cancelled.emitted("third");
		assertThat(judged).containsExactly("first");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aCallKnowsWhetherItHasGivenItsResult(boolean ownState) {
		CircuitBreaker breaker = ownState ? this.test.breaker : CircuitBreaker.ofDefaults("payments");
		Call one = new Call(breaker, false);
		assertThat(one.hasReturned()).isFalse();
		one.returned("one");
		assertThat(one.hasReturned()).isTrue();
		Call late = new Call(breaker, false);
		late.cancelled();
		assertThat(late.hasReturned()).isFalse();
		late.returned("late");
		assertThat(late.hasReturned()).as("although it had ended").isTrue();
		assertThat(breaker.snapshot().successfulCallsTotal()).isOne();
	}

	@Test
	void anEndThatComesTooLateChangesNoVerdict() {
		List<Call> late = new ArrayList<>();
		CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.builder().nanoClock(() -> {
			// As another thread, while the first end is being recorded.
			late.forEach((call) -> call.returned("late"));
			return 0;
		}).slowCallDurationThreshold(SLOW).outcomeRule((result, thrown) -> OutcomeRule.Verdict.IGNORED).build());
		Call call = new Call(breaker, false);
		call.emitted("one");
		late.add(call);
		call.completed();
		assertThat(breaker.snapshot().failedCallsTotal()).isZero();
		assertThat(breaker.snapshot().ignoredCallsTotal()).isOne();
	}

	@Test
	void aCallIsTimedFromTheLowestReadingOnToo() {
		AtomicLong time = new AtomicLong(Long.MIN_VALUE);
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().nanoClock(time::get).slowCallDurationThreshold(SLOW).build());
		Call call = new Call(breaker, false);
		time.addAndGet(SLOW.multipliedBy(2).toNanos());
		call.returned("value");
		assertThat(breaker.snapshot().slowCallsTotal()).isOne();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void oneThatEndsOnceAndIsGivenUpAfterAResultIsCompleted(boolean ownState) {
		CircuitBreaker breaker = ownState ? this.test.breaker : CircuitBreaker.ofDefaults("payments");
		ClaimedCall given = new ClaimedCall(breaker);
		given.emitted("one");
		given.emitted("two");
		given.cancelled();
		ClaimedCall empty = new ClaimedCall(breaker);
		empty.cancelled();
		assertThat(breaker.snapshot().successfulCallsTotal()).isOne();
		assertThat(given.claims).containsExactly(false);
		assertThat(empty.claims).containsExactly(false);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void ofOneThatEndsOnceTheClaimDecides(boolean ownState) {
		CircuitBreaker breaker = ownState ? this.test.breaker : CircuitBreaker.ofDefaults("payments");
		ClaimedCall call = new ClaimedCall(breaker);
		call.emitted("one");
		call.completed();
		call.completed();
		call.cancelled();
		assertThat(call.threw(new IOException())).isNull();
		assertThat(breaker.snapshot().successfulCallsTotal()).isOne();
		assertThat(breaker.snapshot().failedCallsTotal()).isZero();
		assertThat(call.claims).containsExactly(true, true, false, false);
	}

	@Test
	void whatOneThatEndsOnceGivesAfterItsEndIsNotJudged() {
		List<Object> judged = new ArrayList<>();
		TestBreaker judging = TestBreaker.with((config) -> config.recordResult((result) -> {
			judged.add(result);
			return false;
		}));
		ClaimedCall call = new ClaimedCall(judging.breaker);
		call.emitted("one");
		call.cancelled();
		call.emitted("two");
		assertThat(judged).containsExactly("one");
		assertTotals(judging, 1, 0, 0);
	}

	private static TestBreaker judging() {
		return TestBreaker.with((config) -> config
			.outcomeRule((result, thrown) -> OutcomeRule.Verdict.valueOf(String.valueOf(result))));
	}

	private static Call emitting(TestBreaker test, String results) {
		Call call = new Call(test.breaker, false);
		results.lines().flatMap((line) -> Stream.of(line.split(" "))).forEach(call::emitted);
		return call;
	}

	@Test
	void aThreadIsInsideOnceAndItsEntryIsTakenAgain() {
		Call call = new Call(this.test.breaker, true);
		CallEntry entry = call.enter();
		assertThat(entry).isNotNull();
		assertThat(call.enter()).isNull();
		call.leave(entry);
		assertThat(this.test.breaker.outermost().isInside()).isFalse();
		assertThat(call.enter()).isSameAs(entry);
		call.leave(entry);
		assertThat(call.stepOut()).isNull();
	}

	@Test
	void aThreadThatStepsOutIsOutsideUntilItStepsIn() {
		Call call = new Call(this.test.breaker, true);
		CallEntry entry = call.enter();
		assertThat(this.test.breaker.outermost().isInside()).isTrue();
		CallEntry left = call.stepOut();
		assertThat(left).isSameAs(entry);
		assertThat(this.test.breaker.outermost().isInside()).isFalse();
		call.stepIn(left);
		assertThat(this.test.breaker.outermost().isInside()).isTrue();
		call.leave(entry);
		assertThat(this.test.breaker.outermost().isInside()).isFalse();
	}

	@Test
	void aThreadThatSteppedOutAndLeftCanGoInAgain() {
		Call call = new Call(this.test.breaker, true);
		CallEntry entry = call.enter();
		call.stepOut();
		call.leave(entry);
		assertThat(call.enter()).isSameAs(entry);
		assertThat(call.enter()).isNull();
		call.leave(entry);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aThreadThatStepsInIsInsideOfItsUnpermittedCallAgain(boolean nests) {
		TestBreaker shadow = with((config) -> config.enforce(false)).in(State.OPEN);
		Call call = new Call(shadow.breaker, nests);
		CallEntry entry = call.enter();
		CallEntry left = call.stepOut();
		shadow.succeed();
		call.stepIn(left);
		shadow.succeed();
		call.leave(entry);
		call.returned("value");
		assertThat(shadow.snapshot().wouldRefuseTotal()).as("the call, and the one outside of it").isEqualTo(2);
		assertTotals(shadow, 2, 0, 0);
	}

	@Test
	void aThreadInsideOfACallThatDoesNotNestMakesOutermostCalls() {
		TestBreaker shadow = with((config) -> config.enforce(false)).in(State.OPEN);
		Call call = new Call(shadow.breaker, false);
		CallEntry entry = call.enter();
		shadow.breaker.close();
		shadow.breaker.outermost().call(() -> "one");
		assertTotals(shadow, 1, 0, 0);
		call.stepIn(call.stepOut());
		shadow.breaker.outermost().call(() -> "two");
		assertTotals(shadow, 2, 0, 0);
		call.leave(entry);
	}

	@Test
	void aThreadInsideOfAnotherCallTakesNoSecondPlace() {
		Call one = new Call(this.test.breaker, true);
		Call other = new Call(this.test.breaker, true);
		CallEntry outer = one.enter();
		CallEntry inner = other.enter();
		assertThat(outer.place).isNotEqualTo(CallEntry.NO_PLACE);
		assertThat(inner.place).isEqualTo(CallEntry.NO_PLACE);
		other.leave(inner);
		assertThat(this.test.breaker.outermost().isInside()).isTrue();
		one.leave(outer);
		assertThat(this.test.breaker.outermost().isInside()).isFalse();
	}

	private static void assertTotals(TestBreaker test, long successes, long failures, long ignored) {
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.successfulCallsTotal()).as("successes").isEqualTo(successes);
		assertThat(snapshot.failedCallsTotal()).as("failures").isEqualTo(failures);
		assertThat(snapshot.ignoredCallsTotal()).as("ignored").isEqualTo(ignored);
	}

	private static final class Call extends GuardedCall {

		Call(CircuitBreaker breaker, boolean nests) {
			super(breaker, nests);
		}

	}

	/** Decides itself which of its ends is the first. */
	private static final class ClaimedCall extends GuardedCall {

		private final List<Boolean> claims = new ArrayList<>();

		ClaimedCall(CircuitBreaker breaker) {
			super(breaker, false, true);
		}

		@Override
		boolean claim(boolean signalled) {
			this.claims.add(signalled);
			return this.claims.size() == 1;
		}

	}

}
