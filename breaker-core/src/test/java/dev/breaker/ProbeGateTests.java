package dev.breaker;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A half-open breaker whose probes a gate shares with other processes.
 */
class ProbeGateTests {

	private static final Duration LEASE = Duration.ofSeconds(30);

	private static final FleetDecision CLOSED = new FleetDecision(State.CLOSED, Duration.ZERO, 0, null);

	private static final FleetDecision OPEN = new FleetDecision(State.OPEN, Duration.ofSeconds(10), 2, null);

	private final HandGate gate = new HandGate();

	/** Half-open, with three places of its own, of which two failures open. */
	private final TestBreaker test = halfOpen((config) -> config);

	private TestBreaker halfOpen(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		TestBreaker made = TestBreaker.with((config) -> settings.apply(config.permittedNumberOfCallsInHalfOpenState(3)
			.maxWaitDurationInHalfOpenState(LEASE)
			.failureRateThreshold(50)));
		made.breaker.probeGate(this.gate);
		made.in(State.HALF_OPEN);
		made.heard.forget();
		return made;
	}

	@Test
	void placesAreThoseOfTheGate() {
		this.test.refused();
		assertThat(this.gate.heard()).containsExactly("wanted");
		this.gate.give(1);
		this.test.take();
		this.test.refused();
		assertThat(this.gate.heard()).containsExactly("taken", "wanted");
	}

	@Test
	void theGateMayGiveMorePlacesThanTheConfigPermits() {
		this.gate.give(5);
		for (int i = 0; i < 5; i++) {
			this.test.take();
		}
		this.test.refused();
	}

