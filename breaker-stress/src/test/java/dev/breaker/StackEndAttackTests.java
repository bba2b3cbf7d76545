package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 11, at its worst: the stack ends inside the breaker's own code, at any of its
 * instructions. The call is lost then, but no lock stays held, and the breaker finds back
 * by itself.
 */
class StackEndAttackTests {

	private static final int ROUNDS = 15;

	private static final List<String> KEYS = List.of("a", "b", "c", "d", "e", "f", "g");

	// Made beforehand: to link a lambda takes more stack than to call it.
	private static final ThrowingRunnable<RuntimeException> FINE = () -> {
	};

	private static final ThrowingRunnable<RuntimeException> FAILING = () -> {
		throw new IllegalStateException();
	};

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void noLockStaysHeldAndTheBreakerGoesOn(SlidingWindowType type) {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			HandClock clock = new HandClock();
			CircuitBreaker breaker = CircuitBreaker.of("deep",
					CircuitBreakerConfig.builder()
						.slidingWindowType(type)
						.slidingWindowSize(4)
						.minimumNumberOfCalls(4)
						.permittedNumberOfCallsInHalfOpenState(2)
						.maxWaitDurationInHalfOpenState(Duration.ofSeconds(1))
						.waitDurationInOpenState(Duration.ofSeconds(1))
						.nanoClock(clock)
						.build());
			StackEndRun.run(round, (call) -> use(breaker, clock, call));
			assertGoesOn(breaker, clock);
		}
	}

	/** A member of a group is under way no more, and no lock of the group stays held. */
	@Test
	void aGroupHasRoomAgain() {
		for (int round = 0; round < Crowd.scaled(ROUNDS / 4); round++) {
			HandClock clock = new HandClock();
			CircuitBreakerConfig config = CircuitBreakerConfig.builder()
				.maxWaitDurationInHalfOpenState(Duration.ofSeconds(1))
				.waitDurationInOpenState(Duration.ofSeconds(1))
				.nanoClock(clock)
				.build();
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
			CircuitBreakerGroup group = registry.group("deep", config, 1);
			CircuitBreaker breaker = group.get("a");
			StackEndRun.run(round, (call) -> use(breaker, clock, call));
			clock.advance(Duration.ofSeconds(2));
			AtomicReference<@Nullable String> seen = new AtomicReference<>();
			Thread looker = new Thread(() -> seen.set(group.get("fresh").name()), "looker");
			looker.setDaemon(true);
			looker.start();
			Crowd.join(looker);
			assertThat(seen).hasValue("deep:fresh");
			assertThat(registry.remove("deep:fresh")).isTrue();
		}
	}

	/**
	 * Where keys come and go, the registry has the breakers of the group and no others,
	 * each under the name of its key, and each of them tells each listener once.
	 */
	@Test
	void aGroupAndItsRegistryStayOfOneMind() {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			CircuitBreakerConfig config = CircuitBreakerConfig.ofDefaults();
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
			Heard first = new Heard();
			Heard second = new Heard();
			registry.addListener(first);
			registry.addListener(second);
			CircuitBreakerGroup group = registry.group("deep", config, 3);
			StackEndRun.run(round, (one) -> ask(registry, group, one));
			for (String key : KEYS) {
				group.get(key).run(FINE);
				assertThat(group.find(key)).get().extracting(CircuitBreaker::name).isEqualTo("deep:" + key);
			}
			assertThat(registry.all()).extracting(CircuitBreaker::name)
				.filteredOn((name) -> name.startsWith("deep:"))
				.containsExactlyInAnyOrderElementsOf(group.all().stream().map(CircuitBreaker::name).toList());
			first.changes.clear();
			second.changes.clear();
			registry.all().forEach(CircuitBreaker::open);
			assertThat(first.changes)
				.containsExactlyInAnyOrderElementsOf(registry.all().stream().map(CircuitBreaker::name).toList());
			assertThat(second.changes).containsExactlyElementsOf(first.changes);
		}
	}

	private static void assertGoesOn(CircuitBreaker breaker, HandClock clock) {
		AtomicReference<@Nullable Snapshot> seen = new AtomicReference<>();
		Thread looker = new Thread(() -> {
			for (int i = 0; i < 4; i++) {
				Permit permit = breaker.tryAcquire();
				if (permit != null) {
					permit.release();
					seen.set(breaker.snapshot());
					return;
				}
				clock.advance(Duration.ofSeconds(1));
			}
		}, "looker");
		looker.setDaemon(true);
		looker.start();
		Crowd.join(looker);
		assertThat(seen.get()).as("admits again: %s", breaker).isNotNull();
		assertThat(seen.get().failedCalls()).isBetween(0, seen.get().bufferedCalls());
	}

	private static void use(CircuitBreaker breaker, HandClock clock, int call) {
		if (call % 7 == 0) {
			clock.advance(500_000_000);
		}
		if (call % 3 == 0) {
			breaker.run(FAILING);
		}
		else if (call % 11 == 0) {
			breaker.snapshot();
		}
		else if (call % 97 == 0) {
			breaker.forceOpen(Duration.ofSeconds(1));
		}
		else {
			breaker.run(FINE);
		}
	}

	private static void ask(CircuitBreakerRegistry registry, CircuitBreakerGroup group, int one) {
		String key = KEYS.get(one % KEYS.size());
		if (one % 5 == 0) {
			registry.get(key);
		}
		else if (one % 13 == 0) {
			registry.remove(key);
		}
		else {
			group.get(key);
		}
	}

	/**
	 * Hears which breakers have opened.
	 */
	private static final class Heard implements CircuitBreakerListener {

		private final List<String> changes = new ArrayList<>();

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			this.changes.add(breaker.name());
		}

	}

}
