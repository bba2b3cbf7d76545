package dev.breaker.fleet;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Permit;
import dev.breaker.State;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What guarded calls have to do with the fleet: nothing that waits, and nothing that is
 * made for it.
 */
class FleetCallPathTests {

	private static final int CALLS = 20_000;

	private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

	private final ModelStore store = new ModelStore(1_700_000_000_000L);

	private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

	private final CircuitBreaker breaker = CircuitBreaker.of("payments", config());

	private final FleetNode node = new FleetNode(
			new FleetSettings(new NodeId("a", "1"), Quorum.DEFAULT, Duration.ofSeconds(1), Duration.ofMinutes(4)),
			new RecordingTransport(), this.executor);

	private static CircuitBreakerConfig config() {
		return CircuitBreakerConfig.builder()
			.consecutiveFailureThreshold(3)
			.permittedNumberOfCallsInHalfOpenState(5)
			.build();
	}

	@AfterEach
	void end() {
		this.node.close();
		this.executor.shutdownNow();
	}

	@Test
	void noCallTalksToTheStore() {
		join();
		for (int i = 0; i < 3; i++) {
			TestNode.end(this.breaker.acquire(), false);
		}
		Awaitility.await().until(() -> this.node.record("payments").isPresent());
		halfOpen();
		for (int i = 0; i < 1_000; i++) {
			Permit permit = this.breaker.tryAcquire();
			if (permit != null) {
				TestNode.end(permit, true);
			}
			this.breaker.permits();
		}
		assertThat(this.threads).isNotEmpty().doesNotContain(Thread.currentThread());
	}

	@Test
	void callsGoOnWhileTheExecutorIsBusy() throws Exception {
		join();
		CountDownLatch busy = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.executor.execute(() -> {
			busy.countDown();
			awaitUninterruptibly(end);
		});
		busy.await();
		for (int i = 0; i < 1_000; i++) {
			assertThat(this.breaker.<String, RuntimeException>call(() -> "good")).isEqualTo("good");
		}
		for (int i = 0; i < 3; i++) {
			TestNode.end(this.breaker.acquire(), false);
		}
		assertThat(this.breaker.state()).isEqualTo(State.OPEN);
		assertThat(this.breaker.tryAcquire()).isNull();
		end.countDown();
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void aClosedCallAllocatesNothingForTheFleet() {
		join();
		CircuitBreaker plain = CircuitBreaker.of("plain", config());
		long alone = least(() -> call(plain));
		long shared = least(() -> call(this.breaker));
		assertThat(shared).isLessThanOrEqualTo(alone + CALLS / 10);
	}

	private static void call(CircuitBreaker breaker) {
		breaker.<String, RuntimeException>call(() -> "good");
	}

	@Test
	void aRefusedProbeAllocatesNothingForTheFleet() {
		join();
		halfOpen();
		takeAll(this.breaker);
		CircuitBreaker plain = CircuitBreaker.of("plain", config());
		plain.halfOpen();
		takeAll(plain);
		long alone = least(plain::tryAcquire);
		long shared = least(this.breaker::tryAcquire);
		assertThat(shared).isLessThanOrEqualTo(alone + CALLS / 10);
	}

	/** All places are taken by calls that do not end. */
	private static void takeAll(CircuitBreaker breaker) {
		AtomicInteger taken = new AtomicInteger();
		Awaitility.await().until(() -> ((breaker.tryAcquire() != null) ? taken.incrementAndGet() : taken.get()) == 5);
	}

	/** The fewest bytes that so many calls took, in some attempts. */
	private static long least(Runnable call) {
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		long least = Long.MAX_VALUE;
		for (int attempt = 0; attempt < 10; attempt++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			for (int i = 0; i < CALLS; i++) {
				call.run();
			}
			least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
		}
		return least;
	}

	private void join() {
		this.node.share(this.breaker);
		assertThat(this.node.join(Duration.ofSeconds(30))).isTrue();
	}

	private void halfOpen() {
		this.store.exchange(new Exchange(new NodeId("b", "1"), null, 0, Duration.ofMinutes(4), Quorum.DEFAULT, null,
				List.of(new Action.Order("payments", new Action.FleetCommand("HALF_OPEN", -1, null, null), 0))));
		Awaitility.await().until(() -> this.breaker.state() == State.HALF_OPEN);
	}

	/**
	 * The store is a method call away.
	 */
	private final class RecordingTransport implements FleetTransport {

		@Override
		public CompletionStage<Reply> exchange(Exchange exchange) {
			FleetCallPathTests.this.threads.add(Thread.currentThread());
			return CompletableFuture.completedFuture(FleetCallPathTests.this.store.exchange(exchange));
		}

		@Override
		public CompletionStage<FleetView> view() {
			return CompletableFuture.completedFuture(FleetCallPathTests.this.store.view());
		}

		@Override
		public void listen(Consumer<News> consumer) {
			FleetCallPathTests.this.store.listen(consumer);
		}

		@Override
		public void close() {
		}

	}

}
