package dev.breaker;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When listeners run, and what they take from the calls.
 */
@Timeout(60)
class NewsTests {

	private static final Duration WAIT = Duration.ofSeconds(10);

	private final TestBreaker test = TestBreaker
		.with((config) -> config.consecutiveFailureThreshold(2).waitDurationInOpenState(WAIT));

	private final CircuitBreaker breaker = this.test.breaker;

	@Test
	void aCommandIsInForceBeforeAListenerHearsOfAnything() {
		List<State> seen = new ArrayList<>();
		onChange((change) -> {
			seen.add(this.breaker.state());
			this.test.advance(Duration.ofMillis(400));
			assertThat(change.to() == State.HALF_OPEN && this.test.admits()).isFalse();
		});
		this.test.fail(2);
		this.test.advance(WAIT);
		seen.clear();
		this.breaker.forceOpen(Duration.ofSeconds(1));
		assertThat(seen).containsExactly(State.FORCED_OPEN, State.FORCED_OPEN);
	}

	@Test
	void aHoldBeginsWhenItTakesEffect() {
		this.test.fail(2);
		this.test.advance(WAIT);
		onChange((change) -> this.test.advance(Duration.ofMillis(400)));
		this.breaker.forceOpen(Duration.ofSeconds(1));
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(Duration.ofMillis(200));
	}

	@Test
	void aProbeHasItsTimeHoweverLongAListenerTakes() {
		this.test.fail(2);
		this.test.advance(WAIT);
		onChange((change) -> {
			if (change.to() == State.HALF_OPEN) {
				this.test.advance(Duration.ofMinutes(2));
			}
		});
		this.test.succeed();
		assertThat(this.test.state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aSnapshotIsOfTheMomentAfterTheListeners() {
		this.test.fail(2);
		this.test.advance(WAIT);
		onChange((change) -> {
			if (change.to() == State.HALF_OPEN) {
				this.breaker.forceOpen(Duration.ofSeconds(5));
				this.test.advance(Duration.ofSeconds(2));
			}
		});
		Snapshot snapshot = this.test.snapshot();
		assertThat(snapshot.state()).isEqualTo(State.FORCED_OPEN);
		assertThat(snapshot.retryAfter()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void theStateIsOfTheMomentAfterTheListeners() {
		this.test.fail(2);
		this.test.advance(WAIT);
		onChange((change) -> {
			if (change.to() == State.HALF_OPEN) {
				this.breaker.open();
			}
		});
		assertThat(this.test.state()).isEqualTo(State.OPEN);
	}

	@Test
	void aCommandThatChangesNothingIsNoNews() {
		this.breaker.open();
		News present = this.breaker.period().news();
		this.breaker.open();
		assertThat(this.breaker.period().news()).isSameAs(present);
	}

	@Test
	void theFailureThatOpensIsToldBeforeTheChange() {
		this.test.fail(2);
		assertThat(this.test.heard.news()).endsWith("failure IllegalStateException",
				"CLOSED -> OPEN, CONSECUTIVE_FAILURES");
		this.test.advance(WAIT);
		this.test.fail();
		assertThat(this.test.heard.news()).endsWith("failure IllegalStateException",
				"HALF_OPEN -> OPEN, PROBES_FAILED");
	}

	@Test
	void theFailureIsToldFirstAlsoWhereAnotherThreadOpens() throws InterruptedException {
		CountDownLatch told = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicInteger failures = new AtomicInteger();
		List<String> news = new ArrayList<>();
		this.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				if (failures.incrementAndGet() == 2) {
					told.countDown();
					awaitQuietly(goOn);
				}
				news.add("failure");
			}

			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				news.add(change.to().name());
			}
		});
		this.test.fail();
		Thread failing = new Thread(this.test::fail);
		failing.start();
		told.await();
		assertThat(this.test.state()).isEqualTo(State.OPEN);
		this.breaker.forceOpen();
		assertThat(news).containsExactly("failure");
		goOn.countDown();
		failing.join();
		assertThat(news).containsExactly("failure", "failure", "OPEN", "FORCED_OPEN");
	}

	@Test
	void aThreadIsNotKeptForTheNewsOfOthers() throws InterruptedException {
		AtomicBoolean over = new AtomicBoolean();
		AtomicInteger told = new AtomicInteger();
		CountDownLatch running = new CountDownLatch(20);
		onChange((change) -> {
			told.incrementAndGet();
			running.countDown();
			awaitQuietly(new CountDownLatch(1), 5);
		});
		AtomicInteger made = new AtomicInteger();
		Thread other = new Thread(() -> {
			while (!over.get()) {
				this.breaker.forceOpen();
				this.breaker.close();
				made.addAndGet(2);
			}
		});
		other.start();
		running.await();
		// It would not return before the other thread ends, which waits for it.
		this.breaker.disable();
		over.set(true);
		other.join();
		this.breaker.state();
		await().untilAsserted(() -> assertThat(told.get()).isGreaterThanOrEqualTo(made.get()));
	}

