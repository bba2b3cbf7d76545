package dev.breaker;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

/**
 * What a breaker says of its state.
 */
class ExplanationTests {

	private final LogCapture log = new LogCapture();

	private TimeZone zoneOfTheSystem;

	@BeforeEach
	void logInUtc() {
		this.zoneOfTheSystem = TimeZone.getDefault();
		TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
	}

	@AfterEach
	void stop() {
		TimeZone.setDefault(this.zoneOfTheSystem);
		this.log.close();
	}

	private static TestBreaker ofTen(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return TestBreaker.with((config) -> settings.apply(
				config.slidingWindowSize(10).minimumNumberOfCalls(10).waitDurationInOpenState(Duration.ofSeconds(30))));
	}

	private static TestBreaker ofTen() {
		return ofTen(UnaryOperator.identity());
	}

	private static String sentence(TestBreaker test) {
		return test.breaker.explain().toString();
	}

	@Test
	void anEndBeyondAllDatesIsSaidAsItIs() {
		Clock clock = Clock.fixed(Instant.MAX.minus(Duration.ofHours(1)), ZoneOffset.UTC);
		CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.builder().clock(clock).build());
		breaker.forceOpen(Duration.ofMinutes(10));
		assertThat(breaker.explain().toString()).contains("until +1000000000-12-31T23:09:59Z");
	}

	@Test
	void anOpenBreakerSaysSinceWhenWhyAndUntilWhen() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(10)
			.minimumNumberOfCalls(10)
			.failureRateThreshold(70)
			.waitDurationInOpenState(Duration.ofSeconds(30)));
		test.succeed(3);
		test.fail();
		for (int i = 0; i < 6; i++) {
			test.throwing(new ConnectException("refused"));
		}
		assertThat(sentence(test)).isEqualTo("Open: 7 of the last 10 calls failed (70 %, threshold 70 %), "
				+ "mostly java.net.ConnectException; the next probe may pass in 30 s");
		test.advance(Duration.ofSeconds(12));
		assertThat(sentence(test)).isEqualTo("Open for 12 s: 7 of the last 10 calls failed (70 %, threshold 70 %), "
				+ "mostly java.net.ConnectException; the next probe may pass in 18 s");
	}

	@Test
	void aFailingBreakerBelowItsMinimumSaysWhatIsMissing() {
		TestBreaker test = TestBreaker.with((config) -> config.minimumNumberOfCalls(20));
		test.fail(12);
		assertThat(sentence(test)).isEqualTo("Closed although 100 % of calls failed: 12 of 20 calls needed");
	}

	@Test
	void aSlowBreakerBelowItsMinimumSaysWhatIsMissing() {
		TestBreaker test = TestBreaker
			.with((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(2)).minimumNumberOfCalls(20));
		for (int i = 0; i < 3; i++) {
			test.succeedTaking(Duration.ofSeconds(3));
		}
		assertThat(sentence(test)).isEqualTo("Closed although 100 % of calls were slow: 3 of 20 calls needed");
	}

	@Test
	void aBreakerHeldOpenSaysByWhomUntilWhenAndWhy() {
		TestBreaker test = ofTen();
		StateCommand command = StateCommand.to(State.FORCED_OPEN)
			.hold(Duration.ofMinutes(140))
			.comment("partner asked for a break")
			.actor("alice");
		test.breaker.apply(command);
		assertThat(sentence(test)).isEqualTo("Held open by alice until 14:20: partner asked for a break");
		assertThat(test.breaker.explain().command())
			.isEqualTo(new StandingCommand(command, HandWallClock.START.plus(Duration.ofMinutes(140))));
		assertThat(test.breaker.explain().since()).isEqualTo(HandWallClock.START);
	}

	@Test
	void anotherZoneThanThatOfLogsIsNamed() {
		TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
		TestBreaker test = ofTen();
		test.breaker.forceOpen(Duration.ofMinutes(140));
		assertThat(sentence(test)).isEqualTo("Held open by command until 14:20 UTC");
	}

	@Test
	void theEndOfAHoldOnAnotherDayHasItsDate() {
		TestBreaker test = ofTen();
		test.breaker.disable(Duration.ofHours(24).plusSeconds(5));
		assertThat(sentence(test)).isEqualTo("Disabled by command until 2026-03-02 12:00:05");
	}

	@Test
	void heldStatesWithoutAnEndLastUntilAnotherCommand() {
		TestBreaker test = ofTen();
		test.breaker.forceOpen();
		assertThat(sentence(test)).isEqualTo("Held open by command until another command");
		test.breaker.apply(StateCommand.to(State.DISABLED).actor("bob\nWARN forged").comment("a\u2028b"));
		assertThat(sentence(test)).isEqualTo("Disabled by bob WARN forged until another command: a b");
		test.breaker.metricsOnly();
		assertThat(sentence(test)).isEqualTo("Metrics only by command until another command");
		test.fail(7);
		test.succeed(3);
		assertThat(sentence(test)).isEqualTo("Metrics only by command until another command; 7 of the last 10 calls "
				+ "failed (70 %, threshold 50 %), mostly java.lang.IllegalStateException");
	}

	@ParameterizedTest
	@EnumSource
	void everyInitialStateHasASentence(State initial) {
		TestBreaker test = ofTen((config) -> config.initialState(initial));
		assertThat(sentence(test)).isEqualTo(switch (initial) {
			case CLOSED -> "Closed: no call in its window; 0 of 10 calls needed";
			case OPEN -> "Open: it began so; the next probe may pass in 30 s";
			case HALF_OPEN -> "Half-open: 0 of 10 probes done; waiting for calls";
			case FORCED_OPEN -> "Held open from the start until another command";
			case DISABLED -> "Disabled from the start until another command";
			case METRICS_ONLY -> "Metrics only from the start until another command";
		});
		assertThat(test.breaker.explain().command()).isNull();
	}

	@Test
	void aHealthyBreakerShowsItsRatesBesideTheThresholds() {
		TestBreaker test = ofTen((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1))
			.failureRateThreshold(50)
			.consecutiveFailureThreshold(5));
		test.succeed(6);
		test.succeedTaking(Duration.ofSeconds(2));
		test.succeed();
		assertThat(sentence(test)).isEqualTo("Closed: 0 of the last 8 calls failed (0 %, threshold 50 %), "
				+ "1 slow (12.5 %, threshold 100 %), 0 failed in a row (threshold 5); 8 of 10 calls needed");
		test.fail(2);
		test.advance(Duration.ofMinutes(3).plusSeconds(2));
		assertThat(sentence(test)).isEqualTo("Closed for 3 min 2 s: 2 of the last 10 calls failed (20 %, threshold "
				+ "50 %), mostly java.lang.IllegalStateException, 1 slow (10 %, threshold 100 %), "
				+ "2 failed in a row (threshold 5)");
	}

	@Test
	void aTimeWindowSaysHowLongItIs() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(300)
			.minimumNumberOfCalls(2));
		test.fail(2);
		assertThat(sentence(test)).startsWith("Open: 2 of 2 calls in the last 5 min failed (100 %, threshold 50 %)");
	}

	@Test
	void aRateThatTimeRaisedIsJudgedAfterTheNextBadCall() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(10)
			.minimumNumberOfCalls(2));
		test.succeed(3);
		test.advance(Duration.ofSeconds(9));
		test.fail(2);
		test.succeed();
		test.advance(Duration.ofSeconds(5));
		assertThat(test.state()).isEqualTo(State.CLOSED);
		assertThat(sentence(test))
			.isEqualTo("Closed although 66.6 % of calls failed: judged again after the next failed or slow call");
	}

	@Test
	void slowCallsFailuresInARowAndLostProbesAreCauses() {
		TestBreaker slow = ofTen((config) -> config.slowCallDurationThreshold(Duration.ofMillis(1500)));
		for (int i = 0; i < 10; i++) {
			slow.succeedTaking(Duration.ofSeconds(2));
		}
		assertThat(sentence(slow)).isEqualTo("Open: 10 of the last 10 calls took longer than 1.5 s "
				+ "(100 %, threshold 100 %); the next probe may pass in 30 s");
		TestBreaker row = TestBreaker.simple();
		row.fail(3);
		assertThat(sentence(row)).isEqualTo("Open: 3 calls in a row failed (threshold 3), "
				+ "mostly java.lang.IllegalStateException; the next probe may pass in 10 s");
		TestBreaker lost = TestBreaker.simple().in(State.HALF_OPEN);
		lost.take();
		lost.advance(Duration.ofSeconds(60));
		assertThat(sentence(lost))
			.isEqualTo("Open: a probe did not come back within 60 s; the next probe may pass in 10 s");
	}

	@Test
	void oneInARowIsOneCall() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1));
		test.fail();
		assertThat(sentence(test)).startsWith("Open: 1 call in a row failed (threshold 1), ");
	}

	@Test
	void aCommentAndAnActorWithoutTextAreNone() {
		TestBreaker test = TestBreaker.with(UnaryOperator.identity());
		test.breaker.apply(StateCommand.to(State.FORCED_OPEN).comment(" ").actor(""));
		assertThat(sentence(test)).isEqualTo("Held open by command until another command");
	}

	@Test
	void itNamesTheClassOfTheFailuresThatItSpeaksOf() {
		TestBreaker test = TestBreaker.with((config) -> config.slidingWindowSize(10)
			.minimumNumberOfCalls(10)
			.failureRateThreshold(40)
			.permittedNumberOfCallsInHalfOpenState(1)
			.waitDurationInOpenState(Duration.ofSeconds(30)));
		for (int round = 0; round < 300; round++) {
			test.throwing(new IllegalArgumentException("rare"));
			test.succeed(10);
		}
		for (int i = 0; i < 4; i++) {
			test.throwing(new ConnectException("refused"));
		}
		assertThat(sentence(test)).isEqualTo("Open: 4 of the last 10 calls failed (40 %, threshold 40 %), "
				+ "mostly java.net.ConnectException; the next probe may pass in 30 s");
		assertThat(test.breaker.explain().failureCounts()).containsEntry("java.lang.IllegalArgumentException", 300L);
		test.advance(Duration.ofSeconds(30));
		test.throwing(new IllegalStateException("probe"));
		assertThat(sentence(test)).startsWith("Open: 1 of 1 probes failed, mostly java.lang.IllegalStateException");
	}

	@Test
	void ofManyFailuresTheLastAreLookedAt() {
		FailureLog log = new FailureLog();
		assertThat(log.content().recent().most(10)).isNull();
		for (int i = 0; i < 17; i++) {
			log.add(new IllegalArgumentException(), Instant.EPOCH);
		}
		for (int i = 0; i < 16; i++) {
			log.addResult();
		}
		assertThat(log.content().recent().most(33)).isEqualTo("java.lang.IllegalArgumentException");
		assertThat(log.content().recent().most(32)).isEqualTo("java.lang.IllegalArgumentException");
		assertThat(log.content().recent().most(31)).isEqualTo(Explanation.RESULTS);
		assertThat(log.content().recent().most(0)).isNull();
		for (int i = 0; i < 400; i++) {
			log.add(new IllegalStateException(), Instant.EPOCH);
		}
		assertThat(log.content().recent().most(433)).isEqualTo("java.lang.IllegalStateException");
		assertThat(log.content().counts()).hasSize(3);
	}

	@Test
	void howeverManyFailuresThereWereTheLastAreKept() {
		FailureLog log = new FailureLog();
		assertThat(log.last()).isNull();
		assertThat(log.content().last()).isEmpty();
		for (int number = 1; number <= 300; number++) {
			Instant at = Instant.EPOCH.minusNanos(number);
			log.add(new IllegalStateException("no " + number), at);
			assertThat(log.last()).isEqualTo(new Failure("java.lang.IllegalStateException", "no " + number, at));
			assertThat(log.content().last()).hasSize(Math.min(5, number)).endsWith(log.last());
			assertThat(log.content().recent().most(number)).isEqualTo("java.lang.IllegalStateException");
		}
		assertThat(log.content().last()).extracting(Failure::message)
			.containsExactly("no 296", "no 297", "no 298", "no 299", "no 300");
		log.addResult();
		assertThat(log.last()).as("a result").isNull();
		assertThat(log.content().last()).hasSize(5);
	}

	@Test
	void whatEndsTooLateDoesNotHideWhatOpenedTheBreaker() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(1)
			.waitDurationInOpenState(Duration.ofSeconds(30))
			.recordResult("bad"::equals));
		Permit late = test.breaker.acquire();
		Permit later = test.breaker.acquire();
		test.throwing(new ConnectException("refused"));
		late.success("bad", 0);
		later.failure(new IllegalStateException(), 0);
		assertThat(test.refused()).hasMessageContaining("last failure: java.net.ConnectException");
		assertThat(test.breaker.explain().failureCounts()).as("it failed all the same").hasSize(3);
		test.breaker.forceOpen();
		assertThat(test.snapshot().lastChange().lastFailure().message()).isEqualTo("refused");
		assertThat(test.refused()).hasMessageContaining("last failure: java.net.ConnectException");
	}

	@Test
	void aHalfOpenBreakerCountsItsProbes() {
		TestBreaker test = ofTen((config) -> config.permittedNumberOfCallsInHalfOpenState(4)
			.slowCallDurationThreshold(Duration.ofSeconds(10)));
		test.fail(10);
		test.advance(Duration.ofSeconds(30));
		assertThat(sentence(test)).isEqualTo("Half-open: 0 of 4 probes done; waiting for calls");
		Permit permit = test.take();
		test.fail();
		test.advance(Duration.ofSeconds(3));
		assertThat(sentence(test))
			.isEqualTo("Half-open for 3 s: 1 of 4 probes done, 1 failed, mostly java.lang.IllegalStateException");
		permit.success(null, 0);
		assertThat(sentence(test))
			.endsWith("2 of 4 probes done, 1 failed, mostly java.lang.IllegalStateException; " + "waiting for calls");
		test.fail();
		assertThat(sentence(test)).isEqualTo("Open: 2 of 3 probes failed, mostly java.lang.IllegalStateException; "
				+ "the next probe may pass in 30 s");
	}

	@Test
	void recoveryAndTheEndOfAHoldAreTold() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		test.advance(Duration.ofSeconds(5));
		assertThat(sentence(test)).isEqualTo("Closed for 5 s after its probes succeeded: no call in its window");
		test.breaker.forceOpen(Duration.ofSeconds(1));
		test.advance(Duration.ofSeconds(3));
		assertThat(sentence(test)).isEqualTo("Closed for 2 s after a hold was over: no call in its window");
		test.breaker.apply(StateCommand.reset().actor("alice").comment("mended"));
		assertThat(sentence(test)).isEqualTo("Closed for 2 s by alice: mended; no call in its window");
	}

	@Test
	void anOperatorsOpeningIsNoFailureOfCalls() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.apply(StateCommand.to(State.OPEN).hold(Duration.ofMinutes(5)).actor("alice"));
		assertThat(sentence(test)).isEqualTo("Open by alice; the next probe may pass in 5 min");
		assertThat(test.breaker.explain().command().until()).isEqualTo(HandWallClock.START.plus(Duration.ofMinutes(5)));
		test.breaker.halfOpen();
		assertThat(sentence(test)).isEqualTo("Half-open by command: 0 of 1 probes done; waiting for calls");
		assertThat(test.breaker.explain().command()).satisfies((standing) -> {
			assertThat(standing.command().state()).isEqualTo(State.HALF_OPEN);
			assertThat(standing.command().actor()).isNull();
			assertThat(standing.until()).isNull();
		});
	}

	@Test
	void aCommentOnProbesComesBeforeTheirCount() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.apply(StateCommand.to(State.HALF_OPEN).actor("alice").comment("mended"));
		assertThat(sentence(test)).isEqualTo("Half-open by alice: mended; 0 of 1 probes done; waiting for calls");
	}

	@Test
	void aCommandForTheSameStateEndsWithItsOwnHold() {
		TestBreaker test = TestBreaker.simple();
		test.breaker.forceOpen(Duration.ofMinutes(5));
		test.advance(Duration.ofMinutes(1));
		test.breaker.forceOpen(Duration.ofMinutes(5));
		assertThat(test.breaker.explain().since()).isEqualTo(HandWallClock.START);
		assertThat(sentence(test)).isEqualTo("Held open by command until 12:06");
	}

	@Test
	void failuresAreCountedByClassUntilTheBreakerCloses() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(5)
			.recordResult("bad"::equals)
			.waitDurationInOpenState(Duration.ofSeconds(10)));
		test.throwing(new IllegalArgumentException());
		test.fail(2);
		test.returning("bad");
		assertThat(test.breaker.explain().failureCounts()).containsExactly(entry("java.lang.IllegalStateException", 2L),
				entry("java.lang.IllegalArgumentException", 1L), entry(Explanation.RESULTS, 1L));
		test.fail();
		assertThat(test.state()).isEqualTo(State.OPEN);
		test.advance(Duration.ofSeconds(10));
		test.fail();
		assertThat(test.breaker.explain().failureCounts()).containsEntry("java.lang.IllegalStateException", 4L);
		test.advance(Duration.ofSeconds(10));
		test.succeed();
		assertThat(test.breaker.explain().failureCounts()).isEmpty();
		assertThat(test.breaker.explain().lastFailures()).isEmpty();
	}

	@Test
	void noFailureIsLostAmongThreads() throws Exception {
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().slidingWindowSize(10_000).minimumNumberOfCalls(10_000).build());
		List<Throwable> thrown = List.of(new IllegalStateException(), new IllegalArgumentException(),
				new ArithmeticException());
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> ended = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				ended.add(threads.submit(() -> {
					for (int call = 0; call < 900; call++) {
						breaker.acquire().failure(thrown.get(call % 3), 0);
					}
				}));
			}
			for (Future<?> each : ended) {
				each.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(breaker.explain().failureCounts()).hasSize(3)
			.allSatisfy((type, calls) -> assertThat(calls).as(type).isEqualTo(1_200));
		assertThat(breaker.explain().lastFailures()).hasSize(5);
	}

	@Test
	void badResultsHaveNoClass() {
		TestBreaker test = ofTen((config) -> config.recordResult("bad"::equals));
		for (int i = 0; i < 10; i++) {
			test.returning("bad");
		}
		assertThat(sentence(test)).isEqualTo("Open: 10 of the last 10 calls failed (100 %, threshold 50 %), "
				+ "mostly bad results; the next probe may pass in 30 s");
		assertThat(test.breaker.explain().lastFailures()).isEmpty();
	}

	private static void throwTwelveClasses(TestBreaker test) {
		Throwable[] thrown = { new ArithmeticException(), new ArrayStoreException(), new ClassCastException(),
				new IllegalArgumentException(), new IllegalMonitorStateException(), new IllegalStateException(),
				new IndexOutOfBoundsException(), new NegativeArraySizeException(), new NullPointerException(),
				new NumberFormatException(), new SecurityException(), new UnsupportedOperationException() };
		for (Throwable each : thrown) {
			test.throwing(each);
		}
	}

	@Test
	void moreThanTenClassesAreCountedAsOthers() {
		TestBreaker test = TestBreaker.with((config) -> config);
		throwTwelveClasses(test);
		test.throwing(new SecurityException());
		assertThat(test.breaker.explain().failureCounts()).hasSize(11)
			.containsEntry(Explanation.OTHERS, 3L)
			.containsEntry("java.lang.NumberFormatException", 1L)
			.doesNotContainKey("java.lang.SecurityException");
		assertThat(sentence(test)).startsWith("Closed although 100 % of calls failed");
	}

	@Test
	void aClassAmongTheOthersIsNotTakenForOneThatIsCounted() {
		TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(14));
		throwTwelveClasses(test);
		test.throwing(new SecurityException());
		test.throwing(new NumberFormatException());
		assertThat(sentence(test))
			.startsWith("Open: 14 calls in a row failed (threshold 14), mostly java.lang.NumberFormatException; ");
	}

	@Test
	void theLastFiveFailuresAreKeptAsOneShortLineEach() {
		TestBreaker test = TestBreaker.with((config) -> config);
		for (int i = 1; i <= 6; i++) {
			test.advance(Duration.ofSeconds(1));
			test.throwing(new IllegalStateException("no " + i + "\r\nERROR forged\u202E" + "x".repeat(1_000_000)));
		}
		Explanation explanation = test.breaker.explain();
		assertThat(explanation.lastFailures()).hasSize(5);
		Failure newest = explanation.lastFailures().get(4);
		assertThat(newest.type()).isEqualTo("java.lang.IllegalStateException");
		assertThat(newest.message()).startsWith("no 6 ERROR forged xxx").endsWith("x...").hasSize(200);
		assertThat(newest.at()).isEqualTo(HandWallClock.START.plusSeconds(6));
		assertThat(explanation.lastFailures().get(0).message()).startsWith("no 2 ");
	}

	@Test
	void aShortMessageStaysAsItIs() {
		TestBreaker test = TestBreaker.with((config) -> config);
		test.throwing(new IllegalStateException("x".repeat(200)));
		test.throwing(new IllegalStateException((String) null));
		test.throwing(new IllegalStateException("x".repeat(196) + "😀".repeat(3)));
		assertThat(test.breaker.explain().lastFailures()).extracting(Failure::message)
			.containsExactly("x".repeat(200), null, "x".repeat(196) + "...");
	}

	@Test
	void aLateFailureIsCountedInItsOwnOutage() {
		TestBreaker test = TestBreaker.simple();
		Permit late = test.take();
		test.fail(3);
		late.failure(new IllegalArgumentException(), 0);
		assertThat(test.breaker.explain().failureCounts()).containsEntry("java.lang.IllegalArgumentException", 1L);
		test.breaker.close();
		Permit later = test.take();
		test.breaker.close();
		later.failure(new IllegalArgumentException(), 0);
		assertThat(test.breaker.explain().failureCounts()).isEmpty();
	}

	@Test
	void neitherExceptionNorClassLoaderIsKept() throws Exception {
		TestBreaker test = TestBreaker.with((config) -> config);
		WeakReference<ClassLoader> loader = failWithAClassOfItsOwn(test);
		await().untilAsserted(() -> {
			System.gc();
			assertThat(loader.get()).isNull();
		});
		assertThat(test.breaker.explain().failureCounts()).containsOnlyKeys(Plugged.class.getName());
	}

	private static WeakReference<ClassLoader> failWithAClassOfItsOwn(TestBreaker test) throws Exception {
		ClassLoader plugin = new PluginLoader();
		Throwable thrown = (Throwable) plugin.loadClass(Plugged.class.getName()).getConstructor().newInstance();
		assertThat(thrown.getClass().getClassLoader()).isSameAs(plugin);
		test.throwing(thrown);
		return new WeakReference<>(plugin);
	}

	@Test
	void aClockThatThrowsIsNoReasonToSayNothing() {
		TestBreaker test = TestBreaker.simple();
		test.fail(3);
		test.wall.breakDown(new IllegalStateException("clock"));
		assertThat(sentence(test)).startsWith("Open").contains("3 calls in a row failed");
		assertThat(this.log.trouble()).hasSize(1);
	}

	@Test
	void aBreakerOfAKeyExplainsItself() {
		HandWallClock wall = new HandWallClock();
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.nanoClock(new HandClock())
			.clock(wall)
			.minimumNumberOfCalls(1)
			.build();
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
		CircuitBreaker berlin = registry.group("inventory", config, 10).get("berlin");
		berlin.acquire().failure(new IllegalStateException("down"), 0);
		assertThat(berlin.explain()).hasToString("Open: 1 of the last 1 calls failed (100 %, threshold 50 %), "
				+ "mostly java.lang.IllegalStateException; the next probe may pass in 60 s");
	}

	@Test
	void anExplanationCannotBeChanged() {
		TestBreaker test = TestBreaker.simple();
		test.fail();
		Explanation explanation = test.breaker.explain();
		assertThat(explanation.failureCounts()).isUnmodifiable();
		assertThat(explanation.lastFailures()).isUnmodifiable();
		assertThat(explanation.state()).isEqualTo(State.CLOSED);
		assertThat(explanation.since()).isEqualTo(Instant.parse("2026-03-01T12:00:00Z"));
		assertThat(explanation).hasToString(explanation.sentence());
	}

	/** An exception of a plugin, which is loaded anew by its loader. */
	public static final class Plugged extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	private static final class PluginLoader extends ClassLoader {

		PluginLoader() {
			super(ClassLoader.getPlatformClassLoader());
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			String file = name.replace('.', '/') + ".class";
			try (InputStream stream = ExplanationTests.class.getClassLoader().getResourceAsStream(file)) {
				byte[] bytes = stream.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

	@Test
	void slowProbesAreTold() {
		TestBreaker test = TestBreaker.with((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(100)
			.permittedNumberOfCallsInHalfOpenState(2));
		test.in(State.HALF_OPEN);
		test.succeedTaking(Duration.ofSeconds(2));
		assertThat(test.breaker.explain().toString()).contains("1 of 2 probes done, 1 slow");
		test.succeedTaking(Duration.ofSeconds(2));
		assertThat(test.state()).isEqualTo(State.OPEN);
		assertThat(test.breaker.explain().toString()).contains("2 of 2 probes were slow");
	}

	@Test
	void aClockWithoutAZoneIsOneOfUtc() {
		Clock broken = new Clock() {
			@Override
			public ZoneId getZone() {
				throw new IllegalStateException("no zone");
			}

			@Override
			public Clock withZone(ZoneId zone) {
				return this;
			}

			@Override
			public Instant instant() {
				return Instant.EPOCH;
			}
		};
		CircuitBreaker breaker = CircuitBreaker.of("payments", CircuitBreakerConfig.builder().clock(broken).build());
		breaker.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(1)));
		try (LogCapture log = new LogCapture()) {
			assertThat(breaker.explain().toString()).contains("00:01");
			assertThat(log.trouble()).singleElement()
				.asString()
				.contains("A rule or clock of circuit breaker 'payments' failed");
		}
	}

}