	@Test
	void aLookTakesNoPlace() {
		assertThat(this.test.breaker.permits()).isFalse();
		this.gate.give(1);
		assertThat(this.test.breaker.permits()).isTrue();
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).isEmpty();
		this.test.take();
		assertThat(this.test.breaker.permits()).isFalse();
	}

	@Test
	void theBreakerDecidesNothingWhileProbesAreShared() {
		this.gate.give(10);
		for (int i = 0; i < 10; i++) {
			this.test.fail();
		}
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.heard.changes()).isEmpty();
		assertThat(this.test.snapshot().failedCalls()).isEqualTo(10);
		this.test.breaker.follow(CLOSED);
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
		assertThat(this.test.snapshot().lastChange().reason()).isEqualTo(Reason.FLEET);
	}

	@Test
	void theGateHearsHowEachProbeEnds() {
		TestBreaker slow = halfOpen((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1))
			.ignoreExceptions(IllegalArgumentException.class));
		this.gate.give(10);
		this.gate.heard();
		slow.succeed();
		slow.fail();
		slow.succeedTaking(Duration.ofSeconds(2));
		slow.failTaking(Duration.ofSeconds(2));
		slow.throwing(new IllegalArgumentException());
		slow.take().release();
		slow.breaker.callAsync(CompletableFuture::new).toCompletableFuture().cancel(true);
		assertThat(this.gate.heard()).containsExactly("taken", "success", "taken", "failure", "taken", "slow success",
				"taken", "slow failure", "taken", "given back", "taken", "given back", "taken", "given back");
	}

	@Test
	void aPermitIsToldOnce() {
		this.gate.give(2);
		Permit permit = this.test.take();
		permit.success(null, 0);
		permit.failure(new IllegalStateException(), 0);
		permit.release();
		assertThat(this.gate.heard()).containsExactly("taken", "success");
	}

	@Test
	void anAsynchronousProbeIsToldAtItsEnd() {
		this.gate.give(1);
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletionStage<String> guarded = this.test.breaker.callAsync(() -> source);
		assertThat(this.gate.heard()).containsExactly("taken");
		source.completeExceptionally(new IllegalStateException("down"));
		assertThat(guarded.toCompletableFuture()).isCompletedExceptionally();
		assertThat(this.gate.heard()).containsExactly("failure");
	}

	@Test
	void aCallInsideAProbeNeedsNoPlace() {
		this.gate.give(1);
		String answer = this.test.breaker.<String, RuntimeException>call(() -> {
			assertThat(this.test.breaker.permits()).isTrue();
			return this.test.breaker.call(() -> "inside");
		});
		assertThat(answer).isEqualTo("inside");
		assertThat(this.gate.heard()).containsExactly("taken", "success");
	}

	@Test
	void aDarkProbeGoesThroughTheGateToo() {
		TestBreaker dark = halfOpen((config) -> config.halfOpenProbes(ProbeSource.DARK));
		assertThat(dark.breaker.tryAcquireProbe()).isNull();
		assertThat(this.gate.heard()).containsExactly("wanted");
		this.gate.give(1);
		dark.refused();
		assertThat(this.gate.heard()).as("a call of a user wants no place").isEmpty();
		assertThat(dark.breaker.permits()).isFalse();
		Permit probe = dark.breaker.tryAcquireProbe();
		assertThat(probe).isNotNull();
		assertThat(dark.breaker.tryAcquireProbe()).isNull();
		probe.ended(new IllegalStateException("down"), 0);
		assertThat(dark.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).containsExactly("taken", "wanted", "failure");
	}

	@Test
	void whereNoGateSharesTheBreakerDecidesAsEver() {
		this.gate.share(false);
		this.test.take();
		this.test.take();
		this.test.fail();
		this.test.refused();
		assertThat(this.gate.heard()).isEmpty();
		this.test.breaker.halfOpen();
		this.test.fail(2);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_FAILED);
	}

	@Test
	void whatTheGateSawDecidesWhenItSharesNoMore() {
		this.gate.give(2);
		this.test.fail(2);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		this.test.advance(Duration.ofSeconds(5));
		this.gate.share(false);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().lastChange()).extracting(StateChange::reason, StateChange::at)
			.containsExactly(Reason.PROBES_FAILED, HandWallClock.START.plusSeconds(5));
	}

	@Test
	void probesOfTheGateTakePlacesOfTheConfigAfterwards() {
		this.gate.give(2);
		this.test.succeed();
		Permit underWay = this.test.take();
		this.gate.share(false);
		Permit own = this.test.take();
		this.test.refused();
		this.gate.heard();
		own.release();
		assertThat(this.gate.heard()).as("a place of its own").isEmpty();
		underWay.success(null, 0);
		assertThat(this.gate.heard()).as("a place of the gate").containsExactly("success");
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
		assertThat(this.test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_SUCCEEDED);
	}

	@Test
	void probesOfBeforeTheGateSharedAreNotToldToIt() {
		this.gate.share(false);
		Permit own = this.test.take();
		this.gate.share(true);
		own.failure(new IllegalStateException(), 0);
		this.test.advance(LEASE.multipliedBy(2));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).isEmpty();
		assertThat(this.test.snapshot().failedCalls()).isEqualTo(1);
	}

	@Test
	void anOverdueProbeIsAFailureToTheGateOnce() {
		this.gate.give(2);
		Permit first = this.test.take();
		this.test.advance(Duration.ofSeconds(1));
		Permit second = this.test.take();
		this.gate.heard();
		this.test.advance(LEASE.minusSeconds(1).minusNanos(1));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).isEmpty();
		this.test.advance(Duration.ofNanos(1));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).containsExactly("failure");
		first.success(null, 0);
		assertThat(this.gate.heard()).isEmpty();
		assertThat(this.test.snapshot().bufferedCalls()).isEqualTo(1);
		assertThat(this.test.snapshot().failedCalls()).isEqualTo(1);
		assertThat(this.test.snapshot().successfulCallsTotal()).isEqualTo(1);
		second.release();
		assertThat(this.gate.heard()).containsExactly("given back");
		this.test.advance(LEASE);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).isEmpty();
		assertThat(this.test.heard.changes()).isEmpty();
	}

	@Test
	void anOverdueProbeThatIsReleasedIsToldNoMore() {
		this.gate.give(1);
		Permit late = this.test.take();
		this.test.advance(LEASE);
		late.release();
		assertThat(this.gate.heard()).containsExactly("taken", "failure");
		assertThat(this.test.snapshot().bufferedCalls()).isEqualTo(1);
	}

	@Test
	void aProbeIsLostWhenTheGateSharesNoMore() {
		this.gate.give(1);
		this.test.take();
		this.test.advance(Duration.ofSeconds(20));
		this.gate.share(false);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		this.test.advance(Duration.ofSeconds(15));
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().lastChange()).extracting(StateChange::reason, StateChange::at)
			.containsExactly(Reason.PROBES_LOST, HandWallClock.START.plusSeconds(30));
	}

	@Test
	void aProbeIsLostNoSoonerThanTheGateWasSeenToShare() {
		this.gate.share(false);
		this.test.take();
		this.gate.share(true);
		this.test.advance(Duration.ofSeconds(40));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		this.gate.share(false);
		this.test.advance(Duration.ofSeconds(2));
		assertThat(this.test.snapshot())
			.extracting(Snapshot::state, Snapshot::since, (seen) -> seen.lastChange().reason())
			.containsExactly(State.OPEN, HandWallClock.START.plusSeconds(40), Reason.PROBES_LOST);
	}

	@Test
	void nothingIsSaidOfProbesThatAreSharedAndNotRecorded() {
		try (LogCapture log = new LogCapture()) {
			this.gate.give(1);
			this.test.take().release();
			this.test.advance(LEASE.multipliedBy(3));
			this.test.take().release();
			assertThat(log.trouble()).isEmpty();
			this.gate.share(false);
			this.test.take().release();
			assertThat(log.trouble()).singleElement()
				.asString()
				.contains("has been HALF_OPEN and given out probes for PT30S");
		}
	}

	@Test
	void aPlaceComesBackToTheGateThatGaveIt() {
		HandGate other = new HandGate().give(1);
		this.gate.give(2);
		Permit first = this.test.take();
		Permit second = this.test.take();
		this.gate.heard();
		this.test.breaker.probeGate(other);
		Permit ofOther = this.test.take();
		this.test.refused();
		first.success(null, 0);
		ofOther.failure(new IllegalStateException(), 0);
		second.release();
		assertThat(this.gate.heard()).containsExactly("success", "given back");
		assertThat(other.heard()).containsExactly("taken", "wanted", "failure");
	}

	@Test
	void withoutItsGateTheBreakerDecidesAlone() {
		this.gate.give(2);
		this.test.fail();
		Permit underWay = this.test.take();
		this.test.breaker.probeGate(null);
		this.gate.heard();
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		this.test.take();
		this.test.refused();
		underWay.failure(new IllegalStateException(), 0);
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		assertThat(this.test.snapshot().lastChange().reason()).isEqualTo(Reason.PROBES_FAILED);
		assertThat(this.gate.heard()).containsExactly("failure");
	}

	@Test
	void takingTheGateAwayMayDecide() {
		this.gate.give(2);
		this.test.fail(2);
		this.test.breaker.probeGate(null);
		assertThat(this.test.heard.news()).last().isEqualTo("HALF_OPEN -> OPEN, PROBES_FAILED");
	}

	@Test
	void aGateThatComesLateKeepsWhatIsUnderWay() {
		this.test.breaker.probeGate(null);
		Permit own = this.test.take();
		this.test.fail();
		this.test.breaker.probeGate(this.gate);
		own.failure(new IllegalStateException(), 0);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).isEmpty();
		assertThat(this.test.snapshot().failedCalls()).isEqualTo(2);
	}

	@Test
	void noGateHearsOfProbesWhosePeriodIsOver() {
		this.gate.give(3);
		Permit first = this.test.take();
		Permit second = this.test.take();
		Permit third = this.test.take();
		this.gate.heard();
		this.test.breaker.follow(OPEN);
		first.success(null, 0);
		this.test.advance(Duration.ofSeconds(10));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		second.failure(new IllegalStateException(), 0);
		third.release();
		this.test.advance(LEASE);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).isEmpty();
		assertThat(this.test.snapshot().bufferedCalls()).isZero();
	}

	@Test
	void aCommandBeginsANewRound() {
		this.gate.give(1);
		Permit earlier = this.test.take();
		this.test.breaker.halfOpen();
		this.gate.heard();
		earlier.success(null, 0);
		assertThat(this.gate.heard()).isEmpty();
		this.gate.give(1);
		this.test.succeed();
		assertThat(this.gate.heard()).containsExactly("taken", "success");
	}

	@ParameterizedTest
	@EnumSource(names = "HALF_OPEN", mode = EnumSource.Mode.EXCLUDE)
	void theGateIsAskedInHalfOpenAlone(State state) {
		this.gate.give(1);
		this.test.in(state);
		this.gate.breakDown(new IllegalStateException("asked in " + state));
		try (LogCapture log = new LogCapture()) {
			this.test.admits();
			this.test.breaker.permits();
			this.test.breaker.tryAcquireProbe();
			this.test.snapshot();
			this.test.breaker.explain();
			this.test.breaker.reconfigure(this.test.breaker.config());
			this.gate.breakDown(null);
			this.test.in(State.HALF_OPEN);
			this.test.succeed();
			assertThat(log.trouble()).isEmpty();
		}
	}

	@Test
	void theGateOutlastsEveryState() {
		this.test.breaker.close();
		while (this.test.state() == State.CLOSED) {
			this.test.fail();
		}
		this.test.advance(Duration.ofMinutes(10));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		this.test.refused();
		this.test.breaker.reset();
		this.test.breaker.signal("backlog", null, Duration.ofSeconds(1));
		this.test.advance(Duration.ofMinutes(10));
		this.test.refused();
		assertThat(this.gate.heard()).containsExactly("wanted", "wanted");
	}

	@Test
	void aNewConfigKeepsTheGate() {
		this.gate.give(2);
		Permit underWay = this.test.take();
		this.test.breaker.reconfigure(this.test.breaker.config()
			.toBuilder()
			.permittedNumberOfCallsInHalfOpenState(1)
			.maxWaitDurationInHalfOpenState(Duration.ofSeconds(5))
			.build());
		this.test.fail();
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		underWay.success(null, 0);
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).containsExactly("taken", "taken", "failure", "success");
		this.gate.give(1);
		this.test.take();
		this.test.advance(Duration.ofSeconds(5));
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).containsExactly("taken", "failure");
	}

	@Test
	void aGateThatThrowsHarmsNoCall() {
		try (LogCapture log = new LogCapture()) {
			this.gate.breakDown(new IllegalStateException("no connection"));
			this.test.succeed();
			this.test.succeed();
			this.test.succeed();
			assertThat(this.test.state()).as("by its own places").isEqualTo(State.CLOSED);
			assertThat(log.trouble()).singleElement()
				.asString()
				.contains("The probe gate of circuit breaker 'payments' failed");
		}
	}

	@Test
	void aGateThatThrowsInsteadOfAPlaceHasNone() {
		this.gate.give(3).breakDownPlaces(new IllegalStateException("no connection"));
		assertThat(this.test.breaker.permits()).isFalse();
		this.test.refused();
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		this.gate.breakDownPlaces(null);
		assertThat(this.test.breaker.permits()).isTrue();
		this.test.succeed();
	}

	@Test
	void aGateThatThrowsLaterHarmsNoResult() {
		this.gate.give(2);
		Permit success = this.test.take();
		Permit released = this.test.take();
		this.gate.breakDown(new IllegalStateException("no connection"));
		try (LogCapture log = new LogCapture()) {
			success.success(null, 0);
			released.release();
			assertThat(this.test.snapshot().bufferedCalls()).isEqualTo(1);
			assertThat(log.trouble()).as("nothing is logged under a lock").isEmpty();
			this.test.succeed();
			assertThat(log.trouble()).hasSize(1);
		}
	}

	@Test
	void aHungProbeIsToldAtItsEnd() {
		TestBreaker hung = halfOpen(
				(config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1)).countHungCalls(true));
		this.gate.give(3);
		Permit fails = hung.take();
		Permit released = hung.take();
		hung.take();
		this.gate.heard();
		hung.advance(Duration.ofSeconds(2));
		assertThat(hung.snapshot().slowCalls()).isEqualTo(3);
		assertThat(hung.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).isEmpty();
		fails.failure(new IllegalStateException(), Duration.ofSeconds(2).toNanos());
		released.release();
		assertThat(this.gate.heard()).containsExactly("slow failure", "slow success");
		hung.advance(LEASE);
		assertThat(hung.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.gate.heard()).containsExactly("slow failure");
		assertThat(hung.snapshot().bufferedCalls()).isEqualTo(3);
	}

	@Test
	void aHungProbeThatIsReleasedIsNoSuccessOfTheFleet() {
		TestBreaker hung = halfOpen((config) -> config.slowCallDurationThreshold(Duration.ofSeconds(1))
			.countHungCalls(true)
			.successThresholdInHalfOpenState(1));
		this.gate.give(1);
		Permit released = hung.take();
		hung.advance(Duration.ofSeconds(2));
		released.release();
		assertThat(this.gate.heard()).containsExactly("taken", "given back");
	}

	@Test
	void aProbeThatIsOverdueBeforeItIsSlowIsNotSlow() {
		TestBreaker hung = halfOpen((config) -> config.maxWaitDurationInHalfOpenState(Duration.ofSeconds(1))
			.slowCallDurationThreshold(Duration.ofSeconds(2))
			.countHungCalls(true));
		this.gate.give(1);
		hung.take();
		hung.advance(Duration.ofSeconds(10));
		assertThat(hung.snapshot().slowCalls()).isZero();
		assertThat(this.gate.heard()).containsExactly("taken", "failure");
	}

	@Test
	void withoutEnforcingThePlacesAreTheGatesToo() {
		TestBreaker shadow = halfOpen((config) -> config.enforce(false));
		this.gate.give(1);
		shadow.succeed(3);
		assertThat(shadow.snapshot().wouldRefuseTotal()).isEqualTo(2);
		assertThat(this.gate.heard()).containsExactly("taken", "success", "wanted", "wanted");
		assertThat(shadow.state()).isEqualTo(State.HALF_OPEN);
	}

	@Test
	void theExplanationSaysWhoGivesOutTheProbes() {
		this.test.advance(Duration.ofSeconds(3));
		assertThat(this.test.breaker.explain())
			.hasToString("Half-open for 3 s by command: 0 probes done; its fleet gives out the probes and judges them");
		this.gate.give(1);
		this.test.fail();
		assertThat(this.test.breaker.explain().toString()).contains("1 probe done, 1 failed");
		this.gate.share(false);
		assertThat(this.test.breaker.explain().toString()).contains("1 of 3 probes done").contains("waiting for calls");
	}

	@Test
	void aKeyHasItsGateForItselfAndKeepsIt() {
		CircuitBreakerConfig config = this.test.breaker.config();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 1);
		CircuitBreaker a = group.get("a");
		a.probeGate(this.gate);
		group.get("b").call(() -> "done");
		assertThat(group.find("a")).isEmpty();
		a.halfOpen();
		assertThat(a.tryAcquire()).isNull();
		assertThat(this.gate.heard()).containsExactly("wanted");
		assertThat(group.find("a")).containsSame(a);
		a.reset();
		CircuitBreaker b = group.get("b");
		b.halfOpen();
		assertThat(b.tryAcquire()).isNotNull();
		assertThat(this.gate.heard()).isEmpty();
	}

	@Test
	void aGateBringsNoKeyBackThatItsGroupLetGo() {
		CircuitBreakerConfig config = this.test.breaker.config();
		CircuitBreakerGroup group = CircuitBreakerRegistry.of(config).group("stores", config, 1);
		CircuitBreaker a = group.get("a");
		a.probeGate(this.gate);
		CircuitBreaker b = group.get("b");
		a.probeGate(null);
		assertThat(group.find("a")).isEmpty();
		assertThat(group.find("b")).containsSame(b);
	}

	@Test
	void aGateBringsNoKeyBackThatWasRemoved() {
		CircuitBreakerConfig config = this.test.breaker.config();
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
		CircuitBreakerGroup group = registry.group("stores", config, 1);
		CircuitBreaker a = group.get("a");
		assertThat(registry.remove("stores:a")).isTrue();
		a.probeGate(null);
		assertThat(group.find("a")).isEmpty();
		assertThat(registry.find("stores:a")).isEmpty();
	}

	@Test
	void severalBreakersShareTheirPlaces() {
		List<TestBreaker> nodes = List.of(this.test, halfOpen((config) -> config), halfOpen((config) -> config));
		this.gate.give(2);
		nodes.get(0).take();
		nodes.get(1).take();
		nodes.forEach(TestBreaker::refused);
	}

}
