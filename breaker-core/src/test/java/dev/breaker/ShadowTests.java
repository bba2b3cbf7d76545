package dev.breaker;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

/**
 * A breaker that does not enforce: it changes its state as one that does, and refuses no
 * call.
 */
class ShadowTests {

	private static final Duration WAIT = Duration.ofSeconds(10);

	private static final Duration SLOW = Duration.ofSeconds(1);

	private static TestBreaker shadow() {
		return shadow(UnaryOperator.identity());
	}

	/** Opens after three failures in a row; two probes decide together. */
	private static TestBreaker shadow(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with((config) -> settings.apply(ruled(config).enforce(false)));
	}

	private static CircuitBreakerConfig.Builder ruled(CircuitBreakerConfig.Builder config) {
		return config.consecutiveFailureThreshold(3)
			.permittedNumberOfCallsInHalfOpenState(2)
			.waitDurationInOpenState(WAIT)
			.slowCallDurationThreshold(SLOW)
			.ignoreExceptions(IllegalArgumentException.class);
	}

	/** After its wait. */
	private static TestBreaker halfOpen() {
		TestBreaker test = shadow();
		test.fail(3);
		test.advance(WAIT);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		return test;
	}

	private static void assertTotals(TestBreaker test, long successes, long failures, long wouldRefuse) {
		Snapshot snapshot = test.snapshot();
		assertThat(List.of(snapshot.successfulCallsTotal(), snapshot.failedCallsTotal(), snapshot.wouldRefuseTotal(),
				snapshot.notPermittedCallsTotal()))
			.as("successes, failures, would refuse, not permitted")
			.containsExactly(successes, failures, wouldRefuse, 0L);
	}

	private static void enforce(TestBreaker test, boolean enforce) {
		test.breaker.reconfigure(test.breaker.config().toBuilder().enforce(enforce).build());
	}

	@Test
	void itOpensAndRefusesNobody() {
		TestBreaker test = shadow();
		test.fail(3);
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.succeed(2);
		test.fail();
		assertThat(test.take()).isNotNull();
		assertThat(test.breaker.callAsync(() -> CompletableFuture.completedFuture("pong")))
			.isCompletedWithValue("pong");
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertTotals(test, 3, 4, 5);
	}

	@Test
	void itWaitsProbesAndClosesByItself() {
		TestBreaker test = halfOpen();
		test.succeed(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().openings()).isZero();
		assertTotals(test, 2, 3, 0);
		assertThat(test.heard.changes()).extracting(StateChange::reason)
			.containsExactly(Reason.CONSECUTIVE_FAILURES, Reason.WAIT_ELAPSED, Reason.PROBES_SUCCEEDED);
	}

	@Test
	void aCallBeyondTheProbesDoesNotFailThem() {
		TestBreaker test = halfOpen();
		Permit first = test.take();
		Permit second = test.take();
		test.fail(5);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		first.success(null, 0);
		second.success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertTotals(test, 2, 8, 5);
	}

	@Test
	void aCallBeyondTheProbesDoesNotCloseIt() {
		TestBreaker test = halfOpen();
		Permit first = test.take();
		Permit second = test.take();
		test.succeed(5);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		first.failure(new IllegalStateException(), 0);
		assertThat(test.state()).isEqualTo(State.OPEN);
		second.success(null, 0);
		assertThat(test.snapshot().openings()).isEqualTo(2);
		assertTotals(test, 6, 4, 5);
	}

	@Test
	void aPlaceThatIsFreeAgainIsTheNextCalls() {
		TestBreaker test = halfOpen();
		Permit first = test.take();
		test.take();
		Permit beyond = test.take();
		beyond.release();
		first.release();
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertTotals(test, 0, 4, 1);
	}

