package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

/**
 * A breaker that recovers by dark probes, while no call of a user passes.
 */
class DarkProbeTests {

	private static final Duration WAIT = Duration.ofSeconds(10);

	private static final Duration LEASE = Duration.ofSeconds(30);

	@Test
	void aDarkProbeThatSucceedsCloses() {
		TestBreaker test = dark((config) -> config);
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.breaker.tryAcquireProbe()).as("before its wait is over").isNull();
		test.advance(WAIT);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		probe(test).success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_SUCCEEDED);
		assertThat(test.snapshot().openings()).isZero();
		test.succeed();
	}

	@Test
	void noCallOfAUserPassesBeforeTheProbesHaveDecided() {
		TestBreaker test = dark((config) -> config.successThresholdInHalfOpenState(2));
		test.fail();
		test.refused();
		test.advance(WAIT);
		assertRefused(test);
		Permit first = probe(test);
		assertRefused(test);
		first.success(null, 0);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
		assertRefused(test);
		probe(test).success(null, 0);
		test.succeed();
	}

	/** By each way that a call can come. */
	private static void assertRefused(TestBreaker test) {
		long before = test.snapshot().notPermittedCallsTotal();
		assertThat(test.refused().state()).isEqualTo(State.HALF_OPEN);
		assertThat(test.breaker.tryAcquire()).isNull();
		assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(test.breaker::acquire);
		CompletableFuture<Object> stage = test.breaker.<Object>callAsync(() -> {
			throw new AssertionError("the work ran");
		}).toCompletableFuture();
		assertThat(catchThrowable(stage::join)).hasCauseInstanceOf(CallNotPermittedException.class);
		String answer = test.breaker.outermost().call(() -> "ran", (ex) -> "fallback");
		assertThat(answer).isEqualTo("fallback");
		assertThat(test.snapshot().notPermittedCallsTotal()).isEqualTo(before + 5);
	}

	@Test
	void aDarkProbeThatFailsOpensAndCountsForTheBackoff() {
		TestBreaker test = dark((config) -> config.waitDurationMultiplier(2).successThresholdInHalfOpenState(3));
		test.fail();
		for (int opening = 1; opening <= 4; opening++) {
			Duration wait = WAIT.multipliedBy(1L << (opening - 1));
			assertThat(test.snapshot().retryAfter()).isEqualTo(wait);
			assertThat(test.snapshot().openings()).isEqualTo(opening);
			test.advance(wait);
			probe(test).success(null, 0);
			probe(test).failure(new IOException("down"), 0);
			assertThat(test.state()).isEqualTo(State.OPEN);
			assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_FAILED);
		}
	}

	@ParameterizedTest
	@EnumSource(names = "HALF_OPEN", mode = EnumSource.Mode.EXCLUDE)
	void aDarkProbeHasAPlaceInHalfOpenAlone(State state) {
		TestBreaker test = dark((config) -> config).in(state);
		assertThat(test.breaker.tryAcquireProbe()).isNull();
		assertThat(test.snapshot().notPermittedCallsTotal()).as("it is no refusal").isZero();
		assertThat(test.heard.count("refused")).isZero();
	}

	@Test
	void withCallsAsProbesADarkOneTakesOneOfTheirPlaces() {
		TestBreaker test = TestBreaker
			.with((config) -> config.failureRateThreshold(100).permittedNumberOfCallsInHalfOpenState(2))
			.in(State.HALF_OPEN);
		Permit dark = probe(test);
		test.take();
		assertThat(test.breaker.tryAcquireProbe()).isNull();
		assertThat(test.breaker.tryAcquire()).isNull();
		dark.release();
		assertThat(test.admits()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 5, 30 })
	void asManyPlacesAsMustSucceed(int needed) {
		// More than the permitted calls, which play no part.
		TestBreaker test = dark(
				(config) -> config.successThresholdInHalfOpenState(needed).permittedNumberOfCallsInHalfOpenState(10))
			.in(State.HALF_OPEN);
		List<Permit> permits = new ArrayList<>();
		for (int i = 0; i < needed; i++) {
			permits.add(probe(test));
		}
		assertThat(test.breaker.tryAcquireProbe()).isNull();
		assertThat(test.snapshot().callsUntilEvaluated()).isEqualTo(needed);
		permits.forEach((permit) -> permit.success(null, 0));
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aDarkProbeIsRecordedAsAnyProbe() {
		TestBreaker test = dark(
				(config) -> config.successThresholdInHalfOpenState(3).ignoreExceptions(IllegalArgumentException.class))
			.in(State.HALF_OPEN);
		probe(test).failure(new IllegalArgumentException(), 0);
		probe(test).release();
		assertThat(test.snapshot().ignoredCallsTotal()).isEqualTo(1);
		assertThat(test.snapshot().bufferedCalls()).isZero();
		Permit permit = probe(test);
		permit.success(null, 5);
		permit.failure(new IOException(), 5);
		assertThat(test.snapshot().successfulCallsTotal()).isEqualTo(1);
		assertThat(test.snapshot().failedCallsTotal()).isZero();
		assertThat(test.snapshot().bufferedCalls()).isEqualTo(1);
	}

	@Test
	void aSlowDarkProbeOpens() {
		TestBreaker test = dark((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1)))
			.in(State.HALF_OPEN);
		probe(test).success(null, Duration.ofSeconds(2).toNanos());
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aDarkProbeThatNeverComesBackIsLost() {
		TestBreaker test = dark((config) -> config).in(State.HALF_OPEN);
		Permit lost = probe(test);
		test.advance(LEASE);
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_LOST);
		test.advance(WAIT);
		Permit next = probe(test);
		lost.failure(new IOException(), 0);
		next.success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void withoutAnyDarkProbeItStaysHalfOpen() {
		TestBreaker test = dark((config) -> config).in(State.HALF_OPEN);
		test.advance(Duration.ofDays(1000));
		assertRefused(test);
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void aVerdictOfItsOwnAsksNoRule() {
		TestBreaker test = dark((config) -> config.ignoreExceptions(IOException.class).recordResult((result) -> true))
			.in(State.HALF_OPEN);
		probe(test).ended(new IOException("down"), 0);
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.snapshot().lastChange().lastFailure().message()).isEqualTo("down");
		test.advance(WAIT);
		Permit permit = probe(test);
		permit.ended(null, 0);
		permit.ended(new IOException(), 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(test.snapshot().failedCallsTotal()).isEqualTo(1);
	}

	@Test
	void callsInsideADarkProbePassAndAreRecordedNowhere() {
		TestBreaker test = dark((config) -> config).in(State.HALF_OPEN);
		Permit permit = probe(test);
		assertThat(test.admits()).as("outside of it").isFalse();
		permit.run(() -> {
			String answer = test.breaker.call(() -> "inside");
			assertThat(answer).isEqualTo("inside");
			String further = test.breaker.outermost().call(() -> test.breaker.outermost().call(() -> "further inside"));
			assertThat(further).isEqualTo("further inside");
			assertThat(test.breaker.callAsync(() -> CompletableFuture.completedFuture("stage")).toCompletableFuture())
				.isCompletedWithValue("stage");
			test.take().failure(new IOException(), 0);
			permit.run(() -> assertThat(test.admits()).as("entered twice").isTrue());
			assertThat(test.admits()).isTrue();
		});
		assertThat(test.admits()).as("outside of it").isFalse();
		assertThat(test.snapshot().bufferedCalls()).isZero();
		assertThat(test.snapshot().failedCallsTotal()).isZero();
		permit.success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void noFallbackAnswersForTheOtherSideInsideADarkProbe() {
		TestBreaker test = dark((config) -> config).in(State.HALF_OPEN);
		assertNoFallbackInsideADarkProbe(test);
		assertThat(test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void noFallbackAnswersInsideADarkProbeAmongProbesOfCalls() {
		TestBreaker test = TestBreaker.with((config) -> config.failureRateThreshold(100)).in(State.HALF_OPEN);
		assertNoFallbackInsideADarkProbe(test);
		assertThat(test.snapshot().failedCalls()).isEqualTo(1);
	}

	private static void assertNoFallbackInsideADarkProbe(TestBreaker test) {
		IllegalStateException down = new IllegalStateException("down");
		OutermostCalls outermost = test.breaker.outermost();
		Permit permit = probe(test);
		permit.run(() -> {
			assertThat(catchThrowable(() -> test.breaker.<String, RuntimeException>call(() -> {
				throw down;
			}, (thrown) -> "cached"))).isSameAs(down);
			assertThat(catchThrowable(() -> outermost
				.<String, RuntimeException>call(() -> outermost.<String, RuntimeException>call(() -> {
					throw down;
				}, (thrown) -> "cached"), (thrown) -> "cached"))).isSameAs(down);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> stage = test.breaker
				.callAsync(() -> source, (thrown) -> CompletableFuture.completedFuture("cached"))
				.toCompletableFuture();
			source.completeExceptionally(down);
			assertThat(catchThrowable(stage::join)).hasCause(down);
			Mono<String> mono = Mono.<String>error(down)
				.transform(CircuitBreakerOperator.<String>of(test.breaker, (thrown) -> Mono.just("cached")));
			assertThat(catchThrowable(mono::block)).isSameAs(down);
		});
		permit.ended(down, 0);
	}

	@Test
	void aFallbackInsideAProbeOfAUserRuns() {
		TestBreaker test = TestBreaker.simple().in(State.HALF_OPEN);
		String answer = test.breaker
			.<String, RuntimeException>call(() -> test.breaker.<String, RuntimeException>call(() -> {
				throw new IllegalStateException("down");
			}, (thrown) -> "cached"));
		assertThat(answer).isEqualTo("cached");
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void onceADarkProbeIsGivenUpItsCallsAreRefused() {
		TestBreaker test = dark((config) -> config.successThresholdInHalfOpenState(2)).in(State.HALF_OPEN);
		Permit permit = probe(test);
		permit.run(() -> {
			assertThat(test.admits()).isTrue();
			permit.release();
			assertThat(test.admits()).isFalse();
		});
	}

	@Test
	void whatTheWorkOfAPermitThrowsComesOutAndItsCallsEnd() {
		TestBreaker test = dark((config) -> config).in(State.HALF_OPEN);
		Permit permit = probe(test);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> permit.run(() -> {
			throw new IOException("down");
		})).withMessage("down");
		assertThat(test.admits()).isFalse();
		permit.success(null, 0);
		assertThat(test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void thePermitOfACallRunsItsWorkAsItIs() {
		TestBreaker test = TestBreaker.simple();
		Permit permit = test.take();
		permit.run(() -> test.succeed());
		permit.success(null, 0);
		assertThat(test.snapshot().successfulCallsTotal()).isEqualTo(2);
	}

	@Test
	void aCallInsideOneThatBeganBeforeIsRefusedToo() {
		TestBreaker test = dark((config) -> config);
		String answer = test.breaker.outermost().call(() -> {
			test.in(State.HALF_OPEN);
			return test.breaker.outermost().call(() -> "reached the other side", (ex) -> "refused");
		});
		assertThat(answer).isEqualTo("refused");
	}

	@Test
	void aConfigThatWantsDarkProbesHoldsAtOnce() {
		TestBreaker test = TestBreaker.with((config) -> config.failureRateThreshold(100)).in(State.HALF_OPEN);
		test.take();
		test.breaker.reconfigure(test.builder().halfOpenProbes(ProbeSource.DARK).build());
		assertThat(test.admits()).isFalse();
		assertThat(test.breaker.tryAcquireProbe()).as("the place is taken by the call").isNull();
		test.breaker
			.reconfigure(test.builder().halfOpenProbes(ProbeSource.DARK).successThresholdInHalfOpenState(2).build());
		probe(test);
		test.breaker.reconfigure(test.builder().build());
		assertThat(test.admits()).isTrue();
	}

	@Test
	void aProbeIntervalTakesThePlaceOfTheWait() {
		TestBreaker test = dark((config) -> config.probe("bank")
			.probeInterval(Duration.ofSeconds(3))
			.waitDurationJitter(0)
			.waitDurationMultiplier(2)
			.maxWaitDurationInOpenState(WAIT));
		test.fail();
		for (int seconds : new int[] { 3, 6, 10, 10 }) {
			assertThat(test.snapshot().retryAfter()).hasSeconds(seconds);
			test.advance(Duration.ofSeconds(seconds));
			probe(test).failure(new IOException(), 0);
		}
	}

	@Test
	void theWaitForANamedProbeIsSpread() {
		TestBreaker test = dark((config) -> config.probe("bank"));
		List<Duration> waits = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			test.breaker.close();
			test.breaker.open();
			waits.add(test.snapshot().retryAfter());
		}
		assertThat(waits).allMatch((wait) -> wait.toMillis() >= 9000 && wait.toMillis() <= 11_000);
		assertThat(waits.stream().distinct()).hasSizeGreaterThan(10);
	}

	@Test
	void theExplanationSaysWhenTheNextDarkProbeRuns() {
		TestBreaker test = dark((config) -> config.successThresholdInHalfOpenState(2));
		test.fail();
		test.advance(Duration.ofSeconds(4));
		assertThat(test.breaker.explain().toString()).startsWith("Open for 4 s: ")
			.endsWith("; the next dark probe runs in 6 s");
		assertThat(test.refused()).hasMessageContaining("; a dark probe runs in 6.000 s");
		test.advance(Duration.ofSeconds(8));
		assertThat(test.breaker.explain())
			.hasToString("Half-open for 2 s: 0 of 2 dark probes done; calls are refused until the next dark probe");
		assertThat(test.refused()).hasMessageContaining("; dark probes decide");
		Permit permit = probe(test);
		assertThat(test.breaker.explain()).hasToString("Half-open for 2 s: 0 of 2 dark probes done");
		permit.success(null, 0);
		assertThat(test.breaker.explain())
			.hasToString("Half-open for 2 s: 1 of 2 dark probes done; calls are refused until the next dark probe");
	}

	@Test
	void theExplanationOfANamedProbeHasTheIntervalOnceOneRan() {
		TestBreaker test = dark((
				config) -> config.successThresholdInHalfOpenState(2).probe("bank").probeInterval(Duration.ofSeconds(3)))
			.in(State.HALF_OPEN);
		assertThat(test.breaker.explain())
			.hasToString("Half-open by command: 0 of 2 dark probes done; calls are refused until the next dark probe");
		probe(test).success(null, 0);
		assertThat(test.breaker.explain()).hasToString(
				"Half-open by command: 1 of 2 dark probes done; calls are refused until the next dark probe, each 3 s");
	}

	@Test
	void theExplanationSaysHowOftenANamedProbeRuns() {
		TestBreaker test = dark((config) -> config.successThresholdInHalfOpenState(2).probe("bank"))
			.in(State.HALF_OPEN);
		probe(test).success(null, 0);
		assertThat(test.breaker.explain().toString())
			.endsWith("1 of 2 dark probes done; calls are refused until the next dark probe, each 10 s");
	}

	@Test
	void theBreakerOfAKeyThatIsGoneIsNotProbedForAnother() {
		HandClock clock = new HandClock();
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.consecutiveFailureThreshold(1)
			.halfOpenProbes(ProbeSource.DARK)
			.nanoClock(clock)
			.build();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 2);
		CircuitBreaker lyon = group.get("lyon");
		lyon.halfOpen();
		Permit permit = lyon.tryAcquireProbe();
		assertThat(permit).isNotNull();
		group.get("paris").forceOpen();
		assertThat(group.get("rome")).as("both have to stay").isSameAs(group.overflow().orElseThrow());
		permit.success(null, 0);
		assertThat(lyon.state()).isEqualTo(State.CLOSED);
		assertThat(group.get("rome").name()).isEqualTo("stores:rome");
		lyon.halfOpen();
		assertThat(lyon.tryAcquireProbe()).isNotNull();
	}

	@Test
	void moreDarkProbesThanNeededNeverPassHoweverManyThreadsAsk() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(8);
		for (int round = 0; round < 50; round++) {
			TestBreaker test = dark((config) -> config.successThresholdInHalfOpenState(3)).in(State.HALF_OPEN);
			CountDownLatch start = new CountDownLatch(1);
			List<Future<Permit>> probes = new ArrayList<>();
			List<Future<Permit>> calls = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				probes.add(threads.submit(() -> {
					start.await();
					return test.breaker.tryAcquireProbe();
				}));
				calls.add(threads.submit(() -> {
					start.await();
					return test.breaker.tryAcquire();
				}));
			}
			start.countDown();
			int admitted = 0;
			for (Future<Permit> one : probes) {
				admitted += (one.get(10, TimeUnit.SECONDS) != null) ? 1 : 0;
			}
			assertThat(admitted).isEqualTo(3);
			for (Future<Permit> one : calls) {
				assertThat(one.get(10, TimeUnit.SECONDS)).isNull();
			}
		}
		threads.shutdown();
	}

	@Test
	void noCallOfAUserMeetsASickServiceHoweverManyCall() throws Exception {
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder()
					.halfOpenProbes(ProbeSource.DARK)
					.successThresholdInHalfOpenState(2)
					.waitDurationInOpenState(Duration.ZERO)
					.build());
		ExecutorService users = Executors.newFixedThreadPool(4);
		AtomicBoolean sick = new AtomicBoolean();
		AtomicInteger met = new AtomicInteger();
		for (int round = 0; round < 30; round++) {
			sick.set(true);
			breaker.open();
			List<Future<?>> calling = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				boolean once = i % 2 == 0;
				calling.add(users.submit(() -> {
					boolean served = false;
					while (!served) {
						if (once) {
							served = breaker.outermost().call(() -> meets(sick, met), (ex) -> false);
						}
						else {
							served = breaker.call(() -> meets(sick, met), (ex) -> false);
						}
					}
				}));
			}
			for (int failures = 0; failures < 20; failures++) {
				Permit permit = breaker.tryAcquireProbe();
				assertThat(permit).isNotNull();
				permit.run(() -> breaker.run(() -> {
				}));
				permit.failure(new IOException("sick"), 0);
			}
			sick.set(false);
			for (int successes = 0; successes < 2; successes++) {
				Permit permit = breaker.tryAcquireProbe();
				assertThat(permit).isNotNull();
				permit.success(null, 0);
			}
			for (Future<?> each : calling) {
				each.get(30, TimeUnit.SECONDS);
			}
		}
		users.shutdown();
		assertThat(met).hasValue(0);
	}

	private static boolean meets(AtomicBoolean sick, AtomicInteger met) {
		met.addAndGet(sick.get() ? 1 : 0);
		return true;
	}

	private static Permit probe(TestBreaker test) {
		Permit permit = test.breaker.tryAcquireProbe();
		assertThat(permit).as("dark probe in " + test.state()).isNotNull();
		return permit;
	}

	private static TestBreaker dark(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with((config) -> settings.apply(config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(WAIT)
			.maxWaitDurationInHalfOpenState(LEASE)
			.halfOpenProbes(ProbeSource.DARK)));
	}

	@Test
	void askingForADarkProbeIsALookAtTheTimeToo() {
		TestBreaker test = dark((config) -> config);
		assertThat(test.breaker.tryAcquireProbe()).as("while closed").isNull();
		test.fail();
		test.advance(WAIT);
		assertThat(test.breaker.tryAcquireProbe()).isNotNull();
		assertThat(test.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void darkProbesThatAreNeverRecordedAreLogged() {
		TestBreaker test = dark((config) -> config).in(State.HALF_OPEN);
		test.breaker.tryAcquireProbe().release();
		test.advance(LEASE);
		try (LogCapture log = new LogCapture()) {
			test.breaker.tryAcquireProbe().release();
			assertThat(log.trouble()).singleElement()
				.asString()
				.contains("has been HALF_OPEN and given out probes for PT30S");
			test.breaker.tryAcquireProbe().release();
			assertThat(log.trouble()).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void aProbeThatIsLostWhileAnotherIsAskedForIsTold(int reading) {
		AtomicLong nanos = new AtomicLong();
		AtomicInteger readingsLeft = new AtomicInteger();
		CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.builder()
			.permittedNumberOfCallsInHalfOpenState(1)
			.maxWaitDurationInHalfOpenState(LEASE)
			.halfOpenProbes(ProbeSource.DARK)
			.nanoClock(() -> (readingsLeft.getAndDecrement() == 1) ? nanos.addAndGet(LEASE.toNanos()) : nanos.get())
			.build());
		RecordingListener heard = new RecordingListener();
		breaker.addListener(heard);
		breaker.halfOpen();
		Permit lost = breaker.tryAcquireProbe();
		assertThat(lost).isNotNull();
		readingsLeft.set(reading);
		assertThat(breaker.tryAcquireProbe()).isNull();
		assertThat(heard.changes()).extracting(StateChange::reason).containsExactly(Reason.COMMAND, Reason.PROBES_LOST);
	}

	@Test
	void listenersHearOfADarkProbeAsOfACall() {
		TestBreaker test = dark((config) -> config.successThresholdInHalfOpenState(2).recordOutcomes(10))
			.in(State.HALF_OPEN);
		List<String> successes = new ArrayList<>();
		List<String> failures = new ArrayList<>();
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
				successes.add("success after " + elapsedNanos);
			}

		});
		test.breaker.addListener(new CircuitBreakerListener() {

			@Override
			public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				failures.add(thrown.getMessage() + " after " + elapsedNanos);
			}

		});
		probe(test).success(null, 3);
		probe(test).failure(new IOException("down"), 5);
		assertThat(successes).containsExactly("success after 3");
		assertThat(failures).containsExactly("down after 5");
		assertThat(test.heard.news()).contains("success", "failure IOException");
		assertThat(test.heard.durations()).containsExactly(3L, 5L);
		assertThat(test.breaker.outcomes().recorded()).extracting(RecordedCall::kind, RecordedCall::elapsed)
			.containsExactly(tuple(RecordedCall.Kind.PROBE_SUCCESS, 3L), tuple(RecordedCall.Kind.PROBE_FAILURE, 5L));
	}

	@Test
	void listenersHearOfAnIgnoredDarkProbeThatIsNotRecorded() {
		TestBreaker test = dark((config) -> config.ignoreExceptions(IllegalArgumentException.class)
			.outcomeRule((result, thrown) -> "odd".equals(result) ? OutcomeRule.Verdict.IGNORED : null)
			.recordOutcomes(10)).in(State.HALF_OPEN);
		test.heard.forget();
		probe(test).failure(new IllegalArgumentException(), 3);
		probe(test).success("odd", 5);
		assertThat(test.heard.news()).containsExactly("ignored IllegalArgumentException", "ignored by result");
		assertThat(test.heard.durations()).containsExactly(3L, 5L);
		assertThat(test.breaker.outcomes().recorded()).isEmpty();
		test.in(State.CLOSED);
		test.take().failure(new IllegalArgumentException(), 7);
		test.take().success("odd", 9);
		assertThat(test.breaker.outcomes().recorded()).extracting(RecordedCall::kind, RecordedCall::elapsed)
			.containsExactly(tuple(RecordedCall.Kind.IGNORED, 7L), tuple(RecordedCall.Kind.IGNORED, 9L));
	}

}
