package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.SlidingWindowType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * Calls of which every second fails, through a closed breaker with a time window of ten
 * seconds or of a day: each failed call asks what the whole window holds.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LongWindowBenchmark {

	private static final int PERCENT = 50;

	/** The length of the window. */
	@Param({ "10", "86400" })
	public int seconds;

	private CircuitBreaker breaker = Guards.breaker(SlidingWindowType.TIME_BASED, 100);

	private io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j = Guards
		.resilience4j(SlidingWindowType.TIME_BASED, 100);

	/**
	 * The calls of one thread.
	 */
	@State(Scope.Thread)
	public static class Calls {

		final Work.Failing work = new Work.Failing(PERCENT);

		@TearDown
		public void check() {
			this.work.check();
		}

	}

	@Setup
	public void prepare() {
		this.breaker = CircuitBreaker.of("breaker",
				Guards.breakerConfig(SlidingWindowType.TIME_BASED, 100).slidingWindowSize(this.seconds).build());
		this.resilience4j = io.github.resilience4j.circuitbreaker.CircuitBreaker.of("resilience4j",
				Guards.resilience4jConfig(SlidingWindowType.TIME_BASED, 100).slidingWindowSize(this.seconds).build());
	}

	@TearDown
	public void check(BenchmarkParams params) {
		switch (Checks.method(params)) {
			case "breaker" -> {
				Checks.same(this.breaker.config().slidingWindowSize(), this.seconds, "size of the window");
				Tally.of(this.breaker).someFailed(PERCENT, params.getThreads());
			}
			case "resilience4j" -> {
				Checks.same(this.resilience4j.getCircuitBreakerConfig().getSlidingWindowSize(), this.seconds,
						"size of the window");
				Tally.of(this.resilience4j).someFailed(PERCENT, params.getThreads());
			}
			default -> throw Checks.missing(params);
		}
	}

	@Benchmark
	public Object breaker(Calls calls) {
		try {
			return this.breaker.call(calls.work);
		}
		catch (Work.Failure ex) {
			return ex;
		}
	}

	@Benchmark
	public Object resilience4j(Calls calls) {
		try {
			return this.resilience4j.executeSupplier(calls.work);
		}
		catch (Work.Failure ex) {
			return ex;
		}
	}

}