	@Test
	void aProbeThatDoesNotComeBackIsLostAllTheSame() {
		TestBreaker test = halfOpen();
		test.take();
		test.take();
		test.succeed(3);
		test.advance(test.breaker.config().maxWaitDurationInHalfOpenState());
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_LOST);
	}

	@Test
	void anUnpermittedCallThatEndsLaterIsInNoWindow() {
		TestBreaker test = shadow();
		test.fail(3);
		List<Permit> late = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			late.add(test.take());
		}
		late.get(0).failure(new IllegalStateException(), 0);
		test.advance(WAIT);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		late.get(1).failure(new IllegalStateException(), 0);
		late.get(2).success(null, 0);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		test.succeed(2);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		late.subList(3, 6).forEach((permit) -> permit.failure(new IllegalStateException(), 0));
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertTotals(test, 3, 8, 6);
	}

	@Test
	void endsOfUnpermittedCallsAreToldAndCounted() {
		TestBreaker test = shadow().in(State.OPEN);
		test.heard.forget();
		test.succeedTaking(SLOW.plusMillis(1));
		test.fail();
		test.throwing(new IllegalArgumentException());
		test.throwing(new InterruptedException());
		test.take().release();
		assertThat(test.heard.news()).containsExactly("would refuse", "success", "would refuse",
				"failure IllegalStateException", "would refuse", "ignored IllegalArgumentException", "would refuse",
				"would refuse");
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.slowCallsTotal()).isOne();
		assertThat(snapshot.ignoredCallsTotal()).isOne();
		assertTotals(test, 1, 1, 5);
	}

	@Test
	void aListenerThatThrowsHarmsNoCall() {
		TestBreaker test = shadow().in(State.OPEN);
		test.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onWouldRefuse(CircuitBreaker breaker) {
				throw new IllegalStateException("listener");
			}
		});
		test.succeed(2);
		assertTotals(test, 2, 0, 2);
	}

	@Test
	void aListenerThatClosesItLetsTheNextCallCount() {
		TestBreaker test = shadow().in(State.OPEN);
		test.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onWouldRefuse(CircuitBreaker breaker) {
				breaker.close();
			}
		});
		test.fail();
		assertThat(test.snapshot().bufferedCalls()).isZero();
		test.fail();
		assertThat(test.snapshot().bufferedCalls()).isOne();
		assertTotals(test, 0, 2, 1);
	}

	@Test
	void aPermitIsGivenBackOnce() {
		TestBreaker test = shadow().in(State.OPEN);
		Permit permit = test.take();
		permit.success(null, 0);
		permit.failure(new IllegalStateException(), 0);
		permit.release();
		assertTotals(test, 1, 0, 1);
	}

	@Test
	void unpermittedFailuresDoNotExplainAState() {
		TestBreaker test = shadow();
		test.fail(3);
		test.throwing(new UnsupportedOperationException());
		assertThat(test.breaker.explain().failureCounts())
			.containsExactly(entry(IllegalStateException.class.getName(), 3L));
		test.breaker.forceOpen();
		assertThat(test.snapshot().lastChange().lastFailure().type()).isEqualTo(IllegalStateException.class.getName());
	}

	@Test
	void figuresStayThoseOfTheOpening() {
		TestBreaker test = shadow();
		test.succeed();
		test.fail(3);
		test.succeed(10);
		Snapshot snapshot = test.snapshot();
		assertThat(snapshot.bufferedCalls()).isEqualTo(4);
		assertThat(snapshot.failedCalls()).isEqualTo(3);
		assertThat(snapshot.retryAfter()).isEqualTo(WAIT);
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void aCommandToAnyStateRefusesNobody(State state) {
		TestBreaker test = shadow().in(state);
		test.take();
		test.take();
		test.succeed();
		boolean refuses = state.refuses();
		assertTotals(test, (state != State.DISABLED) ? 1 : 0, 0, refuses ? 3 : (state == State.HALF_OPEN) ? 1 : 0);
		assertThat(test.state()).isEqualTo(state);
	}

	@Test
	void aForcedStateLastsAsLongAsItIsHeld() {
		TestBreaker test = shadow();
		test.breaker.forceOpen(Duration.ofMinutes(1));
		test.fail(3);
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofMinutes(1));
		test.advance(Duration.ofMinutes(1));
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.HOLD_ELAPSED);
		assertTotals(test, 0, 3, 3);
	}

	@Test
	void enforcedWhileOpenItRefusesForWhatIsLeftOfTheWait() {
		TestBreaker test = shadow();
		test.fail(3);
		test.advance(Duration.ofSeconds(4));
		test.succeed();
		enforce(test, true);
		assertThat(test.refused().retryAfter()).isEqualTo(Duration.ofSeconds(6));
		assertThat(test.snapshot().wouldRefuseTotal()).isOne();
		assertThat(test.snapshot().notPermittedCallsTotal()).isOne();
		enforce(test, false);
		test.succeed();
		assertThat(test.snapshot().wouldRefuseTotal()).isEqualTo(2);
		assertThat(test.snapshot().notPermittedCallsTotal()).isOne();
		assertThat(test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(6));
	}

	@Test
	void enforcedWhileForcedOpenItRefusesAtOnce() {
		TestBreaker test = shadow().in(State.FORCED_OPEN);
		test.succeed();
		enforce(test, true);
		assertThat(test.refused().state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void enforcedWhileHalfOpenTheProbesUnderWayDecide() {
		TestBreaker test = halfOpen();
		Permit first = test.take();
		Permit second = test.take();
		Permit beyond = test.take();
		enforce(test, true);
		test.refused();
		beyond.failure(new IllegalStateException(), 0);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		first.success(null, 0);
		second.success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aProbeThatWasRefusedItsPlaceOnceGetsOneWhenItIsFree() {
		TestBreaker test = halfOpen();
		enforce(test, true);
		Permit first = test.take();
		test.take();
		test.refused();
		enforce(test, false);
		first.release();
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aResetClearsTheCount() {
		TestBreaker test = shadow().in(State.OPEN);
		test.succeed(3);
		test.breaker.reset();
		assertThat(test.snapshot().wouldRefuseTotal()).isZero();
		assertThat(test.breaker.config().enforce()).isFalse();
	}

	@Test
	void changesSayThatTheyAreNotEnforced() {
		TestBreaker test = shadow();
		test.fail(3);
		test.advance(WAIT);
		test.state();
		enforce(test, true);
		test.succeed(2);
		assertThat(test.heard.changes()).extracting(StateChange::enforced).containsExactly(false, false, true);
		assertThat(new StateChange(State.CLOSED, State.OPEN, Reason.COMMAND, HandWallClock.START, null, null, null))
			.extracting(StateChange::enforced)
			.isEqualTo(true);
	}

	@ParameterizedTest
	@EnumSource(State.class)
	void theExplanationSaysThatItIsNotEnforced(State state) {
		TestBreaker test = shadow().in(state);
		boolean admitsAnyway = state == State.DISABLED || state == State.METRICS_ONLY;
		String sentence = test.breaker.explain().sentence();
		assertThat(sentence.endsWith("; not enforced, no call is refused")).as(sentence).isEqualTo(!admitsAnyway);
		enforce(test, true);
		assertThat(test.breaker.explain().sentence()).doesNotContain("enforced");
	}

	@Test
	void itsTextSaysThatItIsNotEnforced() {
		TestBreaker test = shadow();
		assertThat(test.breaker).hasToString("CircuitBreaker[payments, CLOSED, not enforced]");
		enforce(test, true);
		assertThat(test.breaker).hasToString("CircuitBreaker[payments, CLOSED]");
	}

	@Test
	void aFallbackRunsForFailuresAndForNoRefusal() {
		TestBreaker test = shadow().in(State.OPEN);
		String good = test.breaker.call(() -> "good", (thrown) -> "fallback");
		String bad = test.breaker.call(() -> {
			throw new IllegalStateException();
		}, (thrown) -> "fallback for " + thrown.getClass().getSimpleName());
		assertThat(good).isEqualTo("good");
		assertThat(bad).isEqualTo("fallback for IllegalStateException");
	}

	@Test
	void aCallInsideOfAnUnpermittedOneBelongsToIt() {
		TestBreaker test = shadow().in(State.OPEN);
		String answer = test.breaker.call(() -> test.breaker.call(() -> test.breaker.call(() -> "pong")));
		assertThat(answer).isEqualTo("pong");
		assertTotals(test, 1, 0, 1);
		test.succeed();
		assertTotals(test, 2, 0, 2);
	}

	@Test
	void aCallInsideOfAnUnpermittedOneIsNoProbe() {
		TestBreaker test = shadow().in(State.OPEN);
		for (int i = 0; i < 3; i++) {
			test.breaker.run(() -> {
				test.advance(WAIT);
				assertThat(test.state()).isEqualTo(State.HALF_OPEN);
				test.fail();
				Permit inside = test.take();
				inside.failure(new IllegalStateException(), 0);
			});
			assertThat(test.state()).isEqualTo(State.HALF_OPEN);
			assertThat(test.snapshot().bufferedCalls()).isZero();
			test.in(State.OPEN);
		}
		assertTotals(test, 3, 0, 3);
	}

	@Test
	void onceClosedACallInsideOfAnUnpermittedOneCounts() {
		TestBreaker test = shadow().in(State.OPEN);
		test.breaker.run(() -> {
			test.breaker.close();
			test.fail(3);
			assertThat(test.state()).isEqualTo(State.OPEN);
		});
		assertTotals(test, 1, 3, 1);
	}

	@Test
	void aCallInsideOfAPermittedOneWouldBeRefused() {
		TestBreaker test = shadow();
		test.breaker.run(() -> {
			test.breaker.open();
			test.succeed(2);
		});
		assertTotals(test, 3, 0, 2);
	}

	@Test
	void aCallInTheFallbackOfAnUnpermittedOneIsItsOwn() {
		TestBreaker test = shadow().in(State.OPEN);
		String answer = test.breaker.call(() -> {
			throw new IllegalStateException();
		}, (thrown) -> test.breaker.call(() -> "replica"));
		assertThat(answer).isEqualTo("replica");
		assertTotals(test, 1, 1, 2);
	}

	@Test
	void annotatedCallsInsideEachOtherAreCountedOnce() {
		TestBreaker test = shadow().in(State.OPEN);
		OutermostCalls calls = test.breaker.outermost();
		String answer = calls.call(() -> calls.call(() -> "pong"));
		assertThat(answer).isEqualTo("pong");
		assertThat(calls.callAsync(() -> calls.callAsync(() -> CompletableFuture.completedFuture("pong"))))
			.isCompletedWithValue("pong");
		assertTotals(test, 2, 0, 2);
	}

	@Test
	void anAsynchronousCallIsLeftWhenItsStageIsThere() {
		TestBreaker test = shadow().in(State.OPEN);
		CompletableFuture<String> later = new CompletableFuture<>();
		CompletionStage<String> stage = test.breaker.callAsync(() -> {
			test.succeed();
			return later;
		});
		assertTotals(test, 0, 0, 1);
		test.succeed();
		assertTotals(test, 1, 0, 2);
		later.complete("pong");
		assertThat(stage).isCompletedWithValue("pong");
		assertTotals(test, 2, 0, 2);
	}

	@Test
	void anAsynchronousCallThatThrowsAtOnceIsLeftToo() {
		TestBreaker test = shadow((config) -> config.recordExceptions(IOException.class)).in(State.OPEN);
		for (RuntimeException thrown : List.of(new IllegalStateException(), new IllegalArgumentException())) {
			assertThatThrownBy(() -> test.breaker.callAsync(() -> {
				throw thrown;
			})).isSameAs(thrown);
			test.succeed();
		}
		assertTotals(test, 3, 0, 4);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aReactiveCallInsideOfAnUnpermittedOneBelongsToIt(boolean outermost) {
		TestBreaker test = shadow().in(State.OPEN);
		Mono<String> inner = guarded(test, Mono.just("pong"), outermost);
		Mono<String> outer = guarded(test, Mono.defer(() -> inner), outermost);
		assertThat(outer.block()).isEqualTo("pong");
		assertTotals(test, 1, 0, 1);
		assertThat(guarded(test, Mono.error(new IllegalStateException()), outermost).onErrorReturn("failed").block())
			.isEqualTo("failed");
		test.succeed();
		assertTotals(test, 2, 1, 3);
	}

	private static Mono<String> guarded(TestBreaker test, Mono<String> source, boolean outermost) {
		CircuitBreakerOperator<String> operator = CircuitBreakerOperator.of(test.breaker);
		return source.transform(outermost ? operator.outermost() : operator);
	}

	@Test
	void aCallThatHadEndedBeforeIsNotOneThatWouldBeRefused() {
		TestBreaker test = shadow().in(State.OPEN);
		GuardedCall.ended(test.breaker, false, new IllegalStateException());
		GuardedCall.ended(test.breaker, false, null);
		assertTotals(test, 1, 1, 0);
	}

	@Test
	void everyKeyOfAGroupIsNotEnforced() {
		HandClock clock = new HandClock();
		CircuitBreakerConfig config = ruled(CircuitBreakerConfig.builder()).nanoClock(clock).enforce(false).build();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 2);
		group.apply(StateCommand.to(State.FORCED_OPEN));
		for (String key : List.of("a", "b", "c")) {
			assertThat(group.get(key).<String, RuntimeException>call(() -> "pong")).isEqualTo("pong");
		}
		assertThat(group.all()).allSatisfy((breaker) -> assertThat(breaker.snapshot().wouldRefuseTotal()).isOne());
		group.reconfigure(config.toBuilder().enforce(true).build());
		assertThat(group.all()).allSatisfy((breaker) -> assertThat(breaker.tryAcquire()).isNull());
		assertThat(group.get("d").tryAcquire()).isNull();
		group.reconfigure(config);
		assertThat(group.get("a").tryAcquire()).isNotNull();
	}

	@Test
	void aKeyWithAnUnpermittedCallUnderWayStays() {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder().enforce(false).initialState(State.OPEN).build();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 1);
		CircuitBreaker first = group.get("first");
		Permit permit = first.acquire();
		assertThat(group.get("second").name()).isEqualTo("stores:_overflow");
		permit.success(null, 0);
		assertThat(group.get("second").name()).isEqualTo("stores:second");
	}

	/**
	 * The same calls, on one that refuses and on one that does not.
	 */
	@Test
	void itsChangesAreThoseOfABreakerThatEnforces() {
		TestBreaker shadow = shadow();
		TestBreaker enforcing = TestBreaker.with(ShadowTests::ruled);
		String ends = "fffss" + "w" + "fffs" + "w" + "sffs" + "ssfsfff" + "w" + "sfss" + "w" + "ssfff";
		for (char end : ends.toCharArray()) {
			if (end == 'w') {
				shadow.advance(WAIT);
				enforcing.advance(WAIT);
				continue;
			}
			Permit permit = enforcing.breaker.tryAcquire();
			end(permit, end);
			end(shadow.take(), end);
			Snapshot seen = shadow.snapshot();
			Snapshot expected = enforcing.snapshot();
			assertThat(seen.state()).isEqualTo(expected.state());
			assertThat(seen.bufferedCalls()).isEqualTo(expected.bufferedCalls());
			assertThat(seen.openings()).isEqualTo(expected.openings());
			assertThat(seen.wouldRefuseTotal()).isEqualTo(expected.notPermittedCallsTotal());
		}
		assertThat(shadow.heard.changes()).extracting(StateChange::reason)
			.isEqualTo(enforcing.heard.changes().stream().map(StateChange::reason).toList())
			.hasSizeGreaterThan(6);
	}

	private static void end(@Nullable Permit permit, char end) {
		if (permit != null && end == 's') {
			permit.success(null, 0);
		}
		else if (permit != null) {
			permit.failure(new IllegalStateException(), 0);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whatARampWouldRefusePassesAndIsInNoWindow(boolean hungCallsCount) {
		TestBreaker test = shadow((config) -> config.recoveryRampDuration(Duration.ofMinutes(1))
			.recoveryRampStart(50)
			.slowCallRateThreshold(100)
			.countHungCalls(hungCallsCount));
		test.in(State.OPEN).in(State.CLOSED);
		test.succeed();
		test.fail();
		assertTotals(test, 1, 1, 1);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(test.snapshot().failedCalls()).isZero();
		assertThat(test.snapshot().consecutiveFailures()).isZero();
		test.fail();
		assertTotals(test, 1, 2, 1);
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(2);
		assertThat(test.snapshot().failedCalls()).isEqualTo(1);
	}

	@Test
	void aThreadThatMadeAnUnpermittedCallIsNotKept() throws InterruptedException {
		TestBreaker test = shadow().in(State.OPEN);
		assertNotKept(onAnotherThread(test::succeed));
		assertTotals(test, 1, 0, 1);
	}

	@Test
	void aThreadThatMadeAnUnpermittedReactiveCallIsNotKept() throws InterruptedException {
		TestBreaker test = shadow().in(State.OPEN);
		Mono<String> pong = guarded(test, Mono.just("pong"), false);
		assertNotKept(onAnotherThread(pong::block));
		assertTotals(test, 1, 0, 1);
	}

	private static void assertNotKept(WeakReference<Thread> gone) {
		await().untilAsserted(() -> {
			System.gc();
			assertThat(gone.get()).isNull();
		});
	}

	private static WeakReference<Thread> onAnotherThread(Runnable work) throws InterruptedException {
		Thread caller = new Thread(work, "caller");
		caller.start();
		caller.join();
		return new WeakReference<>(caller);
	}

}
