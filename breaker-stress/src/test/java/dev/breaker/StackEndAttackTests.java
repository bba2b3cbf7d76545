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
			Deep deep = new Deep(breaker, clock, round);
			Thread thread = new Thread(null, deep, "deep", 256 * 1024L);
			thread.start();
			Crowd.join(thread);
			if (deep.unexpected.get() != null) {
				throw new AssertionError("Neither the call's own nor a stack overflow", deep.unexpected.get());
			}
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
			Deep deep = new Deep(group.get("a"), clock, round);
			Thread thread = new Thread(null, deep, "deep", 256 * 1024L);
			thread.start();
			Crowd.join(thread);
			if (deep.unexpected.get() != null) {
				throw new AssertionError("Neither the call's own nor a stack overflow", deep.unexpected.get());
			}
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
			ComingAndGoing deep = new ComingAndGoing(registry, registry.group("deep", config, 3), round);
			Thread thread = new Thread(null, deep, "deep", 256 * 1024L);
			thread.start();
			Crowd.join(thread);
			if (deep.unexpected.get() != null) {
				throw new AssertionError("Neither the call's own nor a stack overflow", deep.unexpected.get());
			}
			for (String key : ComingAndGoing.KEYS) {
				deep.group.get(key).run(FINE);
				assertThat(deep.group.find(key)).get().extracting(CircuitBreaker::name).isEqualTo("deep:" + key);
			}
			assertThat(registry.all()).extracting(CircuitBreaker::name)
				.filteredOn((name) -> name.startsWith("deep:"))
				.containsExactlyInAnyOrderElementsOf(deep.group.all().stream().map(CircuitBreaker::name).toList());
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

	/**
	 * Goes down until the stack ends, and uses the breaker at each level on the way back.
	 */
	private static final class Deep implements Runnable {

		private final CircuitBreaker breaker;

		private final HandClock clock;

		private final AtomicReference<@Nullable Throwable> unexpected = new AtomicReference<>();

		private int calls;

		Deep(CircuitBreaker breaker, HandClock clock, int round) {
			this.breaker = breaker;
			this.clock = clock;
			this.calls = round;
		}

		@Override
		public void run() {
			try {
				down();
			}
			catch (StackOverflowError ex) {
				// At its end
			}
			catch (Throwable ex) {
				this.unexpected.set(ex);
			}
		}

		private void down() {
			try {
				down();
			}
			finally {
				use();
			}
		}

		private void use() {
			int call = this.calls++;
			try {
				if (call % 7 == 0) {
					this.clock.advance(500_000_000);
				}
				if (call % 3 == 0) {
					this.breaker.run(FAILING);
				}
				else if (call % 11 == 0) {
					this.breaker.snapshot();
				}
				else if (call % 97 == 0) {
					this.breaker.forceOpen(Duration.ofSeconds(1));
				}
				else {
					this.breaker.run(FINE);
				}
			}
			catch (IllegalStateException | CallNotPermittedException | StackOverflowError ex) {
				// As it should be
			}
			catch (InternalError ex) {
				// A JVM that links a lambda anew, since an agent has redefined the class
				if (!(ex.getCause() instanceof StackOverflowError)) {
					throw ex;
				}
			}
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

	/**
	 * Goes down until the stack ends, and asks for a breaker at each level on the way
	 * back.
	 */
	private static final class ComingAndGoing implements Runnable {

		static final List<String> KEYS = List.of("a", "b", "c", "d", "e", "f", "g");

		private final CircuitBreakerRegistry registry;

		private final CircuitBreakerGroup group;

		private final AtomicReference<@Nullable Throwable> unexpected = new AtomicReference<>();

		private int asked;

		ComingAndGoing(CircuitBreakerRegistry registry, CircuitBreakerGroup group, int round) {
			this.registry = registry;
			this.group = group;
			this.asked = round;
		}

		@Override
		public void run() {
			try {
				down();
			}
			catch (StackOverflowError ex) {
				// At its end
			}
			catch (Throwable ex) {
				this.unexpected.set(ex);
			}
		}

		private void down() {
			try {
				down();
			}
			finally {
				ask();
			}
		}

		private void ask() {
			int one = this.asked++;
			String key = KEYS.get(one % KEYS.size());
			try {
				if (one % 5 == 0) {
					this.registry.get(key);
				}
				else if (one % 13 == 0) {
					this.registry.remove(key);
				}
				else {
					this.group.get(key);
				}
			}
			catch (StackOverflowError ex) {
				// As it should be
			}
			catch (InternalError ex) {
				// A JVM that links a lambda anew, since an agent has redefined the class
				if (!(ex.getCause() instanceof StackOverflowError)) {
					throw ex;
				}
			}
		}

	}

}
