package dev.breaker;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Promise 8: hooks that throw, block or re-enter the breaker change nothing for anybody
 * else, in each state.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=HooksAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class HooksAttackTests {

	/**
	 * The random histories of the reference model, with listeners before and after the
	 * one that counts that throw whatever can be thrown.
	 */
	@Test
	void listenersThatThrowChangeNothing() {
		for (int seed = 0; seed < Crowd.scaled(100); seed++) {
			FuzzRun run = new FuzzRun(seed, new Throwing(seed), new Throwing(seed + 1));
			try {
				for (int i = 0; i < 100; i++) {
					run.step();
				}
			}
			catch (Throwable ex) {
				throw new AssertionError("Seed " + seed + "\n" + run.history(), ex);
			}
		}
	}

	static Stream<Arguments> throwablesAndStates() {
		return Throwing.throwables()
			.flatMap((thrown) -> Stream.of(State.CLOSED, State.HALF_OPEN, State.METRICS_ONLY, State.DISABLED)
				.map((state) -> Arguments.of(thrown, state)));
	}

	@ParameterizedTest
	@MethodSource("throwablesAndStates")
	void rulesThatThrowMakeAFailureAndNothingElse(Throwable hostile, State state) {
		Predicate<@Nullable Object> rule = (tested) -> {
			throw Throwing.<RuntimeException>sneaky(hostile);
		};
		CircuitBreaker breaker = CircuitBreaker.of("rules",
				CircuitBreakerConfig.builder()
					.initialState(state)
					.failureRateThreshold(100)
					.permittedNumberOfCallsInHalfOpenState(2)
					.recordResult(rule)
					.ignoreException(rule)
					.recordException(rule)
					.build());
		IOException thrown = new IOException();
		assertThat(breaker.<String, RuntimeException>call(() -> "good")).isEqualTo("good");
		assertThatThrownBy(() -> breaker.run(() -> {
			throw thrown;
		})).isSameAs(thrown);
		Snapshot snapshot = breaker.snapshot();
		assertThat(snapshot.failedCallsTotal()).isEqualTo((state == State.DISABLED) ? 0 : 2);
		assertThat(snapshot.state()).isEqualTo((state == State.HALF_OPEN) ? State.OPEN : state);
	}

	@ParameterizedTest
	@MethodSource("throwablesAndStates")
	void clocksThatThrowStopTimeAndNothingElse(Throwable hostile, State state) {
		LongSupplier nanoClock = () -> {
			throw Throwing.<RuntimeException>sneaky(hostile);
		};
		CircuitBreaker breaker = CircuitBreaker.of("clocks",
				config().initialState(state).nanoClock(nanoClock).clock(new HookedClock(() -> {
					throw Throwing.<RuntimeException>sneaky(hostile);
				})).build());
		assertThat(breaker.<String, RuntimeException>call(() -> "good")).isEqualTo("good");
		breaker.forceOpen(Duration.ofSeconds(1));
		assertThatThrownBy(() -> breaker.call(() -> "good")).isInstanceOf(CallNotPermittedException.class);
		breaker.close();
		assertThat(breaker.snapshot().state()).isEqualTo(State.CLOSED);
	}

	/** Every hook, in every state. */
	static Stream<Arguments> hooksAndStates() {
		return Stream.of(Hook.values())
			.flatMap((hook) -> Stream.of(State.values()).map((state) -> Arguments.of(hook, state)));
	}

	@ParameterizedTest
	@MethodSource("hooksAndStates")
	void aHookThatBlocksHoldsUpNobodyElse(Hook hook, State state) {
		CountDownLatch gate = new CountDownLatch(1);
		Thread[] victim = new Thread[1];
		Hooked hooked = new Hooked(hook, state, (breaker) -> {
			if (Thread.currentThread() == victim[0]) {
				awaitGate(gate);
			}
		});
		Thread others = thread("others", () -> tour(hooked.breaker));
		victim[0] = thread("victim", () -> tour(hooked.breaker));
		victim[0].start();
		await().until(
				() -> victim[0].getState() == Thread.State.WAITING || victim[0].getState() == Thread.State.TERMINATED);
		others.start();
		Crowd.join(others);
		gate.countDown();
		Crowd.join(victim[0]);
		hooked.assertToldInOrder();
	}

	@ParameterizedTest
	@MethodSource("hooksAndStates")
	void aHookMayUseTheBreakerItself(Hook hook, State state) {
		AtomicInteger left = new AtomicInteger(20);
		Hooked hooked = new Hooked(hook, state, (breaker) -> {
			if (left.getAndDecrement() > 0) {
				tour(breaker);
			}
		});
		Thread[] threads = { thread("one", () -> tour(hooked.breaker)), thread("two", () -> tour(hooked.breaker)) };
		Stream.of(threads).forEach(Thread::start);
		Stream.of(threads).forEach(Crowd::join);
		hooked.assertToldInOrder();
	}

	/** A listener that is added or removed by another one while news is told. */
	@ParameterizedTest
	@EnumSource(State.class)
	void listenersMayComeAndGoWhileNewsIsTold(State state) {
		Hooked hooked = new Hooked(Hook.ON_STATE_CHANGE, state, (breaker) -> {
			CircuitBreakerListener guest = new Throwing(1);
			breaker.addListener(guest);
			breaker.removeListener(guest);
		});
		Crowd.run(8, (number) -> tour(hooked.breaker));
		hooked.assertToldInOrder();
	}

	private static Thread thread(String name, Runnable work) {
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		return thread;
	}

	private static void awaitGate(CountDownLatch gate) {
		try {
			gate.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Something of everything, so that each hook is met. */
	private static void tour(CircuitBreaker breaker) {
		use(breaker, new IllegalStateException());
		use(breaker, null);
		use(breaker, new IllegalArgumentException());
		breaker.state();
		breaker.snapshot();
		breaker.halfOpen();
		use(breaker, new IOException());
		breaker.forceOpen();
		use(breaker, null);
		breaker.reconfigure(breaker.config());
		breaker.reset();
		use(breaker, null);
	}

	private static void use(CircuitBreaker breaker, @Nullable Exception thrown) {
		try {
			breaker.run(() -> {
				if (thrown != null) {
					throw thrown;
				}
			});
		}
		catch (Exception ex) {
			assertThat(ex).satisfiesAnyOf((e) -> assertThat(e).isSameAs(thrown),
					(e) -> assertThat(e).isInstanceOf(CallNotPermittedException.class));
		}
	}

	private static CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder()
			.slidingWindowSize(5)
			.consecutiveFailureThreshold(3)
			.permittedNumberOfCallsInHalfOpenState(2)
			.waitDurationInOpenState(Duration.ofHours(1));
	}

	enum Hook {

		ON_STATE_CHANGE, ON_SUCCESS, ON_FAILURE, ON_IGNORED, ON_NOT_PERMITTED, ON_RESET, RECORD_RESULT,
		RECORD_EXCEPTION, IGNORE_EXCEPTION, NANO_CLOCK, CLOCK

	}

	/**
	 * What a hook does.
	 */
	interface Act {

		void on(CircuitBreaker breaker);

	}

	/**
	 * A breaker with one hook that does something, and a record of the changes told.
	 */
	private static final class Hooked implements CircuitBreakerListener {

		private final Hook hook;

		private final Act act;

		private final Queue<StateChange> changes = new ConcurrentLinkedQueue<>();

		private final State first;

		private final CircuitBreaker breaker;

		private volatile boolean made;

		Hooked(Hook hook, State state, Act act) {
			this.hook = hook;
			this.act = act;
			this.first = state;
			this.breaker = CircuitBreaker.of("hooked",
					config().initialState(state)
						.ignoreExceptions(IllegalArgumentException.class)
						.recordResult((result) -> tested(Hook.RECORD_RESULT))
						.recordException((thrown) -> !tested(Hook.RECORD_EXCEPTION))
						.ignoreException((thrown) -> tested(Hook.IGNORE_EXCEPTION))
						.nanoClock(() -> {
							tested(Hook.NANO_CLOCK);
							return System.nanoTime();
						})
						.clock(new HookedClock(() -> tested(Hook.CLOCK)))
						.build());
			this.breaker.addListener(this);
			this.made = true;
		}

		private boolean tested(Hook called) {
			if (this.made && called == this.hook) {
				this.act.on(this.breaker);
			}
			return false;
		}

		void assertToldInOrder() {
			State state = this.first;
			for (StateChange change : this.changes) {
				assertThat(change.from()).as("%s", this.changes).isEqualTo(state);
				state = change.to();
			}
			assertThat(this.breaker.state()).isEqualTo(state);
		}

		@Override
		public void onStateChange(CircuitBreaker changed, StateChange change) {
			this.changes.add(change);
			tested(Hook.ON_STATE_CHANGE);
		}

		@Override
		public void onSuccess(CircuitBreaker called, long elapsedNanos) {
			tested(Hook.ON_SUCCESS);
		}

		@Override
		public void onFailure(CircuitBreaker called, @Nullable Throwable thrown, long elapsedNanos) {
			tested(Hook.ON_FAILURE);
		}

		@Override
		public void onIgnored(CircuitBreaker called, Throwable thrown, long elapsedNanos) {
			tested(Hook.ON_IGNORED);
		}

		@Override
		public void onNotPermitted(CircuitBreaker called) {
			tested(Hook.ON_NOT_PERMITTED);
		}

		@Override
		public void onReset(CircuitBreaker called) {
			tested(Hook.ON_RESET);
		}

	}

	/**
	 * A wall clock with a hook.
	 */
	private static final class HookedClock extends Clock {

		private final Runnable hook;

		HookedClock(Runnable hook) {
			this.hook = hook;
		}

		@Override
		public Instant instant() {
			this.hook.run();
			return Instant.EPOCH;
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			return this;
		}

	}

}
