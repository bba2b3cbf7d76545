package dev.breaker;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 1: at most the permitted number of probes are in flight at any moment, whatever
 * 64 threads do with their permits.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=ProbeLimitAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class ProbeLimitAttackTests {

	private static final int STEPS = 2_000;

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 10 })
	void neverMoreThanPermittedAreInFlight(int permitted) {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("probes", config(clock, permitted));
		Map<Object, AtomicInteger> inFlight = new ConcurrentHashMap<>();
		Map<Object, AtomicInteger> mostInFlight = new ConcurrentHashMap<>();
		ConcurrentLinkedQueue<Probe> returned = new ConcurrentLinkedQueue<>();
		Crowd.run(Crowd.SIZE, (number) -> {
			Random random = ThreadLocalRandom.current();
			Deque<Probe> held = new ArrayDeque<>();
			for (int i = 0; i < Crowd.scaled(STEPS); i++) {
				Permit permit = (held.size() < 5) ? breaker.tryAcquire() : null;
				if (permit != null) {
					Probe probe = new Probe(permit, roundOf(permit));
					int now = inFlight.computeIfAbsent(probe.round, (round) -> new AtomicInteger()).incrementAndGet();
					mostInFlight.computeIfAbsent(probe.round, (round) -> new AtomicInteger())
						.accumulateAndGet(now, Math::max);
					held.add(probe);
				}
				if (!held.isEmpty() && random.nextInt(3) > 0) {
					Probe probe = held.remove();
					if (random.nextInt(50) > 0) {
						inFlight.get(probe.round).decrementAndGet();
						giveBack(probe.permit, random);
						returned.add(probe);
					}
				}
				Probe again = (random.nextInt(4) == 0) ? returned.poll() : null;
				if (again != null) {
					giveBack(again.permit, random);
				}
				if (random.nextInt(200) == 0) {
					clock.advance(Duration.ofMillis(300));
				}
				if (random.nextInt(500) == 0) {
					breaker.halfOpen();
				}
			}
		});
		mostInFlight.keySet().removeIf((round) -> !(round instanceof Probes));
		assertThat(mostInFlight).as("half-open rounds").hasSizeGreaterThan(10);
		assertThat(mostInFlight.values()).allSatisfy((most) -> assertThat(most.get()).isBetween(1, permitted));
	}

	/**
	 * Fewer permitted probes hold for whoever asks from then on, also where one asked
	 * under the old config and was slow to take its place.
	 */
	@Test
	void aConfigThatPermitsFewerHoldsAtOnce() {
		HandClock clock = new HandClock();
		CircuitBreakerConfig three = config(clock, 3);
		CircuitBreakerConfig one = config(clock, 1);
		for (int round = 0; round < Crowd.scaled(10_000); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("probes", three);
			breaker.halfOpen();
			AtomicInteger before = new AtomicInteger();
			AtomicInteger after = new AtomicInteger();
			Race.run(() -> {
				breaker.reconfigure(one);
				if (breaker.tryAcquire() != null) {
					after.incrementAndGet();
				}
			}, () -> {
				if (breaker.tryAcquire() != null) {
					before.incrementAndGet();
				}
			});
			assertThat(before.get() + after.get()).isEqualTo(1);
		}
	}

	/**
	 * A new config that comes while a probe comes back leaves the round with a verdict,
	 * or with a place.
	 */
	@Test
	void aConfigThatMeetsTheLastProbeDoesNotLeaveTheRoundOpenForEver() {
		HandClock clock = new HandClock();
		CircuitBreakerConfig three = config(clock, 3);
		CircuitBreakerConfig one = config(clock, 1);
		for (int round = 0; round < Crowd.scaled(10_000); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("probes", three);
			breaker.halfOpen();
			Permit probe = breaker.acquire();
			Race.run(() -> breaker.reconfigure(one), () -> probe.success(null, 0));
			assertThat(breaker.state()).isEqualTo(State.CLOSED);
		}
	}

	/**
	 * Where the last probe ends the round well, a call that comes at that moment passes:
	 * before as a probe, afterwards as any call.
	 */
	@Test
	void nobodyIsRefusedWhileTheRoundEndsWell() {
		HandClock clock = new HandClock();
		CircuitBreakerConfig config = config(clock, 2).toBuilder().successThresholdInHalfOpenState(1).build();
		for (int round = 0; round < Crowd.scaled(10_000); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("probes", config);
			breaker.halfOpen();
			Permit probe = breaker.acquire();
			AtomicInteger passed = new AtomicInteger();
			Race.run(() -> probe.success(null, 0), () -> {
				if (breaker.tryAcquire() != null) {
					passed.incrementAndGet();
				}
			});
			assertThat(passed).hasValue(1);
		}
	}

	private static CircuitBreakerConfig config(HandClock clock, int permitted) {
		return CircuitBreakerConfig.builder()
			.initialState(State.HALF_OPEN)
			.slidingWindowSize(10)
			.permittedNumberOfCallsInHalfOpenState(permitted)
			.waitDurationInOpenState(Duration.ofMillis(500))
			.maxWaitDurationInHalfOpenState(Duration.ofSeconds(2))
			.ignoreExceptions(IllegalArgumentException.class)
			.nanoClock(clock)
			.build();
	}

	private static void giveBack(Permit permit, Random random) {
		switch (random.nextInt(8)) {
			case 0 -> permit.success(null, 0);
			case 1 -> permit.failure(new IllegalStateException(), 0);
			case 2, 3 -> permit.failure(new IllegalArgumentException(), 0);
			case 4 -> permit.failure(new InterruptedException(), 0);
			default -> permit.release();
		}
	}

	/** The round that admitted it; the period itself where it was not half-open. */
	static Object roundOf(Permit permit) throws ReflectiveOperationException {
		Field admission = DefaultPermit.class.getDeclaredField("admission");
		admission.setAccessible(true);
		Period period = ((Admission) admission.get(permit)).period();
		return (period.probes() != null) ? period.probes() : period;
	}

	private record Probe(Permit permit, Object round) {
	}

}
