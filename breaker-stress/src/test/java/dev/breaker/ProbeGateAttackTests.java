package dev.breaker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The promises on places that a gate gives out to several breakers, and on what a fleet
 * decides, against 64 threads.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=ProbeGateAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class ProbeGateAttackTests {

	private static final int BREAKERS = 4;

	private static final Duration LONG = Duration.ofMinutes(5);

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 10 })
	void severalBreakersHaveNoMoreProbesThanTheGateHasPlaces(int places) {
		HandClock clock = new HandClock();
		Gate gate = new Gate(places);
		List<CircuitBreaker> breakers = breakers(clock);
		breakers.forEach((breaker) -> {
			breaker.probeGate(gate);
			breaker.halfOpen();
		});
		AtomicInteger inFlight = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger recorded = new AtomicInteger();
		Crowd.run(Crowd.SIZE, (number) -> {
			Random random = ThreadLocalRandom.current();
			Deque<Permit> held = new ArrayDeque<>();
			for (int i = 0; i < Crowd.scaled(1_000); i++) {
				CircuitBreaker breaker = breakers.get(random.nextInt(BREAKERS));
				Permit permit = breaker.tryAcquire();
				if (permit != null) {
					most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
					held.add(permit);
				}
				if (!held.isEmpty() && random.nextBoolean()) {
					inFlight.decrementAndGet();
					recorded.addAndGet(giveBack(held.remove(), random) ? 1 : 0);
				}
				if (random.nextInt(50) == 0) {
					breaker.reconfigure(config(clock, 1 + random.nextInt(5)));
				}
				if (random.nextInt(50) == 0) {
					breaker.probeGate(gate);
				}
			}
			for (Permit permit : held) {
				inFlight.decrementAndGet();
				recorded.addAndGet(giveBack(permit, random) ? 1 : 0);
			}
		});
		assertThat(most.get()).isBetween(1, places);
		assertThat(gate.free).as("places that came back").hasValue(places);
		assertThat(gate.recorded).as("results").hasValue(recorded.get());
		assertThat(breakers).allSatisfy((breaker) -> assertThat(breaker.state()).isEqualTo(State.HALF_OPEN));
	}

	/** Whatever happens to gates and breakers, no place comes back twice. */
	@Test
	void noPlaceComesBackTwice() {
		for (int round = 0; round < Crowd.scaled(5); round++) {
			HandClock clock = new HandClock();
			List<Gate> gates = List.of(new Gate(2), new Gate(5));
			List<CircuitBreaker> breakers = breakers(clock);
			Crowd.run(Crowd.SIZE, (number) -> {
				Random random = ThreadLocalRandom.current();
				Deque<Permit> held = new ArrayDeque<>();
				for (int i = 0; i < 300; i++) {
					disturb(breakers.get(random.nextInt(BREAKERS)), gates.get(random.nextInt(2)), clock, random);
					Permit permit = breakers.get(random.nextInt(BREAKERS)).tryAcquire();
					if (permit != null) {
						held.add(permit);
					}
					if (held.size() > 3) {
						Permit ended = held.remove();
						giveBack(ended, random);
						ended.release();
					}
				}
			});
			assertThat(gates).allSatisfy((gate) -> assertThat(gate.broken).hasValue(0));
			gates.forEach((gate) -> gate.shared = false);
			breakers.forEach((breaker) -> assertLeadsBack(breaker, clock));
		}
	}

	private static void disturb(CircuitBreaker breaker, Gate gate, HandClock clock, Random random) {
		switch (random.nextInt(12)) {
			case 0 -> breaker.probeGate(gate);
			case 1 -> breaker.probeGate(null);
			case 2 -> gate.shared = random.nextBoolean();
			case 3 -> breaker.follow(decision(random));
			case 4 -> breaker.reconfigure(config(clock, 1 + random.nextInt(5)));
			case 5 -> clock.advance(Duration.ofMillis(random.nextInt(1_500)));
			case 6 -> breaker.halfOpen();
			case 7 -> breaker.explain();
			case 8 -> gate.giveMore();
			default -> breaker.permits();
		}
	}

	private static FleetDecision decision(Random random) {
		return switch (random.nextInt(3)) {
			case 0 -> new FleetDecision(State.OPEN, Duration.ofMillis(random.nextInt(1_000)), 1, null);
			case 1 -> new FleetDecision(State.HALF_OPEN, Duration.ZERO, 1, null);
			default -> new FleetDecision(State.CLOSED, Duration.ZERO, 0, null);
		};
	}

	private static void assertLeadsBack(CircuitBreaker breaker, HandClock clock) {
		List<String> way = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			Snapshot snapshot = breaker.snapshot();
			way.add(snapshot.toString());
			if (breaker.permits()) {
				return;
			}
			clock.advance(snapshot.retryAfter().isZero() ? breaker.config().maxWaitDurationInHalfOpenState()
					: snapshot.retryAfter());
		}
		assertThat(way).as("never admits a call again").isEmpty();
	}

	/**
	 * The last result that comes while the gate stops sharing leaves the round with a
	 * verdict.
	 */
	@Test
	void theEndOfSharingThatMeetsTheLastProbeLeavesAVerdict() {
		HandClock clock = new HandClock();
		for (int round = 0; round < Crowd.scaled(10_000); round++) {
			Gate gate = new Gate(1);
			CircuitBreaker breaker = CircuitBreaker.of("probes", config(clock, 1));
			breaker.probeGate(gate);
			breaker.halfOpen();
			Permit probe = breaker.acquire();
			Race.run(() -> gate.shared = false, () -> probe.success(null, 0));
			assertThat(breaker.state()).isEqualTo(State.CLOSED);
			assertThat(gate.recorded).hasValue(1);
		}
	}

	/** Whichever is first, the command is in force afterwards. */
	@Test
	void aCommandThatMeetsADecisionWins() {
		HandClock clock = new HandClock();
		CircuitBreaker breaker = CircuitBreaker.of("probes", config(clock, 1));
		for (int round = 0; round < Crowd.scaled(10_000); round++) {
			FleetDecision decision = decision(ThreadLocalRandom.current());
			Race.run(() -> breaker.follow(decision), breaker::forceOpen);
			assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
			breaker.halfOpen();
			Race.run(() -> breaker.follow(decision), () -> breaker.open(LONG));
			assertThat(breaker.retryAfter()).isEqualTo(LONG);
			breaker.close();
		}
	}

	private static List<CircuitBreaker> breakers(HandClock clock) {
		List<CircuitBreaker> breakers = new ArrayList<>();
		for (int i = 0; i < BREAKERS; i++) {
			breakers.add(CircuitBreaker.of("node " + i, config(clock, 3)));
		}
		return breakers;
	}

	private static CircuitBreakerConfig config(HandClock clock, int permitted) {
		return CircuitBreakerConfig.builder()
			.slidingWindowSize(10)
			.permittedNumberOfCallsInHalfOpenState(permitted)
			.waitDurationInOpenState(Duration.ofMillis(500))
			.maxWaitDurationInHalfOpenState(Duration.ofSeconds(2))
			.ignoreExceptions(IllegalArgumentException.class)
			.nanoClock(clock)
			.build();
	}

	/** Whether it is recorded. */
	private static boolean giveBack(Permit permit, Random random) {
		switch (random.nextInt(5)) {
			case 0 -> permit.success(null, 0);
			case 1 -> permit.failure(new IllegalStateException(), 0);
			case 2 -> {
				permit.failure(new IllegalArgumentException(), 0);
				return false;
			}
			default -> {
				permit.release();
				return false;
			}
		}
		return true;
	}

	/**
	 * So many places; one that was recorded is free again.
	 */
	private static final class Gate implements ProbeGate {

		private final AtomicInteger places;

		private final AtomicInteger free;

		private final AtomicInteger recorded = new AtomicInteger();

		/** How often a place came back that was not out. */
		private final AtomicInteger broken = new AtomicInteger();

		private volatile boolean shared = true;

		Gate(int places) {
			this.places = new AtomicInteger(places);
			this.free = new AtomicInteger(places);
		}

		/** Makes up for those that were out when a round ended. */
		void giveMore() {
			this.places.incrementAndGet();
			this.free.incrementAndGet();
		}

		@Override
		public boolean isShared() {
			return this.shared;
		}

		@Override
		public boolean hasPlace() {
			return this.free.get() > 0;
		}

		@Override
		public boolean tryTake() {
			return this.free.getAndUpdate((left) -> Math.max(0, left - 1)) > 0;
		}

		@Override
		public void giveBack() {
			if (this.free.incrementAndGet() > this.places.get()) {
				this.broken.incrementAndGet();
			}
		}

		@Override
		public void recorded(boolean failed, boolean slow) {
			this.recorded.incrementAndGet();
			giveBack();
		}

	}

}
