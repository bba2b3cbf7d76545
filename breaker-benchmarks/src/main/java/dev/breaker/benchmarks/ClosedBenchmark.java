package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import com.alibaba.csp.sentinel.slots.block.BlockException;
import dev.breaker.CircuitBreaker;
import dev.breaker.Permit;
import dev.breaker.SlidingWindowType;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.smallrye.faulttolerance.api.TypedGuard;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A healthy call through a closed breaker with a count window, the default of most. No
 * listener; no slow-call rule, where one can do without.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClosedBenchmark {

	private static final SlidingWindowType WINDOW = SlidingWindowType.COUNT_BASED;

	private final Work work = new Work();

	private final CircuitBreaker breaker = Guards.breaker(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j = Guards.resilience4j(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jLockFree = Guards
		.resilience4jLockFree(WINDOW, 50);

	private final dev.failsafe.CircuitBreaker<Object> failsafe = Guards.failsafe(WINDOW, 50);

	private final FailsafeExecutor<Object> failsafeExecutor = Failsafe.with(Guards.failsafe(WINDOW, 50));

	private final TypedGuard<Object> smallRye = Guards.smallRye(50);

	private final SentinelGuard sentinel = Guards.sentinel(50);

	@Benchmark
	public Object breaker() {
		return this.breaker.call(this.work);
	}

	@Benchmark
	public Object breakerPermit() {
		Permit permit = this.breaker.acquire();
		Object result = this.work.get();
		permit.success(result, 0);
		return result;
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

	@Benchmark
	public Object smallRye() {
		return this.smallRye.get(this.work);
	}

	@Benchmark
	public Object sentinel() throws BlockException {
		return this.sentinel.call(this.work);
	}

}
