package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.SlidingWindowType;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A healthy call through a closed breaker with a time window. No listener; no slow-call
 * rule, where one can do without.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimeWindowBenchmark {

	private static final SlidingWindowType WINDOW = SlidingWindowType.TIME_BASED;

	private final Work work = new Work();

	private final CircuitBreaker breaker = Guards.breaker(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j = Guards.resilience4j(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jLockFree = Guards
		.resilience4jLockFree(WINDOW, 50);

	private final dev.failsafe.CircuitBreaker<Object> failsafe = Guards.failsafe(WINDOW, 50);

	private final FailsafeExecutor<Object> failsafeExecutor = Failsafe.with(this.failsafe);

	@TearDown
	public void check(BenchmarkParams params) {
		Tally tally = switch (Checks.method(params)) {
			case "breaker" -> Tally.of(this.breaker);
			case "resilience4j" -> Tally.of(this.resilience4j);
			case "resilience4jLockFree" -> Tally.of(this.resilience4jLockFree);
			case "failsafe", "failsafePermit" -> Tally.of(this.failsafe);
			default -> throw Checks.missing(params);
		};
		tally.onlySucceeded();
	}

	@Benchmark
	public Object breaker() {
		return this.breaker.call(this.work);
	}

	@Benchmark
	public Object resilience4j() {
		return this.resilience4j.executeSupplier(this.work);
	}

	@Benchmark
	public Object resilience4jLockFree() {
		return this.resilience4jLockFree.executeSupplier(this.work);
	}

	@Benchmark
	public Object failsafePermit() {
		this.failsafe.acquirePermit();
		Object result = this.work.get();
		this.failsafe.recordSuccess();
		return result;
	}

	@Benchmark
	public Object failsafe() {
		return this.failsafeExecutor.get(this.work);
	}

}
