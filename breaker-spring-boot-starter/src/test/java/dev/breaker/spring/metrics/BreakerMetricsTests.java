package dev.breaker.spring.metrics;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.OutcomeRule;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.Permit;
import dev.breaker.StateChange;
import dev.breaker.spring.support.Calls;
import dev.breaker.test.ManualClock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

class BreakerMetricsTests {

	private final ManualClock clock = new ManualClock();

	private final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(this.clock.config()
		.minimumNumberOfCalls(4)
		.ignoreExceptions(IllegalArgumentException.class)
		.slowCallDurationThreshold(Duration.ofSeconds(1))
		.waitDurationInOpenState(Duration.ofSeconds(30))
		.permittedNumberOfCallsInHalfOpenState(1)
		.build());

	private final MeterRegistry meters = new SimpleMeterRegistry();

	private BreakerMetrics bind(MeterRegistry registry, String... annotated) {
		BreakerMetrics metrics = new BreakerMetrics(this.breakers, () -> Set.of(annotated));
		metrics.bindTo(registry);
		return metrics;
	}

	@Test
	void everyMeterIsThereAndZeroBeforeTheFirstCall() {
		this.breakers.get("before");
		bind(this.meters, "annotated");
		this.breakers.get("after");
		for (String name : List.of("before", "annotated", "after")) {
			for (String outcome : List.of("success", "failure", "ignored")) {
				Timer calls = this.meters.get("breaker.calls").tags("name", name, "outcome", outcome).timer();
				assertThat(calls.count()).isZero();
			}
			for (String outcome : List.of("success", "failure")) {
				assertThat(
						this.meters.get("breaker.fallbacks").tags("name", name, "outcome", outcome).counter().count())
					.isZero();
			}
			assertThat(count("breaker.calls.slow", name)).isZero();
			assertThat(count("breaker.calls.not.permitted", name)).isZero();
			assertThat(count("breaker.calls.would.refuse", name)).isZero();
			assertThat(gauge("breaker.enforced", name)).isEqualTo(name.equals("annotated") ? 0 : 1);
			for (String state : List.of("closed", "open", "half_open", "forced_open", "disabled", "metrics_only")) {
				boolean closed = state.equals("closed") && !name.equals("annotated");
				assertThat(state(name, state)).isEqualTo(closed ? 1 : 0);
			}
			assertThat(gauge("breaker.failure.rate", name)).isNaN();
			assertThat(gauge("breaker.slow.call.rate", name)).isNaN();
			assertThat(gauge("breaker.window.calls", name)).isZero();
			assertThat(gauge("breaker.calls.in.flight", name)).isZero();
			assertThat(transitions(name, "closed", "open")).isZero();
			assertThat(transitions(name, "open", "half_open")).isZero();
			assertThat(transitions(name, "half_open", "closed")).isZero();
			assertThat(transitions(name, "half_open", "open")).isZero();
		}
	}

