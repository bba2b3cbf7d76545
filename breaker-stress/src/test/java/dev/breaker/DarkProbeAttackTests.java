package dev.breaker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With dark probes no call of a user passes before they have decided, and no more of them
 * have a place than must succeed, whatever users, probes, commands, clocks and configs do
 * at the same moment.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=DarkProbeAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class DarkProbeAttackTests {

	private static final int STEPS = 2_000;

	private static final int INTERLEAVINGS = 5_000;

	private static final Duration WAIT = Duration.ofMillis(500);

	private static final Duration LEASE = Duration.ofSeconds(2);

	private final HandClock clock = new HandClock();

	private CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder()
			.consecutiveFailureThreshold(3)
			.waitDurationInOpenState(WAIT)
			.maxWaitDurationInHalfOpenState(LEASE)
			.nanoClock(this.clock);
	}

	private CircuitBreakerConfig dark(int needed) {
		return config().halfOpenProbes(ProbeSource.DARK).successThresholdInHalfOpenState(needed).build();
	}

	/** As many calls are probes, and all of them must succeed. */
	private CircuitBreakerConfig calls(int needed) {
		return config().permittedNumberOfCallsInHalfOpenState(needed).successThresholdInHalfOpenState(needed).build();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3 })
	void noCallOfAUserIsAProbeAndNoMoreProbesRunThanMustSucceed(int needed) {
		CircuitBreaker breaker = CircuitBreaker.of("dark", dark(needed));
		Map<Object, AtomicInteger> inFlight = new ConcurrentHashMap<>();
		Map<Object, AtomicInteger> mostInFlight = new ConcurrentHashMap<>();
		Queue<Permit> returned = new ConcurrentLinkedQueue<>();
		AtomicInteger served = new AtomicInteger();
		Crowd.run(Crowd.SIZE, (number) -> {
			Random random = ThreadLocalRandom.current();
			Deque<Permit> held = new ArrayDeque<>();
			for (int i = 0; i < Crowd.scaled(STEPS); i++) {
				if (number % 2 == 0) {
					Permit call = breaker.tryAcquire();
					if (call != null) {
						assertThat(ProbeLimitAttackTests.roundOf(call)).as("what admitted the call of a user")
							.isInstanceOfSatisfying(Period.class,
									(period) -> assertThat(period.state).isEqualTo(State.CLOSED));
						served.incrementAndGet();
						giveBack(call, random);
					}
				}
				else {
					Permit probe = (held.size() < 5) ? breaker.tryAcquireProbe() : null;
					if (probe != null) {
						Object round = ProbeLimitAttackTests.roundOf(probe);
						int now = inFlight.computeIfAbsent(round, (each) -> new AtomicInteger()).incrementAndGet();
						mostInFlight.computeIfAbsent(round, (each) -> new AtomicInteger())
							.accumulateAndGet(now, Math::max);
						held.add(probe);
					}
					// One in fifty does not come back, and is lost.
					if (!held.isEmpty() && random.nextInt(3) > 0) {
						Permit over = held.remove();
						if (random.nextInt(50) > 0) {
							inFlight.get(ProbeLimitAttackTests.roundOf(over)).decrementAndGet();
							giveBack(over, random);
							returned.add(over);
						}
					}
					Permit again = (random.nextInt(4) == 0) ? returned.poll() : null;
					if (again != null) {
						giveBack(again, random);
					}
				}
				if (random.nextInt(200) == 0) {
					this.clock.advance(Duration.ofMillis(300));
				}
				if (random.nextInt(500) == 0) {
					breaker.apply(StateCommand.to(random.nextBoolean() ? State.HALF_OPEN : State.OPEN));
				}
			}
		});
		assertThat(served).as("calls of users").hasPositiveValue();
		assertThat(mostInFlight).as("half-open rounds").hasSizeGreaterThan(10);
		assertThat(mostInFlight.keySet()).allSatisfy((round) -> assertThat(round).isInstanceOf(Probes.class));
		assertThat(mostInFlight.values()).allSatisfy((most) -> assertThat(most.get()).isBetween(1, needed));
	}

	@Test
	void onceAConfigWantsDarkProbesNoCallTakesAPlace() {
		CircuitBreakerConfig calls = calls(2);
		CircuitBreakerConfig dark = dark(2);
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("dark", calls);
			breaker.halfOpen();
			Queue<Permit> taken = new ConcurrentLinkedQueue<>();
			Race.run(() -> {
				breaker.reconfigure(dark);
				assertThat(breaker.tryAcquire()).as("call under the new config").isNull();
				keep(breaker.tryAcquireProbe(), taken);
			}, () -> keep(breaker.tryAcquire(), taken));
			assertThat(taken).hasSizeBetween(1, 2);
			keep(breaker.tryAcquireProbe(), taken);
			assertThat(taken).hasSize(2);
			assertThat(breaker.tryAcquireProbe()).isNull();
			taken.forEach((permit) -> permit.success(null, 0));
			assertThat(breaker.state()).isEqualTo(State.CLOSED);
		}
	}

	@Test
	void onceAConfigWantsCallsTheyTakeThePlacesThatProbesLeave() {
		CircuitBreakerConfig calls = calls(2);
		CircuitBreakerConfig dark = dark(2);
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("dark", dark);
			breaker.halfOpen();
			Queue<Permit> taken = new ConcurrentLinkedQueue<>();
			Race.run(() -> {
				breaker.reconfigure(calls);
				keep(breaker.tryAcquire(), taken);
			}, () -> keep(breaker.tryAcquireProbe(), taken));
			assertThat(taken).hasSize(2);
			assertThat(breaker.tryAcquire()).isNull();
			taken.forEach((permit) -> permit.success(null, 0));
			assertThat(breaker.state()).isEqualTo(State.CLOSED);
		}
	}

	@Test
	void aProbeThatComesBackAsItIsLostDecidesOnce() {
		CircuitBreakerConfig dark = dark(1);
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("dark", dark);
			breaker.halfOpen();
			Queue<StateChange> told = new ConcurrentLinkedQueue<>();
			breaker.addListener(new CircuitBreakerListener() {

				@Override
				public void onStateChange(CircuitBreaker changed, StateChange change) {
					told.add(change);
				}

			});
			Permit probe = Objects.requireNonNull(breaker.tryAcquireProbe());
			Race.run(() -> probe.success(null, 0), () -> {
				this.clock.advance(LEASE);
				breaker.state();
			}, breaker::tryAcquire);
			assertThat(told).hasSize(1);
			StateChange change = told.remove();
			assertThat(breaker.state()).isEqualTo(change.to());
			assertThat(change.reason())
				.isEqualTo((change.to() == State.CLOSED) ? Reason.PROBES_SUCCEEDED : Reason.PROBES_LOST);
		}
	}

	@Test
	void aCommandWinsOverTheProbeThatDecides() {
		CircuitBreakerConfig dark = dark(1);
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("dark", dark);
			breaker.halfOpen();
			Permit probe = Objects.requireNonNull(breaker.tryAcquireProbe());
			@Nullable Throwable failure = (i % 2 == 0) ? new IllegalStateException() : null;
			Race.run(() -> probe.ended(failure, 0), () -> {
				breaker.forceOpen();
				assertThat(breaker.tryAcquireProbe()).isNull();
				assertThat(breaker.tryAcquire()).isNull();
			}, breaker::tryAcquireProbe);
			assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
		}
	}

	private static void keep(@Nullable Permit permit, Queue<Permit> taken) {
		if (permit != null) {
			taken.add(permit);
		}
	}

	private static void giveBack(Permit permit, Random random) {
		switch (random.nextInt(4)) {
			case 0 -> permit.failure(new IllegalStateException(), 0);
			case 1 -> permit.release();
			default -> permit.success(null, 0);
		}
	}

}
