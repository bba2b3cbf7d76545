package dev.breaker;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 10, the core's part: ten million calls and a thousand new configs leave the
 * heap as it was, and no thread.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=NoGrowthAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class NoGrowthAttackTests {

	private static final int THREADS = 4;

	private static final int CALLS = 10_000_000;

	private static final long MEGABYTE = 1 << 20;

	@Test
	void tenMillionCallsAndAThousandConfigsLeaveNothingBehind() {
		List<CircuitBreakerConfig> configs = List.of(config(SlidingWindowType.COUNT_BASED, 100),
				config(SlidingWindowType.COUNT_BASED, 100), config(SlidingWindowType.TIME_BASED, 10),
				config(SlidingWindowType.TIME_BASED, 60));
		CircuitBreaker breaker = CircuitBreaker.of("growth", configs.get(0));
		work(breaker, configs, CALLS / 10);
		int threads = ManagementFactory.getThreadMXBean().getThreadCount();
		long before = heapInUse();
		work(breaker, configs, Crowd.scaled(CALLS));
		assertThat(heapInUse()).as("heap in use; before: %s", before).isLessThan(before + 2 * MEGABYTE);
		assertThat(ManagementFactory.getThreadMXBean().getThreadCount()).isLessThanOrEqualTo(threads);
	}

	/** Ten thousand breakers that open, none of which owns a thread. */
	@Test
	void openBreakersOwnNoThread() {
		int threads = ManagementFactory.getThreadMXBean().getThreadCount();
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());
		for (int i = 0; i < 10_000; i++) {
			registry.get("breaker-" + i).open();
		}
		assertThat(ManagementFactory.getThreadMXBean().getThreadCount()).isLessThanOrEqualTo(threads);
	}

	/** What is over is not kept for the sake of what is still to be told of it. */
	@Test
	void aListenerThatBlocksDoesNotMakeTheBreakerGrow() throws InterruptedException {
		CircuitBreaker breaker = CircuitBreaker.of("blocked",
				CircuitBreakerConfig.builder().slidingWindowSize(1_000_000).build());
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicInteger told = new AtomicInteger();
		breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				if (told.getAndIncrement() == 0) {
					blocked.countDown();
					awaitQuietly(goOn);
				}
			}
		});
		Thread telling = new Thread(breaker::forceOpen);
		telling.start();
		blocked.await();
		long before = heapInUse();
		for (int i = 0; i < 1_000; i++) {
			breaker.close();
			breaker.forceOpen();
		}
		assertThat(heapInUse()).as("heap in use; before: %s", before).isLessThan(before + 2 * MEGABYTE);
		goOn.countDown();
		Crowd.join(telling);
		assertThat(told).hasValue(2_001);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void work(CircuitBreaker breaker, List<CircuitBreakerConfig> configs, int calls) {
		int each = calls / THREADS;
		CircuitBreakerListener listener = new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				// Heard, and forgotten
			}
		};
		Crowd.run(THREADS, (number) -> {
			for (int i = 0; i < each; i++) {
				Permit permit = breaker.tryAcquire();
				if (permit == null) {
					breaker.halfOpen();
				}
				else if (i % 100 < 3) {
					permit.failure(new Failure(), 0);
				}
				else {
					permit.success(null, 0);
				}
				if (i % (each / 250) == 0) {
					breaker.reconfigure(configs.get(i / (each / 250) % configs.size()));
					breaker.addListener(listener);
					breaker.open();
					breaker.state();
					breaker.removeListener(listener);
				}
			}
		});
	}

	private static CircuitBreakerConfig config(SlidingWindowType type, int size) {
		return CircuitBreakerConfig.builder()
			.slidingWindowType(type)
			.slidingWindowSize(size)
			.waitDurationInOpenState(Duration.ZERO)
			.permittedNumberOfCallsInHalfOpenState(3)
			.build();
	}

	private static long heapInUse() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 4; i++) {
			System.gc();
			least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		return least;
	}

	/**
	 * A failure that costs little.
	 */
	private static final class Failure extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Failure() {
			super(null, null, false, false);
		}

	}

}
