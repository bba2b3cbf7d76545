package dev.breaker.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.SlidingWindowType;
import dev.breaker.spring.dashboard.HistoryAccess;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.smallrye.faulttolerance.api.TypedGuard;
import org.openjdk.jol.info.GraphLayout;

/**
 * The heap that one breaker takes, with everything that it alone owns: by how much the
 * objects that can be reached from 101 breakers of one config exceed those from one,
 * divided by 100. What they share, such as the config, cancels out; a name of its own
 * each has. Before its first call, and after four threads have called it at the same time
 * while 1 % of their calls failed: counters that are striped grow where threads collide,
 * and some guards make their parts with their first call.
 */
final class Footprint {

	static final String COUNT = "Breaker, 100 calls";

	static final String TIME = "Breaker, 10 seconds";

	static final String EVERY_SECOND = "Breaker, 10 seconds, every second used by one thread";

	static final String HISTORY = "History of a breaker in the dashboard, five minutes";

	static final String RESILIENCE4J_COUNT = "Resilience4j, 100 calls";

	static final String RESILIENCE4J_TIME = "Resilience4j, 10 seconds";

	private static final int MORE = 100;

	private static final int THREADS = 4;

	/** Objects that can be reached from one breaker. */
	private static final int MANY = 2_000;

	private static final int MOST_TIMES = 10;

	/** Of each thread, of each breaker, so that threads collide. */
	static final int CALLS = 5_000;

	private static final int PERCENT = 1;

	static {
		// Records and lambdas hide where their fields are.
		System.setProperty("jol.magicFieldOffset", "true");
	}

	private final Map<String, Size> sizes = new LinkedHashMap<>();

	private final int calls;

	private Footprint(int calls) {
		this.calls = calls;
	}

	/**
	 * Measures all kinds of breakers.
	 * @param calls how many each thread makes of each breaker
	 * @return sizes by kind
	 */
	static Map<String, Size> measure(int calls) {
		Footprint footprint = new Footprint(calls);
		footprint.measure(SlidingWindowType.COUNT_BASED, ", 100 calls");
		footprint.measure(SlidingWindowType.TIME_BASED, ", 10 seconds");
		footprint.sizes.put(EVERY_SECOND, Size.of(guards(usedInEverySecond())));
		footprint.sizes.put(HISTORY, history());
		footprint.measure("SmallRye (has no name), 100 calls", (i) -> Guards.smallRye(50), TypedGuard::get, (guard) -> {
		});
		return footprint.sizes;
	}

	private void measure(SlidingWindowType window, String suffix) {
		boolean count = window == SlidingWindowType.COUNT_BASED;
		CircuitBreakerConfig config = Guards.breakerConfig(window, 50).build();
		measure(count ? COUNT : TIME, (i) -> CircuitBreaker.of(name(i), config), (breaker, work) -> breaker.call(work),
				(breaker) -> Tally.of(breaker).someFailed(PERCENT, THREADS));
		io.github.resilience4j.circuitbreaker.CircuitBreakerConfig locked = Guards.resilience4jConfig(window, 50)
			.build();
		measureResilience4j(count ? RESILIENCE4J_COUNT : RESILIENCE4J_TIME, locked);
		measureResilience4j("Resilience4j, lock-free" + suffix,
				Guards.resilience4jConfig(window, 50)
					.slidingWindowSynchronizationStrategy(SlidingWindowSynchronizationStrategy.LOCK_FREE)
					.build());
		dev.failsafe.CircuitBreakerConfig<Object> failsafe = Guards.failsafe(window, 50).getConfig();
		measure("Failsafe (has no name)" + suffix, (i) -> dev.failsafe.CircuitBreaker.builder(failsafe).build(),
				Footprint::callFailsafe, (breaker) -> Tally.of(breaker).someFailed(PERCENT, THREADS));
	}

	private void measureResilience4j(String kind, io.github.resilience4j.circuitbreaker.CircuitBreakerConfig config) {
		measure(kind, (i) -> io.github.resilience4j.circuitbreaker.CircuitBreaker.of(name(i), config),
				io.github.resilience4j.circuitbreaker.CircuitBreaker::executeSupplier,
				(breaker) -> Tally.of(breaker).someFailed(PERCENT, THREADS));
	}

	private static void callFailsafe(dev.failsafe.CircuitBreaker<Object> breaker, Work work) {
		breaker.acquirePermit();
		try {
			work.get();
			breaker.recordSuccess();
		}
		catch (Work.Failure ex) {
			breaker.recordException(ex);
			throw ex;
		}
	}

