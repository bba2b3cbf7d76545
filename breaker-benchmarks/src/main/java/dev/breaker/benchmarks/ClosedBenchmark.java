package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import com.alibaba.csp.sentinel.slots.block.BlockException;
import dev.breaker.CircuitBreaker;
import dev.breaker.Fallback;
import dev.breaker.OutermostCalls;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A healthy call through a closed breaker with a count window, the default of most. No
 * listener; no slow-call rule, where one can do without. Also as the outermost of calls
 * that may be inside each other, as guards of methods that share a breaker make them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClosedBenchmark {

	private static final SlidingWindowType WINDOW = SlidingWindowType.COUNT_BASED;

	private final Work work = new Work();

	private final CircuitBreaker breaker = Guards.breaker(WINDOW, 50);

	private final OutermostCalls outermost = this.breaker.outermost();

	private final Fallback<Object, RuntimeException> rethrow = ClosedBenchmark::rethrow;

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j = Guards.resilience4j(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jLockFree = Guards
		.resilience4jLockFree(WINDOW, 50);

	private final dev.failsafe.CircuitBreaker<Object> failsafe = Guards.failsafe(WINDOW, 50);

	private final FailsafeExecutor<Object> failsafeExecutor = Failsafe.with(this.failsafe);

	private final String smallRyeName = Guards.unique("smallRye");

	private final TypedGuard<Object> smallRye = Guards.smallRye(this.smallRyeName, 50);

	private final SentinelGuard sentinel = Guards.sentinel(50);

	private static Object rethrow(Throwable thrown) {
		throw new IllegalStateException(thrown);
	}

	@TearDown
	public void check(BenchmarkParams params) {
		Tally tally = switch (Checks.method(params)) {
			case "breaker", "breakerPermit", "breakerOutermost" -> Tally.of(this.breaker);
			case "resilience4j" -> Tally.of(this.resilience4j);
			case "resilience4jLockFree" -> Tally.of(this.resilience4jLockFree);
			case "failsafe", "failsafePermit" -> Tally.of(this.failsafe);
			case "smallRye" -> checkSmallRye();
			case "sentinel" -> Tally.of(this.sentinel);
			default -> throw Checks.missing(params);
		};
		tally.onlySucceeded();
	}

	/**
	 * It tells no counts, but half a window of failures opens it only if the other half
	 * was full.
	 */
	private Tally checkSmallRye() {
		Tally tally = Tally.ofSmallRye(this.smallRyeName);
		Work failing = new Work.Failing(100);
		for (int call = 0; call < Guards.CALLS / 2; call++) {
			try {
				this.smallRye.get(failing);
			}
			catch (Work.Failure ex) {
				// One more towards the threshold.
			}
		}
		Checks.same(Tally.ofSmallRye(this.smallRyeName).state(), "OPEN", "state after half a window of failures");
		return tally;
	}

	@Benchmark
	public Object breaker() {
		return this.breaker.call(this.work);
	}

	@Benchmark
	public Object breakerOutermost() {
		return this.outermost.call(this.work, this.rethrow);
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