	@Test
	void callThatTakesExactlyTheThresholdIsNotSlow() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments");
		Calls.succeed(breaker, Duration.ofSeconds(1));
		assertThat(count("breaker.calls.slow", "payments")).isZero();
		assertThat(breaker.snapshot().slowCallsTotal()).isZero();
		Calls.succeed(breaker, Duration.ofSeconds(1).plusNanos(1));
		assertThat(count("breaker.calls.slow", "payments")).isEqualTo(1);
		assertThat(breaker.snapshot().slowCallsTotal()).isEqualTo(1);
	}

	@Test
	void callsThatHangAreSeenBeforeTheyEndAndAreSlowOnce() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments");
		breaker.reconfigure(breaker.config().toBuilder().countHungCalls(true).build());
		Permit hung = breaker.acquire();
		Permit quick = breaker.acquire();
		assertThat(gauge("breaker.calls.in.flight", "payments")).isEqualTo(2);
		quick.success("quick", 1);
		this.clock.advance(Duration.ofSeconds(2));
		assertThat(gauge("breaker.calls.in.flight", "payments")).isEqualTo(1);
		assertThat(gauge("breaker.slow.call.rate", "payments")).isEqualTo(50);
		assertThat(count("breaker.calls.slow", "payments")).isEqualTo(1);
		hung.failure(new IllegalStateException("late"), Duration.ofSeconds(2).toNanos());
		assertThat(gauge("breaker.calls.in.flight", "payments")).isZero();
		assertThat(gauge("breaker.failure.rate", "payments")).isEqualTo(50);
		assertThat(gauge("breaker.window.calls", "payments")).isEqualTo(2);
		assertThat(count("breaker.calls.slow", "payments")).isEqualTo(1);
		assertThat(calls("payments", "failure")).isEqualTo(1);
	}

	@Test
	void callsInFlightOfKeysAddUp() {
		bind(this.meters);
		CircuitBreakerGroup stores = this.breakers.group("stores",
				this.clock.config().slowCallDurationThreshold(Duration.ofSeconds(1)).countHungCalls(true).build(), 10);
		Permit lyon = stores.get("lyon").acquire();
		Permit porto = stores.get("porto").acquire();
		assertThat(gauge("breaker.calls.in.flight", "stores")).isEqualTo(2);
		lyon.release();
		porto.release();
		assertThat(gauge("breaker.calls.in.flight", "stores")).isZero();
	}

	@Test
	void aFailureCanBeSlowToo() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments");
		breaker.acquire().failure(new IllegalStateException(), Duration.ofSeconds(2).toNanos());
		breaker.acquire().failure(new IllegalArgumentException("ignored"), Duration.ofSeconds(2).toNanos());
		assertThat(count("breaker.calls.slow", "payments")).isEqualTo(1);
		assertThat(breaker.snapshot().slowCallsTotal()).isEqualTo(1);
	}

	@Test
	void metersFollowTheCalls() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments");
		Calls.succeed(breaker, Duration.ofMillis(200));
		Calls.succeed(breaker, Duration.ofSeconds(2));
		Calls.fail(breaker, new IllegalArgumentException("no such card"));
		Calls.fail(breaker, 2);
		int refused = Calls.refused(breaker, 7);
		Timer success = this.meters.get("breaker.calls").tags("name", "payments", "outcome", "success").timer();
		assertThat(success.count()).isEqualTo(2);
		assertThat(success.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2200);
		assertThat(success.max(TimeUnit.SECONDS)).isEqualTo(2);
		assertThat(calls("payments", "failure")).isEqualTo(2);
		assertThat(calls("payments", "ignored")).isEqualTo(1);
		assertThat(count("breaker.calls.slow", "payments")).isEqualTo(1);
		assertThat(gauge("breaker.failure.rate", "payments")).isEqualTo(50);
		assertThat(gauge("breaker.slow.call.rate", "payments")).isEqualTo(25);
		assertThat(gauge("breaker.window.calls", "payments")).isEqualTo(4);
		assertThat(state("payments", "open")).isEqualTo(1);
		assertThat(state("payments", "closed")).isZero();
		assertThat(transitions("payments", "closed", "open")).isEqualTo(1);
		assertThat(refused).isEqualTo(7);
		assertThat(count("breaker.calls.not.permitted", "payments")).isEqualTo(7);
	}

	@Test
	void aCallIsSlowByTheRulesThatAdmittedIt() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments");
		Permit admitted = breaker.acquire();
		breaker.reconfigure(breaker.config().toBuilder().slowCallDurationThreshold(Duration.ofSeconds(10)).build());
		admitted.success("late", Duration.ofSeconds(2).toNanos());
		assertThat(breaker.snapshot().slowCallsTotal()).isOne();
		assertThat(count("breaker.calls.slow", "payments")).isEqualTo(1);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void noCallIsSlowWhereTheThresholdIsLongerThanNanosecondsCanSay(CapturedOutput output) {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments");
		breaker.reconfigure(breaker.config().toBuilder().slowCallDurationThreshold(Duration.ofDays(200_000)).build());
		Calls.succeed(breaker, Duration.ofDays(100_000));
		assertThat(calls("payments", "success")).isEqualTo(1);
		assertThat(count("breaker.calls.slow", "payments")).isZero();
		assertThat(output).doesNotContain("failed");
	}

	@Test
	void theRefusedCounterEqualsTheRefusalsThatCallersSaw() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments");
		Calls.fail(breaker, 4);
		int refused = Calls.refused(breaker, 100);
		this.clock.advance(Duration.ofSeconds(30));
		breaker.acquire();
		refused += Calls.refused(breaker, 50);
		assertThat(refused).isEqualTo(150);
		assertThat(count("breaker.calls.not.permitted", "payments")).isEqualTo(150);
		assertThat(transitions("payments", "open", "half_open")).isEqualTo(1);
	}

	@Test
	void aScrapeFindsAnOpenBreakerHalfOpenOnceItsWaitElapsed() {
		bind(this.meters);
		this.breakers.get("payments").open();
		this.clock.advance(Duration.ofSeconds(30));
		assertThat(state("payments", "open")).isZero();
		assertThat(state("payments", "half_open")).isEqualTo(1);
		assertThat(transitions("payments", "open", "half_open")).isEqualTo(1);
	}

	@Test
	void aCommandsTransitionIsCountedFromItsFirstTime() {
		bind(this.meters);
		assertThat(this.meters.find("breaker.state.transitions").tag("to", "forced_open").counter()).isNull();
		this.breakers.get("payments").forceOpen();
		this.breakers.get("payments").close();
		this.breakers.get("payments").forceOpen();
		assertThat(transitions("payments", "closed", "forced_open")).isEqualTo(2);
		assertThat(transitions("payments", "forced_open", "closed")).isEqualTo(1);
	}

	@Test
	void eachReasonOfATransitionIsCountedByItself() {
		bind(this.meters);
		CircuitBreaker payments = this.breakers.get("payments");
		assertThat(this.meters.get("breaker.state.transitions").tag("name", "payments").counters()).hasSize(7);
		Calls.fail(payments, 4);
		payments.close();
		for (int call = 0; call < 4; call++) {
			Calls.succeed(payments, Duration.ofSeconds(2));
		}
		payments.close();
		payments.open();
		this.clock.advance(Duration.ofSeconds(30));
		payments.acquire();
		this.clock.advance(Duration.ofMinutes(1));
		payments.forceOpen(Duration.ofSeconds(5));
		this.clock.advance(Duration.ofSeconds(5));
		assertThat(payments.state()).isEqualTo(State.CLOSED);
		assertThat(transitionsBecauseOf("closed", "open", "failure_rate")).isEqualTo(1);
		assertThat(transitionsBecauseOf("closed", "open", "slow_call_rate")).isEqualTo(1);
		assertThat(transitionsBecauseOf("closed", "open", "consecutive_failures")).isZero();
		assertThat(transitionsBecauseOf("closed", "open", "command")).isEqualTo(1);
		assertThat(transitionsBecauseOf("open", "half_open", "wait_elapsed")).isEqualTo(1);
		assertThat(transitionsBecauseOf("half_open", "open", "probes_lost")).isEqualTo(1);
		assertThat(transitionsBecauseOf("forced_open", "closed", "hold_elapsed")).isEqualTo(1);
	}

	@Test
	void theShareThatIsAdmittedIsTheLowestOfItsKeys() {
		bind(this.meters, "annotated");
		CircuitBreakerGroup group = this.breakers.group("payments",
				this.clock.config().recoveryRampDuration(Duration.ofSeconds(10)).build(), 10);
		group.get("lyon");
		assertThat(gauge("breaker.admitted.share", "payments")).isEqualTo(100);
		group.get("paris").open();
		assertThat(gauge("breaker.admitted.share", "payments")).isEqualTo(100);
		group.get("paris").close();
		assertThat(gauge("breaker.admitted.share", "payments")).isEqualTo(10);
		this.clock.advance(Duration.ofSeconds(5));
		assertThat(gauge("breaker.admitted.share", "payments")).isEqualTo(55);
		this.clock.advance(Duration.ofSeconds(5));
		assertThat(gauge("breaker.admitted.share", "payments")).isEqualTo(100);
		assertThat(gauge("breaker.admitted.share", "annotated")).isNaN();
	}

	private double transitionsBecauseOf(String from, String to, String reason) {
		return this.meters.get("breaker.state.transitions")
			.tags("name", "payments", "from", from, "to", to, "reason", reason)
			.counter()
			.count();
	}

	@Test
	void thresholdsAreBesideTheRatesAndFollowTheConfig() {
		bind(this.meters, "annotated");
		CircuitBreaker payments = this.breakers.get("payments");
		assertThat(gauge("breaker.failure.rate.threshold", "payments")).isEqualTo(50);
		assertThat(gauge("breaker.slow.call.rate.threshold", "payments")).isEqualTo(100);
		assertThat(gauge("breaker.failure.rate.threshold", "annotated")).isNaN();
		payments.reconfigure(payments.config().toBuilder().failureRateThreshold(12.5f).build());
		assertThat(gauge("breaker.failure.rate.threshold", "payments")).isEqualTo(12.5);
		payments.reconfigure(this.clock.config().consecutiveFailureThreshold(5).build());
		assertThat(gauge("breaker.failure.rate.threshold", "payments")).isNaN();
		assertThat(gauge("breaker.slow.call.rate.threshold", "payments")).isNaN();
	}

	@Test
	void aNameWithKeysHasTheLowestOfTheirThresholds() {
		bind(this.meters);
		CircuitBreakerGroup group = this.breakers.group("inventory", this.clock.config().build(), 10);
		group.get("berlin").reconfigure(this.clock.config().failureRateThreshold(30).build());
		group.get("paris").reconfigure(this.clock.config().consecutiveFailureThreshold(5).build());
		group.get("rome");
		assertThat(gauge("breaker.failure.rate.threshold", "inventory")).isEqualTo(30);
	}

	@Test
	void missingCallsAreShownUntilTheRatesAreJudged() {
		bind(this.meters, "annotated");
		CircuitBreaker payments = this.breakers.get("payments");
		assertThat(gauge("breaker.calls.until.evaluated", "payments")).isEqualTo(4);
		Calls.succeed(payments);
		assertThat(gauge("breaker.calls.until.evaluated", "payments")).isEqualTo(3);
		Calls.fail(payments, 3);
		assertThat(gauge("breaker.calls.until.evaluated", "payments")).isZero();
		assertThat(gauge("breaker.calls.until.evaluated", "annotated")).isNaN();
	}

	@Test
	void theTimeInTheStateAndUntilAProbeGoesOn() {
		bind(this.meters);
		CircuitBreaker payments = this.breakers.get("payments");
		this.clock.advance(Duration.ofMinutes(2));
		assertThat(secondsIn("payments", "closed")).isEqualTo(120);
		Calls.fail(payments, 4);
		this.clock.advance(Duration.ofMillis(12_500));
		assertThat(secondsIn("payments", "closed")).isZero();
		assertThat(secondsIn("payments", "open")).isEqualTo(12.5);
		assertThat(seconds("breaker.retry.after", "payments")).isEqualTo(17.5);
		this.clock.advance(Duration.ofSeconds(20));
		assertThat(secondsIn("payments", "open")).isZero();
		assertThat(secondsIn("payments", "half_open")).isEqualTo(2.5);
		assertThat(seconds("breaker.retry.after", "payments")).isZero();
	}

	@Test
	void ofKeysTheLongestInAStateIsShown() {
		bind(this.meters);
		CircuitBreakerGroup group = this.breakers.group("inventory",
				this.clock.config().waitDurationInOpenState(Duration.ofSeconds(60)).build(), 10);
		assertThat(secondsIn("inventory", "open")).isZero();
		group.get("berlin").open();
		this.clock.advance(Duration.ofSeconds(20));
		group.get("paris").open();
		group.get("rome");
		this.clock.advance(Duration.ofSeconds(10));
		assertThat(secondsIn("inventory", "open")).isEqualTo(30);
		assertThat(secondsIn("inventory", "closed")).isEqualTo(10);
		assertThat(seconds("breaker.retry.after", "inventory")).isEqualTo(50);
	}

	@Test
	void theTimeInAStateIsThatOfTheStateOfTheSameMoment() {
		Duration step = Duration.ofSeconds(31);
		AtomicLong nanos = new AtomicLong();
		AtomicBoolean passing = new AtomicBoolean();
		CircuitBreaker payments = this.breakers.get("payments", CircuitBreakerConfig.builder()
			// While it passes, each reading takes half a minute.
			.nanoClock(() -> passing.get() ? nanos.getAndAdd(step.toNanos()) : nanos.get())
			.clock(((InstantSource) () -> Instant.EPOCH.plusNanos(nanos.get())).withZone(ZoneOffset.UTC))
			.waitDurationInOpenState(Duration.ofSeconds(30))
			.build());
		bind(this.meters);
		payments.open();
		passing.set(true);
		double open = secondsIn("payments", "open");
		passing.set(false);
		assertThat(payments.state()).isEqualTo(State.HALF_OPEN);
		assertThat(open).as("of a state that has ended").isZero();
	}

	@Test
	void theTimeInAStateIsZeroWhereTheClockWasPutBack() {
		AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
		InstantSource clock = now::get;
		this.breakers.get("payments", this.clock.config().clock(clock.withZone(ZoneOffset.UTC)).build());
		bind(this.meters);
		now.set(Instant.EPOCH.minusSeconds(60));
		assertThat(secondsIn("payments", "closed")).isZero();
	}

	private double secondsIn(String name, String state) {
		return this.meters.get("breaker.state.duration")
			.tags("name", name, "state", state)
			.timeGauge()
			.value(TimeUnit.SECONDS);
	}

	private double seconds(String meter, String name) {
		return this.meters.get(meter).tag("name", name).timeGauge().value(TimeUnit.SECONDS);
	}

	@Test
	void aCommandForTheSameStateIsNoTransition() {
		bind(this.meters);
		CircuitBreaker payments = this.breakers.get("payments");
		payments.apply(StateCommand.to(State.FORCED_OPEN).comment("partner asked"));
		payments.apply(StateCommand.to(State.FORCED_OPEN).comment("bank moves"));
		assertThat(transitions("payments", "closed", "forced_open")).isEqualTo(1);
		assertThat(this.meters.find("breaker.state.transitions").tag("from", "forced_open").counter()).isNull();
	}

	@Test
	void aKeyThatIsMadeWhileACommandHoldsCountsAsCommanded() {
		bind(this.meters);
		CircuitBreakerGroup group = this.breakers.group("inventory", this.clock.config().build(), 10);
		group.get("berlin");
		group.apply(StateCommand.to(State.FORCED_OPEN).comment("warehouse moves"));
		group.get("paris");
		assertThat(transitions("inventory", "closed", "forced_open")).isEqualTo(2);
		group.apply(StateCommand.to(State.CLOSED));
		group.get("rome");
		assertThat(transitions("inventory", "closed", "forced_open")).isEqualTo(2);
		assertThat(transitions("inventory", "forced_open", "closed")).isEqualTo(2);
	}

	@Test
	void aMeterRegistryThatComesLateHasTheCommandThatHolds() {
		CircuitBreaker payments = this.breakers.get("payments");
		payments.open();
		payments.disable();
		bind(this.meters);
		assertThat(transitions("payments", "open", "disabled")).isEqualTo(1);
		assertThat(transitions("payments", "closed", "open")).isZero();
	}

	@Test
	void aMeterRegistryThatComesLateHasTheCommandThatWasRestored() {
		CircuitBreaker before = CircuitBreaker.of("before", this.clock.config().build());
		before.forceOpen();
		assertThat(this.breakers.get("payments").restore(before.export())).isTrue();
		bind(this.meters);
		assertThat(transitionsBecauseOf("closed", "forced_open", "restored")).isEqualTo(1);
	}

	@Test
	void aMeterRegistryThatComesLateHasNoOpeningsOfBefore() {
		this.breakers.get("payments").open();
		Calls.fail(this.breakers.get("stock"), 4);
		bind(this.meters);
		assertThat(state("payments", "open")).isEqualTo(1);
		assertThat(state("stock", "open")).isEqualTo(1);
		assertThat(transitions("payments", "closed", "open")).isZero();
		assertThat(transitions("stock", "closed", "open")).isZero();
	}

	@Test
	void aResultThatIsIgnoredCountsAsIgnored() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments",
				this.clock.config().outcomeRule((result, thrown) -> OutcomeRule.Verdict.IGNORED).build());
		Calls.succeed(breaker, Duration.ofSeconds(2));
		Timer ignored = this.meters.get("breaker.calls").tags("name", "payments", "outcome", "ignored").timer();
		assertThat(ignored.count()).isEqualTo(1);
		assertThat(ignored.totalTime(TimeUnit.SECONDS)).isEqualTo(2);
		assertThat(calls("payments", "success")).isZero();
	}

	@Test
	void aCallThatWouldBeRefusedIsCountedBesideItsOutcome() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments", this.clock.config().enforce(false).build());
		breaker.forceOpen();
		Calls.succeed(breaker);
		assertThat(count("breaker.calls.would.refuse", "payments")).isEqualTo(1);
		assertThat(count("breaker.calls.not.permitted", "payments")).isZero();
		assertThat(calls("payments", "success")).isEqualTo(1);
		assertThat(gauge("breaker.enforced", "payments")).isZero();
	}

	@Test
	void breakersMadeByKeyShareTheMetersOfTheirName() {
		bind(this.meters, "inventory");
		CircuitBreakerGroup group = this.breakers.group("inventory", this.breakers.get("any").config(), 1000);
		this.breakers.remove("any");
		int before = this.meters.getMeters().size();
		for (int key = 0; key < 1000; key++) {
			Calls.succeed(group.get("" + key));
		}
		group.get("7").open();
		Calls.fail(group.get("8"), 1);
		// The transition by command is counted from the first one on
		assertThat(this.meters.getMeters()).hasSize(before + 1);
		assertThat(calls("inventory", "success")).isEqualTo(1000);
		assertThat(state("inventory", "closed")).isEqualTo(999);
		assertThat(state("inventory", "open")).isEqualTo(1);
		assertThat(gauge("breaker.window.calls", "inventory")).isEqualTo(1001);
		assertThat(gauge("breaker.failure.rate", "inventory")).isEqualTo(100.0 / 1001);
		this.breakers.all().forEach((breaker) -> this.breakers.remove(breaker.name()));
		assertThat(this.meters.getMeters()).hasSize(before + 1);
		assertThat(calls("inventory", "success")).isEqualTo(1000);
		assertThat(state("inventory", "closed")).isZero();
	}

	@Test
	void metersOfAGroupAreCalledAsItWhateverItIsCalled() {
		bind(this.meters);
		CircuitBreakerGroup group = this.breakers.group("a:b", this.breakers.get("a").config(), 1);
		assertThat(calls("a:b", "success")).isZero();
		Calls.succeed(group.get("c"));
		// Which makes room: counters of a group do not begin anew.
		Calls.succeed(group.get("d"));
		assertThat(calls("a:b", "success")).isEqualTo(2);
		assertThat(calls("a", "success")).isZero();
		Calls.succeed(this.breakers.get("a:c"));
		assertThat(calls("a:c", "success")).isEqualTo(1);
		this.breakers.remove("a:b:d");
		assertThat(calls("a:b", "success")).isEqualTo(2);
		this.breakers.removeGroup("a:b");
		assertThat(this.meters.find("breaker.calls").tag("name", "a:b").timer()).isNull();
	}

	@Test
	void aLateResultOfARemovedKeyCountsInNoMeter() {
		bind(this.meters);
		CircuitBreakerGroup group = this.breakers.group("inventory", this.breakers.get("a").config(), 2);
		Permit late = group.get("late").acquire();
		this.breakers.remove("inventory:late");
		late.success("late", 0);
		assertThat(calls("inventory", "success")).isZero();
		assertThat(state("inventory", "closed")).isZero();
	}

	@Test
	void aRemovedBreakerTakesItsMetersAndListenersAlong() {
		bind(this.meters);
		CircuitBreaker removed = this.breakers.get("payments");
		removed.forceOpen();
		this.breakers.remove("payments");
		assertThat(this.meters.getMeters()).isEmpty();
		removed.disable();
		Calls.succeed(removed);
		assertThat(this.meters.getMeters()).isEmpty();
	}

	@Test
	void aLateChangeOfARemovedBreakerBringsNoMeterBack() {
		CircuitBreaker removed = this.breakers.get("payments");
		removed.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				// Heard before the meters hear of it
				BreakerMetricsTests.this.breakers.remove(breaker.name());
			}
		});
		bind(this.meters);
		removed.forceOpen();
		assertThat(this.breakers.find("payments")).isEmpty();
		assertThat(this.meters.getMeters()).isEmpty();
	}

	@Test
	void aBreakerThatIsReplacedIsMeasuredUnderTheSameName() {
		bind(this.meters);
		this.breakers.get("payments").open();
		this.breakers.remove("payments");
		CircuitBreaker replaced = this.breakers.get("payments");
		Calls.succeed(replaced);
		assertThat(calls("payments", "success")).isEqualTo(1);
		assertThat(state("payments", "closed")).isEqualTo(1);
		assertThat(state("payments", "open")).isZero();
	}

	@Test
	void gaugesKeepTheirValuesThroughGarbageCollection() {
		bind(this.meters);
		Calls.succeed(this.breakers.get("payments"));
		System.gc();
		assertThat(state("payments", "closed")).isEqualTo(1);
		assertThat(gauge("breaker.window.calls", "payments")).isEqualTo(1);
	}

	@Test
	void oneSetOfTagKeysForEachMeter() {
		bind(this.meters, "annotated");
		CircuitBreaker breaker = this.breakers.get("payments");
		for (State state : State.values()) {
			breaker.disable();
			switch (state) {
				case CLOSED -> breaker.close();
				case OPEN -> breaker.open();
				case HALF_OPEN -> breaker.halfOpen();
				case FORCED_OPEN -> breaker.forceOpen();
				case DISABLED -> breaker.disable();
				case METRICS_ONLY -> breaker.metricsOnly();
			}
		}
		this.meters.getMeters()
			.stream()
			.map(Meter::getId)
			.map((id) -> id.getName() + id.getTags().stream().map(Tag::getKey).toList())
			.distinct()
			.forEach((keys) -> assertThat(keys).isIn("breaker.calls[name, outcome]", "breaker.calls.slow[name]",
					"breaker.calls.not.permitted[name]", "breaker.calls.would.refuse[name]", "breaker.enforced[name]",
					"breaker.state[name, state]", "breaker.failure.rate[name]", "breaker.slow.call.rate[name]",
					"breaker.window.calls[name]", "breaker.calls.in.flight[name]",
					"breaker.failure.rate.threshold[name]", "breaker.slow.call.rate.threshold[name]",
					"breaker.calls.until.evaluated[name]", "breaker.state.duration[name, state]",
					"breaker.retry.after[name]", "breaker.signals[name]", "breaker.admitted.share[name]",
					"breaker.state.transitions[from, name, reason, to]", "breaker.fallbacks[name, outcome]"));
	}

	@Test
	void signalsThatLiveAreCounted() {
		bind(this.meters);
		CircuitBreaker breaker = this.breakers.get("payments");
		assertThat(this.meters.get("breaker.signals").tag("name", "payments").gauge().value()).isZero();
		breaker.signal("backlog", null, Duration.ofMinutes(1));
		breaker.signal("db", null, Duration.ofMinutes(2));
		assertThat(this.meters.get("breaker.signals").tag("name", "payments").gauge().value()).isEqualTo(2);
		assertThat(transitionsBecauseOf("closed", "open", "signal")).isEqualTo(1);
	}

	@Test
	void severalMeterRegistriesCountEachCallOnce() {
		SimpleMeterRegistry first = new SimpleMeterRegistry();
		SimpleMeterRegistry second = new SimpleMeterRegistry();
		CompositeMeterRegistry composite = new CompositeMeterRegistry();
		composite.add(first);
		composite.add(second);
		BreakerMetrics metrics = bind(composite);
		metrics.bindTo(composite);
		metrics.bindTo(this.meters);
		Calls.succeed(this.breakers.get("payments"));
		metrics.onFallback("payments", true);
		for (MeterRegistry registry : List.of(first, second, this.meters)) {
			assertThat(registry.get("breaker.calls").tags("name", "payments", "outcome", "success").timer().count())
				.isEqualTo(1);
			assertThat(registry.get("breaker.state").tags("name", "payments", "state", "closed").gauge().value())
				.isEqualTo(1);
			assertThat(registry.get("breaker.fallbacks").tag("outcome", "success").counter().count()).isEqualTo(1);
		}
		this.breakers.remove("payments");
		assertThat(first.getMeters()).isEmpty();
		assertThat(second.getMeters()).isEmpty();
	}

	@Test
	void fallbacksAreCountedUnderTheNameOfTheAnnotation() {
		BreakerMetrics metrics = bind(this.meters, "payments");
		metrics.onFallback("payments", true);
		metrics.onFallback("payments", false);
		metrics.onFallback("unknown", true);
		assertThat(
				this.meters.get("breaker.fallbacks").tags("name", "payments", "outcome", "success").counter().count())
			.isEqualTo(1);
		assertThat(
				this.meters.get("breaker.fallbacks").tags("name", "payments", "outcome", "failure").counter().count())
			.isEqualTo(1);
		assertThat(this.meters.find("breaker.fallbacks").tag("name", "unknown").counter()).isNull();
	}

	@Test
	void aMeterRegistryThatIsUnboundLosesItsMeters() {
		BreakerMetrics metrics = bind(this.meters, "annotated");
		MeterRegistry other = new SimpleMeterRegistry();
		metrics.bindTo(other);
		Calls.succeed(this.breakers.get("payments"));
		metrics.unbind(other);
		metrics.unbind(other);
		assertThat(other.getMeters()).isEmpty();
		Calls.succeed(this.breakers.get("payments"));
		metrics.onFallback("payments", true);
		assertThat(other.getMeters()).isEmpty();
		assertThat(calls("payments", "success")).isEqualTo(2);
		assertThat(fallbacks("payments", "success")).isEqualTo(1);
	}

	@Test
	void namesOfAnotherContextHaveMetersUntilTakenBack() {
		BreakerMetrics metrics = bind(this.meters, "annotated");
		this.breakers.get("used");
		int before = this.meters.getMeters().size();
		metrics.addNames(Set.of("shared", "used", "annotated"));
		assertThat(calls("shared", "success")).isZero();
		metrics.onFallback("shared", false);
		assertThat(fallbacks("shared", "failure")).isEqualTo(1);
		metrics.removeNames(Set.of("shared", "used", "annotated", "unknown"));
		assertThat(this.meters.find("breaker.calls").tag("name", "shared").timer()).isNull();
		assertThat(this.meters.getMeters()).hasSize(before);
		this.breakers.get("annotated");
		this.breakers.remove("annotated");
		assertThat(this.meters.getMeters()).hasSize(before);
		this.breakers.remove("used");
		assertThat(this.meters.find("breaker.calls").tag("name", "used").timer()).isNull();
	}

	@Test
	void namesThatAreAddedOutliveTheirBreakers() {
		BreakerMetrics metrics = bind(this.meters);
		metrics.addNames(Set.of("shared"));
		this.breakers.get("shared");
		this.breakers.remove("shared");
		assertThat(calls("shared", "success")).isZero();
		metrics.destroy();
		metrics.addNames(Set.of("late"));
		metrics.removeNames(Set.of("late"));
		assertThat(this.meters.getMeters()).isEmpty();
	}

	@Test
	void aGroupHasMetersBeforeItsFirstKey() {
		this.breakers.group("before", this.clock.config().build(), 10);
		BreakerMetrics metrics = bind(this.meters);
		this.breakers.group("after", this.clock.config().build(), 10);
		assertThat(calls("before", "success")).isZero();
		assertThat(calls("after", "success")).isZero();
		metrics.destroy();
		this.breakers.group("late", this.clock.config().build(), 10);
		assertThat(this.meters.getMeters()).isEmpty();
	}

	@Test
	void nothingIsLeftAfterDestroy() {
		BreakerMetrics metrics = bind(this.meters, "annotated");
		CircuitBreaker breaker = this.breakers.get("payments");
		metrics.destroy();
		Calls.succeed(breaker);
		breaker.open();
		this.breakers.get("made-later");
		metrics.onFallback("payments", true);
		assertThat(this.meters.getMeters()).isEmpty();
	}

	private double count(String meter, String name) {
		return this.meters.get(meter).tag("name", name).counter().count();
	}

	private double gauge(String meter, String name) {
		return this.meters.get(meter).tag("name", name).gauge().value();
	}

	private double state(String name, String state) {
		return this.meters.get("breaker.state").tags("name", name, "state", state).gauge().value();
	}

	private long calls(String name, String outcome) {
		return this.meters.get("breaker.calls").tags("name", name, "outcome", outcome).timer().count();
	}

	private double fallbacks(String name, String outcome) {
		return this.meters.get("breaker.fallbacks").tags("name", name, "outcome", outcome).counter().count();
	}

	private double transitions(String name, String from, String to) {
		return this.meters.get("breaker.state.transitions")
			.tags("name", name, "from", from, "to", to)
			.counters()
			.stream()
			.mapToDouble(Counter::count)
			.sum();
	}

}
