package dev.breaker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A group under churn: 64 threads, 100,000 keys, random failures, listeners that wait for
 * other threads, commands on the group. There are never more breakers than its limit,
 * nothing gets stuck, nothing recorded is lost, every key in use has a breaker of its own
 * while one is free, no call slips past a command, and no key misses a config.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=KeyedGroupAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class KeyedGroupAttackTests {

	private static final int KEYS = 100_000;

	/** More than threads, so that a place is free whatever they do. */
	private static final int LIMIT = 100;

	private static final int ACTIONS = 1_500;

	private final CircuitBreakerConfig config = CircuitBreakerConfig.builder()
		.slidingWindowSize(10)
		.minimumNumberOfCalls(3)
		.permittedNumberOfCallsInHalfOpenState(2)
		.waitDurationInOpenState(Duration.ofMillis(1))
		.build();

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(this.config);

	private final CircuitBreakerGroup group = this.registry.group("attacked", this.config, LIMIT);

	private final Heard heard = new Heard();

	private final LongAdder madeSuccesses = new LongAdder();

	private final LongAdder madeFailures = new LongAdder();

	private final LongAdder refusals = new LongAdder();

	@Test
	void nothingRecordedIsLostWhateverComesAndGoes() {
		this.registry.addListener(this.heard);
		attack(true);
		assertThat(this.heard.successes.sum()).isEqualTo(this.madeSuccesses.sum()).isPositive();
		assertThat(this.heard.failures.sum()).isEqualTo(this.madeFailures.sum()).isPositive();
		assertThat(this.heard.refusals.sum()).isEqualTo(this.refusals.sum()).isPositive();
		this.group.apply(StateCommand.to(State.CLOSED));
		assertThat(this.group.all()).allMatch((breaker) -> breaker.state() == State.CLOSED);
		long overflowCalls = this.group.overflowCalls();
		for (int i = 0; i < LIMIT; i++) {
			this.group.get("after the attack " + i);
		}
		assertThat(this.group.overflowCalls()).as("all places are free again").isEqualTo(overflowCalls);
	}

	@Test
	void everyKeyInUseHasItsOwnWhileOneIsFree() {
		this.registry.addListener(this.heard);
		attack(false);
		assertThat(this.group.overflowCalls()).isZero();
		assertThat(this.heard.successes.sum()).isEqualTo(this.madeSuccesses.sum()).isPositive();
		assertThat(this.heard.failures.sum()).isEqualTo(this.madeFailures.sum()).isPositive();
	}

	@Test
	void listenersThatWaitForOtherThreadsBlockNoKey() {
		ExecutorService others = Executors.newCachedThreadPool();
		AtomicReference<@Nullable Throwable> stuck = new AtomicReference<>();
		Runnable waiting = () -> {
			if (Thread.currentThread().getName().startsWith("crowd-")) {
				try {
					others.submit(() -> {
						this.group.get("listener " + new Random().nextInt(KEYS)).state();
						this.registry.get("plain " + new Random().nextInt(10));
						return this.group.size();
					}).get(1, TimeUnit.MINUTES);
				}
				catch (Exception ex) {
					stuck.compareAndSet(null, ex);
				}
			}
		};
		this.registry.addListener(new CircuitBreakerListener() {

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				waiting.run();
			}

		});
		AtomicInteger changes = new AtomicInteger();
		this.registry.addRegistryListener(new CircuitBreakerRegistryListener() {

			@Override
			public void onAdded(CircuitBreaker breaker) {
				sometimes();
			}

			@Override
			public void onRemoved(CircuitBreaker breaker) {
				sometimes();
			}

			private void sometimes() {
				if (changes.incrementAndGet() % 50 == 0) {
					waiting.run();
				}
			}

		});
		attack(true);
		others.shutdownNow();
		assertThat(stuck.get()).isNull();
	}

	@Test
	void noCallSlipsPastACommand() {
		AtomicInteger epoch = new AtomicInteger();
		AtomicBoolean ended = new AtomicBoolean();
		Crowd.run(6, (number) -> {
			Random random = new Random(number);
			if (number == 0) {
				for (int i = 0; i < Crowd.scaled(60); i++) {
					this.group.apply(StateCommand.to(State.FORCED_OPEN));
					epoch.incrementAndGet();
					Thread.yield();
					epoch.incrementAndGet();
					this.group.apply(StateCommand.to(State.CLOSED));
				}
				ended.set(true);
				return;
			}
			CircuitBreaker kept = this.group.get("kept " + number);
			while (!ended.get()) {
				int before = epoch.get();
				CircuitBreaker breaker = random.nextInt(4) == 0 ? kept : this.group.get("key " + random.nextInt(KEYS));
				Permit permit = breaker.tryAcquire();
				if (permit != null) {
					permit.success(null, 0);
					if (before % 2 == 1 && epoch.get() == before) {
						throw new AssertionError("A call slipped past FORCED_OPEN on " + breaker);
					}
				}
			}
		});
	}

	@Test
	void noKeyMissesAConfig() {
		AtomicInteger given = new AtomicInteger(this.config.permittedNumberOfCallsInHalfOpenState());
		AtomicBoolean ended = new AtomicBoolean();
		Crowd.run(8, (number) -> {
			Random random = new Random(number);
			if (number == 0) {
				for (int i = 0; i < Crowd.scaled(200); i++) {
					int next = given.get() + 1;
					this.group.reconfigure(this.config.toBuilder().permittedNumberOfCallsInHalfOpenState(next).build());
					given.set(next);
					Thread.yield();
				}
				ended.set(true);
				return;
			}
			CircuitBreaker kept = this.group.get("kept " + number);
			while (!ended.get()) {
				int before = given.get();
				CircuitBreaker breaker = random.nextInt(4) == 0 ? kept : this.group.get("key " + random.nextInt(KEYS));
				Permit permit = breaker.tryAcquire();
				int seen = breaker.config().permittedNumberOfCallsInHalfOpenState();
				if (permit != null) {
					permit.success(null, 0);
				}
				if (seen < before) {
					throw new AssertionError(breaker + " has config " + seen + ", though " + before + " was given");
				}
			}
		});
		assertThat(this.registry.all()).extracting(CircuitBreaker::config).containsOnly(this.group.config());
	}

	@Test
	void ofManyConfigsAtATimeAllKeysEndUnderOne() {
		Deque<CircuitBreaker> everyone = new ConcurrentLinkedDeque<>();
		Crowd.run(16, (number) -> {
			Random random = new Random(number);
			for (int i = 0; i < Crowd.scaled(300); i++) {
				if (number < 4) {
					this.group.reconfigure(this.config.toBuilder()
						.permittedNumberOfCallsInHalfOpenState(number * 300 + i + 1)
						.build());
				}
				else {
					CircuitBreaker breaker = this.group.get("key " + random.nextInt(KEYS));
					breaker.acquire().release();
					everyone.add(breaker);
				}
			}
		});
		assertThat(everyone).as("those that were let go too")
			.extracting(CircuitBreaker::config)
			.containsOnly(this.group.config());
	}

	private void attack(boolean commanded) {
		AtomicBoolean ended = new AtomicBoolean();
		AtomicReference<@Nullable String> tooMany = new AtomicReference<>();
		Thread watch = new Thread(() -> {
			while (!ended.get()) {
				long there = this.registry.all()
					.stream()
					.filter((breaker) -> breaker.group() == this.group && this.group.overflow().orElse(null) != breaker)
					.count();
				int most = Math.max(this.group.size(), this.group.all().size());
				// The one that keys share may be made between the two looks.
				if (most > LIMIT || there > LIMIT + 1) {
					tooMany.compareAndSet(null, "There were " + most + " and " + there);
				}
				Thread.yield();
			}
		}, "watch");
		watch.start();
		try {
			Crowd.run(Crowd.SIZE, (number) -> {
				Attacker attacker = new Attacker(number, commanded);
				for (int i = 0; i < Crowd.scaled(ACTIONS); i++) {
					attacker.act();
				}
				attacker.end();
			});
		}
		finally {
			ended.set(true);
		}
		Crowd.join(watch);
		assertThat(tooMany.get()).isNull();
	}

	/**
	 * What one thread does. It has one call under way at most.
	 */
	private final class Attacker {

		private final Random random;

		private final boolean commands;

		private final Deque<CircuitBreaker> kept = new ArrayDeque<>();

		Attacker(int number, boolean commands) {
			this.random = new Random(number);
			this.commands = commands;
		}

		void act() {
			int action = this.random.nextInt(100);
			if (action < 60) {
				call(breaker());
			}
			else if (action < 85) {
				permit(breaker());
			}
			else if (action < 95) {
				stage(breaker());
			}
			else if (action < 98) {
				breaker().snapshot();
			}
			else if (this.commands) {
				command();
			}
		}

		void end() {
			if (this.commands) {
				KeyedGroupAttackTests.this.group.apply(StateCommand.to(State.CLOSED));
			}
		}

		/** Of a new key, of one that many use, or one whose reference was kept. */
		private CircuitBreaker breaker() {
			CircuitBreaker old = this.kept.peek();
			if (old != null && this.random.nextInt(4) == 0) {
				this.kept.add(this.kept.remove());
				return old;
			}
			CircuitBreaker breaker = KeyedGroupAttackTests.this.group
				.get(this.random.nextInt(3) == 0 ? "hot " + this.random.nextInt(20) : "" + this.random.nextInt(KEYS));
			this.kept.add(breaker);
			if (this.kept.size() > 20) {
				this.kept.remove();
			}
			return breaker;
		}

		private boolean fails() {
			return this.random.nextInt(3) == 0;
		}

		private void call(CircuitBreaker breaker) {
			boolean fails = fails();
			try {
				breaker.run(() -> {
					checkPresent(breaker);
					made(fails);
					if (fails) {
						throw new IllegalStateException();
					}
				});
			}
			catch (CallNotPermittedException ex) {
				KeyedGroupAttackTests.this.refusals.increment();
			}
			catch (IllegalStateException ex) {
				assertThat(fails).isTrue();
			}
		}

		private void permit(CircuitBreaker breaker) {
			Permit permit = breaker.tryAcquire();
			if (permit == null) {
				KeyedGroupAttackTests.this.refusals.increment();
				return;
			}
			Thread.yield();
			checkPresent(breaker);
			boolean fails = fails();
			made(fails);
			if (fails) {
				permit.failure(new IllegalStateException(), 0);
			}
			else {
				permit.success(null, 0);
			}
			permit.release();
		}

		private void stage(CircuitBreaker breaker) {
			CompletableFuture<@Nullable Object> source = new CompletableFuture<>();
			CompletableFuture<@Nullable Object> guarded = breaker.callAsync(() -> source).toCompletableFuture();
			if (guarded.isDone()) {
				KeyedGroupAttackTests.this.refusals.increment();
				return;
			}
			checkPresent(breaker);
			switch (this.random.nextInt(3)) {
				case 0 -> guarded.cancel(true);
				case 1 -> {
					made(false);
					source.complete(null);
				}
				default -> {
					made(true);
					source.completeExceptionally(new IllegalStateException());
				}
			}
		}

		/** A key whose call is under way has a breaker, where none is held. */
		private void checkPresent(CircuitBreaker breaker) {
			String key = breaker.name().substring("attacked:".length());
			if (!this.commands && KeyedGroupAttackTests.this.group.find(key).isEmpty()) {
				throw new AssertionError(key + " was let go while it is used");
			}
		}

		private void made(boolean fails) {
			LongAdder count = fails ? KeyedGroupAttackTests.this.madeFailures
					: KeyedGroupAttackTests.this.madeSuccesses;
			count.increment();
		}

		private void command() {
			StateCommand command = switch (this.random.nextInt(12)) {
				case 0 -> StateCommand.to(State.FORCED_OPEN).hold(Duration.ofNanos(this.random.nextInt(500_000)));
				case 1 -> StateCommand.to(State.OPEN).hold(Duration.ofNanos(this.random.nextInt(500_000)));
				case 2 -> StateCommand.to(State.HALF_OPEN);
				case 3 -> StateCommand.to(State.METRICS_ONLY);
				case 4 -> StateCommand.reset();
				default -> StateCommand.to(State.CLOSED);
			};
			if (this.random.nextInt(4) == 0) {
				KeyedGroupAttackTests.this.group.apply(command);
			}
			else {
				breaker().apply(command);
			}
		}

	}

	/**
	 * Counts what it hears.
	 */
	private static final class Heard implements CircuitBreakerListener {

		private final LongAdder successes = new LongAdder();

		private final LongAdder failures = new LongAdder();

		private final LongAdder refusals = new LongAdder();

		@Override
		public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
			this.successes.increment();
		}

		@Override
		public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
			this.failures.increment();
		}

		@Override
		public void onNotPermitted(CircuitBreaker breaker) {
			this.refusals.increment();
		}

	}

}