	private <G> void measure(String kind, IntFunction<G> maker, BiConsumer<G, Work> call, Consumer<G> check) {
		List<G> guards = guards(maker);
		Size idle = Size.of(guards);
		use(guards, call);
		guards.forEach(check);
		Size used = Size.of(guards);
		this.sizes.put(kind, new Size(idle.idle(), used.idle(), used.most()));
	}

	private static <G> List<G> guards(IntFunction<G> maker) {
		return IntStream.rangeClosed(0, MORE).mapToObj(maker).toList();
	}

	/** All threads call the same guard at a time. */
	private <G> void use(List<G> guards, BiConsumer<G, Work> call) {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			CyclicBarrier together = new CyclicBarrier(THREADS);
			List<Future<?>> done = IntStream.range(0, THREADS).<Future<?>>mapToObj((thread) -> threads.submit(() -> {
				for (G guard : guards) {
					together.await();
					Work.Failing work = new Work.Failing(PERCENT);
					for (int i = 0; i < this.calls; i++) {
						try {
							call.accept(guard, work);
						}
						catch (Work.Failure ex) {
							// As it should.
						}
					}
					work.check();
				}
				return null;
			})).toList();
			for (Future<?> end : done) {
				end.get();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("A thread failed", ex);
		}
		finally {
			threads.shutdownNow();
		}
	}

	/**
	 * Shows whether a time window grows with use. The clock that is moved by hand adds 32
	 * bytes, which the system's does not.
	 */
	private static IntFunction<CircuitBreaker> usedInEverySecond() {
		AtomicLong now = new AtomicLong();
		CircuitBreakerConfig config = Guards.breakerConfig(SlidingWindowType.TIME_BASED, 50)
			.nanoClock(now::get)
			.build();
		Work work = new Work();
		return (i) -> {
			CircuitBreaker breaker = CircuitBreaker.of(name(i), config);
			for (int second = 0; second < config.slidingWindowSize(); second++) {
				breaker.call(work);
				now.addAndGet(1_000_000_000);
			}
			return breaker;
		};
	}

	/** Without the breakers. Its size does not depend on their calls. */
	private static Size history() {
		long mean = (history(1 + MORE) - history(1)) / MORE;
		return new Size(mean, mean, mean);
	}

	private static long history(int breakers) {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry
			.of(Guards.breakerConfig(SlidingWindowType.COUNT_BASED, 50).build());
		IntStream.range(0, breakers).forEach((i) -> registry.get(name(i)));
		HistoryAccess history = new HistoryAccess(registry);
		history.endSecond();
		return GraphLayout.parseInstance(history).totalSize() - GraphLayout.parseInstance(registry).totalSize();
	}

	private static String name(int i) {
		return String.format("service-%03d", i);
	}

	/**
	 * Bytes of one breaker.
	 *
	 * @param idle before its first call
	 * @param used after the calls of four threads, on the average of all that were used;
	 * zero where they were not
	 * @param most the same of the largest; zero where they share so much, such as the
	 * threads of a timer, that to look at each alone would take too long
	 */
	record Size(long idle, long used, long most) {

		private static Size of(List<?> guards) {
			Object[] all = guards.toArray();
			GraphLayout one = GraphLayout.parseInstance(all[0]);
			long whole = GraphLayout.parseInstance(all).totalSize();
			GraphLayout after = GraphLayout.parseInstance(all[0]);
			// What they share, such as a timer, may change meanwhile.
			for (int again = 0; one.totalSize() != after.totalSize(); again++) {
				if (again == MOST_TIMES) {
					throw new IllegalStateException("What guards have in common changes each time it is measured");
				}
				one = after;
				whole = GraphLayout.parseInstance(all).totalSize();
				after = GraphLayout.parseInstance(all[0]);
			}
			long mean = (whole - one.totalSize()) / MORE;
			if (one.totalCount() > MANY) {
				return new Size(mean, 0, 0);
			}
			long[] each = Arrays.stream(all)
				.skip(1)
				.mapToLong((guard) -> GraphLayout.parseInstance(guard).totalSize())
				.toArray();
			long shared = Math.round(LongStream.of(each).average().orElseThrow()) - mean;
			return new Size(mean, 0, LongStream.of(each).max().orElseThrow() - shared);
		}

	}

}
