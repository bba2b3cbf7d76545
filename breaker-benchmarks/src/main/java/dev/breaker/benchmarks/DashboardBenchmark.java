package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.SlidingWindowType;
import dev.breaker.spring.dashboard.HistoryAccess;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What the dashboard costs while it is there: the sample of 1,000 breakers that its
 * thread takes each second, and a call while it does, beside one without it.
 */
@BenchmarkMode(Mode.AverageTime)
public class DashboardBenchmark {

	private static final int BREAKERS = 1000;

	@Benchmark
	@OutputTimeUnit(TimeUnit.MICROSECONDS)
	public void sample(Sampled shop) {
		shop.history.endSecond();
	}

	@Benchmark
	@OutputTimeUnit(TimeUnit.NANOSECONDS)
	public Object call(Called shop) {
		return shop.called.call(shop.work);
	}

	private static CircuitBreakerRegistry registry() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry
			.of(Guards.breakerConfig(SlidingWindowType.COUNT_BASED, 50).build());
		for (int i = 0; i < BREAKERS; i++) {
			registry.get(name(i));
		}
		return registry;
	}

	private static String name(int i) {
		return String.format("service-%03d", i);
	}

	/**
	 * Breakers with calls behind them, each tenth of them held open.
	 */
	@State(Scope.Benchmark)
	public static class Sampled {

		final CircuitBreakerRegistry registry = registry();

		final HistoryAccess history = new HistoryAccess(this.registry);

		private final Work work = new Work();

		@Setup
		public void call() {
			for (int i = 0; i < BREAKERS; i++) {
				CircuitBreaker breaker = this.registry.get(name(i));
				if (isHeld(i)) {
					breaker.forceOpen();
					Checks.that(breaker.tryAcquire() == null, () -> breaker.name() + " refuses nothing");
				}
				else {
					for (int call = 0; call < i % 7; call++) {
						breaker.call(this.work);
					}
				}
			}
		}

		/** One more second has what was counted in it, of each breaker. */
		@TearDown
		public void check() {
			this.history.endSecond();
			call();
			this.history.endSecond();
			for (int i = 0; i < BREAKERS; i++) {
				Checks.same(this.history.newest(name(i)), isHeld(i) ? "F 0 1" : "C " + i % 7 + " 0",
						"newest second of " + name(i));
			}
		}

		private static boolean isHeld(int i) {
			return i % 10 == 0;
		}

	}

	/**
	 * A closed breaker among others, while a history is kept or is not.
	 */
	@State(Scope.Benchmark)
	public static class Called {

		@Param({ "false", "true" })
		public boolean history;

		final Work work = new Work();

		private final CircuitBreakerRegistry registry = registry();

		final CircuitBreaker called = this.registry.get(name(0));

		private @Nullable HistoryAccess kept;

		private @Nullable Thread thread;

		@Setup
		public void begin() {
			if (this.history) {
				HistoryAccess begun = new HistoryAccess(this.registry);
				this.kept = begun;
				Thread sampling = new Thread(() -> endSeconds(begun), "history");
				sampling.setDaemon(true);
				sampling.start();
				this.thread = sampling;
			}
		}

		private static void endSeconds(HistoryAccess history) {
			try {
				while (true) {
					TimeUnit.SECONDS.sleep(1);
					history.endSecond();
				}
			}
			catch (InterruptedException ex) {
				// The benchmark is over.
			}
		}

		@TearDown
		public void check() throws InterruptedException {
			Tally tally = Tally.of(this.called);
			tally.onlySucceeded();
			if (this.thread != null && this.kept != null) {
				this.thread.interrupt();
				this.thread.join();
				this.kept.endSecond();
				Checks.same(this.kept.succeeded(this.called.name()), tally.succeeded(), "successes in the history");
			}
		}

	}

}