	@Test
	void everythingIsToldOnceInOrderByManyThreads() throws InterruptedException {
		ConcurrentLinkedQueue<StateChange> heard = new ConcurrentLinkedQueue<>();
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger overlaps = new AtomicInteger();
		onChange((change) -> {
			overlaps.addAndGet(inside.getAndIncrement());
			heard.add(change);
			Thread.yield();
			inside.decrementAndGet();
		});
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			boolean odd = i % 2 == 1;
			threads.add(new Thread(() -> {
				for (int j = 0; j < 500; j++) {
					if (odd) {
						this.breaker.disable();
					}
					else {
						this.breaker.metricsOnly();
					}
				}
			}));
		}
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		assertThat(overlaps).hasValue(0);
		StateChange last = this.breaker.snapshot().lastChange();
		await().untilAsserted(() -> assertThat(heard).last().isEqualTo(last));
		State present = State.CLOSED;
		for (StateChange change : heard) {
			assertThat(change.from()).isEqualTo(present);
			present = change.to();
		}
	}

	@Test
	void aListenerThatBlocksOnTheNewsOfOthersKeepsOneThreadOnly() throws InterruptedException {
		CountDownLatch block = new CountDownLatch(1);
		CountDownLatch first = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CountDownLatch blocked = new CountDownLatch(1);
		AtomicInteger told = new AtomicInteger();
		onChange((change) -> {
			int number = told.incrementAndGet();
			if (number == 1) {
				first.countDown();
				awaitQuietly(goOn);
			}
			if (number == 2) {
				blocked.countDown();
				awaitQuietly(block);
			}
		});
		Thread victim = new Thread(this.breaker::forceOpen);
		victim.start();
		first.await();
		this.breaker.close();
		goOn.countDown();
		blocked.await();
		// The thread of the first news is kept by the second.
		for (int i = 0; i < 50; i++) {
			this.breaker.forceOpen();
			this.breaker.close();
		}
		assertThat(told).hasValue(2);
		block.countDown();
		victim.join();
		assertThat(told).hasValue(102);
	}

	@Test
	void noThrowableIsKept() {
		WeakReference<Throwable> kept = failAndForget();
		await().untilAsserted(() -> {
			System.gc();
			assertThat(kept.get()).isNull();
		});
		assertThat(this.breaker.state()).isEqualTo(State.CLOSED);
		this.test.fail();
	}

	@Test
	void noThreadIsKept() throws InterruptedException {
		WeakReference<Thread> kept = openOnAThread();
		await().untilAsserted(() -> {
			System.gc();
			assertThat(kept.get()).isNull();
		});
		assertThat(this.breaker.state()).isEqualTo(State.OPEN);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aThreadWithNewerNewsGoesOnInThePlaceOfTheTeller(boolean anotherLooks) {
		await().pollDelay(Duration.ZERO).until(() -> {
			try (Blocked blocked = new Blocked()) {
				if (anotherLooks) {
					// It has no news, and so does not wait.
					blocked.breaker.reconfigure(blocked.breaker.config());
				}
				Thread next = blocked.bringNews();
				blocked.goOn();
				next.join();
				blocked.teller.join();
				assertThat(blocked.told).containsExactly(State.FORCED_OPEN, State.CLOSED, State.DISABLED);
				// Unless this machine kept it waiting for longer than it has patience.
				return blocked.tellers.equals(List.of(blocked.teller, blocked.teller, next));
			}
		});
	}

	@Test
	void anInterruptEndsTheWaitAndIsKept() throws InterruptedException {
		try (Blocked blocked = new Blocked()) {
			Thread next = blocked.bringNews();
			next.interrupt();
			next.join();
			assertThat(blocked.told).containsExactly(State.FORCED_OPEN, State.CLOSED);
			blocked.goOn();
			blocked.teller.join();
			assertThat(blocked.told).containsExactly(State.FORCED_OPEN, State.CLOSED, State.DISABLED);
			assertThat(blocked.tellers).containsOnly(blocked.teller);
			assertThat(blocked.interrupted).isTrue();
		}
	}

	@Test
	void aTellerOfItsOwnNewsIsNotRelieved() throws InterruptedException {
		CountDownLatch telling = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		List<Thread> tellers = new ArrayList<>();
		onChange((change) -> {
			tellers.add(Thread.currentThread());
			telling.countDown();
			awaitQuietly(goOn);
		});
		Thread teller = new Thread(this.breaker::forceOpen);
		teller.start();
		telling.await();
		Thread other = new Thread(this.breaker::disable);
		other.start();
		awaitWaiting(other);
		goOn.countDown();
		other.join();
		teller.join();
		assertThat(tellers).containsExactly(teller, teller);
	}

	@Test
	void whatAListenerDoesIsToldAfterTheNewsOfOthers() throws InterruptedException {
		CountDownLatch telling = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		List<String> told = new ArrayList<>();
		onChange((change) -> {
			told.add("begin " + change.to());
			if (change.to() == State.FORCED_OPEN) {
				telling.countDown();
				awaitQuietly(goOn);
			}
			if (change.to() == State.CLOSED) {
				this.breaker.disable();
			}
			told.add("end " + change.to());
		});
		Thread teller = new Thread(this.breaker::forceOpen);
		teller.start();
		telling.await();
		this.breaker.close();
		goOn.countDown();
		teller.join();
		assertThat(told).containsExactly("begin FORCED_OPEN", "end FORCED_OPEN", "begin CLOSED", "end CLOSED",
				"begin DISABLED", "end DISABLED");
	}

	@Test
	void aLookInsideAListenerReadsTheClockOnce() {
		List<Long> reads = new ArrayList<>();
		onChange((change) -> {
			if (change.to() == State.OPEN) {
				this.test.advance(WAIT);
				reads.add(readsOfALook());
			}
		});
		this.test.fail(2);
		assertThat(reads).containsExactly(1L);
	}

	@Test
	void aLookWhileAnotherThreadTellsReadsTheClockOnce() throws InterruptedException {
		CountDownLatch telling = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		onChange((change) -> {
			telling.countDown();
			awaitQuietly(goOn);
		});
		Thread teller = new Thread(() -> this.test.fail(2));
		teller.start();
		telling.await();
		this.test.advance(WAIT);
		assertThat(readsOfALook()).isEqualTo(1);
		goOn.countDown();
		teller.join();
		assertThat(this.test.heard.changes()).extracting(StateChange::to).containsExactly(State.OPEN, State.HALF_OPEN);
	}

	@Test
	void aLookBeforeTheDecidingCallIsToldReadsTheClockOnce() {
		List<Long> reads = new ArrayList<>();
		this.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onFailure(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
				if (breaker.period().state == State.OPEN) {
					NewsTests.this.test.advance(WAIT);
					reads.add(readsOfALook());
				}
			}
		});
		this.test.fail(2);
		assertThat(reads).containsExactly(1L);
		assertThat(this.test.heard.changes()).extracting(StateChange::to).containsExactly(State.OPEN, State.HALF_OPEN);
	}

	private long readsOfALook() {
		long before = this.test.clock.reads();
		assertThat(this.breaker.state()).isEqualTo(State.HALF_OPEN);
		return this.test.clock.reads() - before;
	}

	/** Until it waits for a teller, or needs not wait. */
	private static void awaitWaiting(Thread thread) {
		await().pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.until(() -> LockSupport.getBlocker(thread) instanceof StateChangeDispatcher || !thread.isAlive());
	}

	/**
	 * A breaker whose listener keeps a teller at the news of another thread.
	 */
	private static final class Blocked implements AutoCloseable {

		private final CircuitBreaker breaker = TestBreaker.simple().breaker;

		private final List<State> told = new CopyOnWriteArrayList<>();

		private final List<Thread> tellers = new CopyOnWriteArrayList<>();

		private final CountDownLatch goOn = new CountDownLatch(1);

		private final Thread teller = new Thread(this.breaker::forceOpen);

		private volatile boolean interrupted;

		Blocked() throws InterruptedException {
			CountDownLatch first = new CountDownLatch(1);
			CountDownLatch left = new CountDownLatch(1);
			CountDownLatch second = new CountDownLatch(1);
			this.breaker.addListener(new CircuitBreakerListener() {
				@Override
				public void onStateChange(CircuitBreaker breaker, StateChange change) {
					Blocked.this.told.add(change.to());
					Blocked.this.tellers.add(Thread.currentThread());
					if (change.to() == State.FORCED_OPEN) {
						first.countDown();
						awaitQuietly(left);
					}
					if (change.to() == State.CLOSED) {
						second.countDown();
						awaitQuietly(Blocked.this.goOn);
					}
				}
			});
			this.teller.start();
			first.await();
			this.breaker.close();
			left.countDown();
			second.await();
		}

		/** On a thread of its own, which waits to relieve the teller. */
		Thread bringNews() {
			Thread thread = new Thread(() -> {
				this.breaker.disable();
				this.interrupted = Thread.currentThread().isInterrupted();
			});
			thread.start();
			awaitWaiting(thread);
			return thread;
		}

		void goOn() {
			this.goOn.countDown();
		}

		@Override
		public void close() {
			goOn();
		}

	}

	private WeakReference<Thread> openOnAThread() throws InterruptedException {
		Thread thread = new Thread(() -> this.test.fail(2));
		thread.start();
		thread.join();
		assertThat(this.breaker.state()).isEqualTo(State.OPEN);
		return new WeakReference<>(thread);
	}

	private WeakReference<Throwable> failAndForget() {
		CircuitBreaker quiet = this.breaker;
		RuntimeException thrown = new IllegalStateException("large");
		quiet.call(() -> {
			throw thrown;
		}, (ex) -> "fallback");
		this.test.heard.forget();
		return new WeakReference<>(thrown);
	}

	private void onChange(java.util.function.Consumer<StateChange> action) {
		this.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker breaker, StateChange change) {
				action.accept(change);
			}
		});
	}

	private static void awaitQuietly(CountDownLatch latch) {
		awaitQuietly(latch, 30_000);
	}

	private static void awaitQuietly(CountDownLatch latch, long millis) {
		try {
			latch.await(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
