package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.SlidingWindowType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A call of a breaker that does not enforce: while it is closed, and while it would
 * refuse the call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ShadowBenchmark {

	private final Work work = new Work();

	private final CircuitBreaker closed = shadow();

	private final CircuitBreaker open = shadow();

	private static CircuitBreaker shadow() {
		CircuitBreaker breaker = Guards.breaker(SlidingWindowType.COUNT_BASED, 50);
		breaker.reconfigure(breaker.config().toBuilder().enforce(false).build());
		return breaker;
	}

	@Setup
	public void open() {
		this.open.open();
	}

	@TearDown
	public void check(BenchmarkParams params) {
		switch (Checks.method(params)) {
			case "breakerClosed" -> Checks.same(this.closed.snapshot().wouldRefuseTotal(), 0L, "unpermitted calls");
			case "breakerOpen" -> Checks.same(this.open.snapshot().wouldRefuseTotal(),
					this.open.snapshot().successfulCallsTotal(), "unpermitted calls");
			default -> throw Checks.missing(params);
		}
	}

	@Benchmark
	public Object breakerClosed() {
		return this.closed.call(this.work);
	}

	@Benchmark
	public Object breakerOpen() {
		return this.open.call(this.work);
	}

}
