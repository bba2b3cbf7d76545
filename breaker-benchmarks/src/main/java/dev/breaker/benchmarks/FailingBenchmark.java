package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import com.alibaba.csp.sentinel.slots.block.BlockException;
import dev.breaker.CircuitBreaker;
import dev.breaker.SlidingWindowType;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.smallrye.faulttolerance.api.TypedGuard;
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
 * Calls of which some fail, through a closed breaker whose threshold they do not reach.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FailingBenchmark {

	private static final SlidingWindowType WINDOW = SlidingWindowType.COUNT_BASED;

	/** Percent; reached only where every call of a window fails. */
	private static final int THRESHOLD = 100;

	private final CircuitBreaker breaker = Guards.breaker(WINDOW, THRESHOLD);

	private final CircuitBreaker breakerTime = Guards.breaker(SlidingWindowType.TIME_BASED, THRESHOLD);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j = Guards.resilience4j(WINDOW,
			THRESHOLD);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jLockFree = Guards
		.resilience4jLockFree(WINDOW, THRESHOLD);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jTime = Guards
		.resilience4j(SlidingWindowType.TIME_BASED, THRESHOLD);

	private final dev.failsafe.CircuitBreaker<Object> failsafe = Guards.failsafe(WINDOW, THRESHOLD);

	private final FailsafeExecutor<Object> failsafeExecutor = Failsafe.with(this.failsafe);

	private final String smallRyeName = Guards.unique("smallRye");

	private final TypedGuard<Object> smallRye = Guards.smallRye(this.smallRyeName, THRESHOLD);

	private final SentinelGuard sentinel = Guards.sentinel(THRESHOLD);

	/**
	 * The calls of one thread.
	 */
	@State(Scope.Thread)
	public static class Calls {

		/** How many of 100 calls fail. */
		@Param({ "1", "50" })
		public int percent;

		Work.Failing work = new Work.Failing(100);

		@Setup
		public void prepare() {
			this.work = new Work.Failing(this.percent);
		}

		@TearDown
		public void check() {
			this.work.check();
		}

	}

	@TearDown
	public void check(BenchmarkParams params) {
		if (Checks.method(params).equals("sentinel")) {
			Tally.of(this.sentinel).someFailed();
			return;
		}
		Tally tally = switch (Checks.method(params)) {
			case "breaker" -> Tally.of(this.breaker);
			case "breakerTime" -> Tally.of(this.breakerTime);
			case "resilience4j" -> Tally.of(this.resilience4j);
			case "resilience4jLockFree" -> Tally.of(this.resilience4jLockFree);
			case "resilience4jTime" -> Tally.of(this.resilience4jTime);
			case "failsafe", "failsafePermit" -> Tally.of(this.failsafe);
			case "smallRye" -> Tally.ofSmallRye(this.smallRyeName);
			default -> throw Checks.missing(params);
		};
		tally.someFailed(Integer.parseInt(params.getParam("percent")), params.getThreads());
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
	public Object breakerTime(Calls calls) {
		try {
			return this.breakerTime.call(calls.work);
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

	@Benchmark
	public Object resilience4jLockFree(Calls calls) {
		try {
			return this.resilience4jLockFree.executeSupplier(calls.work);
		}
		catch (Work.Failure ex) {
			return ex;
		}
	}

	@Benchmark
	public Object resilience4jTime(Calls calls) {
		try {
			return this.resilience4jTime.executeSupplier(calls.work);
		}
		catch (Work.Failure ex) {
			return ex;
		}
	}

	@Benchmark
	public Object failsafePermit(Calls calls) {
		this.failsafe.acquirePermit();
		try {
			Object result = calls.work.get();
			this.failsafe.recordSuccess();
			return result;
		}
		catch (Work.Failure ex) {
			this.failsafe.recordException(ex);
			return ex;
		}
	}

	@Benchmark
	public Object failsafe(Calls calls) {
		try {
			return this.failsafeExecutor.get(calls.work);
		}
		catch (Work.Failure ex) {
			return ex;
		}
	}

	@Benchmark
	public Object smallRye(Calls calls) {
		try {
			return this.smallRye.get(calls.work);
		}
		catch (Work.Failure ex) {
			return ex;
		}
	}

	@Benchmark
	public Object sentinel(Calls calls) throws BlockException {
		try {
			return this.sentinel.call(calls.work);
		}
		catch (Work.Failure ex) {
			return ex;
		}
	}

}
