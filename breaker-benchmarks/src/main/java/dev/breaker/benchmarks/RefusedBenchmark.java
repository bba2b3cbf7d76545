package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import com.alibaba.csp.sentinel.slots.block.BlockException;
import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.SlidingWindowType;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import io.smallrye.faulttolerance.api.TypedGuard;
import org.jspecify.annotations.Nullable;
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
 * A call that an open breaker refuses: asked for a permit, as an exception, and with a
 * fallback. An open breaker has to look whether its wait is over; one that is held open
 * until a command has not.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RefusedBenchmark {

	private static final SlidingWindowType WINDOW = SlidingWindowType.COUNT_BASED;

	private final Work work = new Work();

	private final Object substitute = new Object();

	private final CircuitBreaker breaker = Guards.breaker(WINDOW, 50);

	private final CircuitBreaker breakerHeld = Guards.breaker(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j = Guards.resilience4j(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jWithoutStackTrace = io.github.resilience4j.circuitbreaker.CircuitBreaker
		.of("resilience4j", Guards.resilience4jConfig(WINDOW, 50).writableStackTraceEnabled(false).build());

	private final dev.failsafe.CircuitBreaker<Object> failsafe = Guards.failsafe(WINDOW, 50);

	private final FailsafeExecutor<Object> failsafeExecutor = Failsafe.with(this.failsafe);

	private final String smallRyeName = Guards.unique("smallRye");

	private final TypedGuard<Object> smallRye = Guards.smallRye(this.smallRyeName, 50);

	private final SentinelGuard sentinel = Guards.sentinel(50);

	private Tally sentinelOpened = new Tally("sentinel", "", 0, 0, 0);

	@Setup
	public void open() throws BlockException {
		this.breaker.open();
		this.breakerHeld.forceOpen();
		this.resilience4j.transitionToOpenState();
		this.resilience4jWithoutStackTrace.transitionToOpenState();
		this.failsafe.open();
		Work failing = new Work.Failing(100);
		for (int call = 0; call < 100; call++) {
			try {
				this.smallRye.get(failing);
			}
			catch (Work.Failure ex) {
				// One more towards the threshold.
			}
			try {
				this.sentinel.call(failing);
			}
			catch (Work.Failure | BlockException ex) {
				// One more towards the threshold, or past it.
			}
		}
		this.sentinelOpened = Tally.of(this.sentinel);
	}

	@TearDown
	public void check(BenchmarkParams params) {
		switch (Checks.method(params)) {
			case "breaker", "breakerTryAcquire", "breakerWithFallback" -> Tally.of(this.breaker).onlyRefused();
			case "breakerHeldTryAcquire" -> Tally.of(this.breakerHeld).onlyRefused("FORCED_OPEN");
			case "resilience4j" -> checkResilience4j(this.resilience4j, resilience4j(), true);
			case "resilience4jTryAcquire" -> Tally.of(this.resilience4j).onlyRefused();
			case "resilience4jWithoutStackTrace" ->
				checkResilience4j(this.resilience4jWithoutStackTrace, resilience4jWithoutStackTrace(), false);
			case "failsafe", "failsafeTryAcquire" -> Tally.of(this.failsafe).onlyRefused();
			case "smallRye" -> Tally.ofSmallRye(this.smallRyeName).onlyRefused();
			case "sentinel" -> Tally.of(this.sentinel).since(this.sentinelOpened).onlyRefused();
			default -> throw Checks.missing(params);
		}
	}

	private static void checkResilience4j(io.github.resilience4j.circuitbreaker.CircuitBreaker breaker, Object refusal,
			boolean trace) {
		Tally.of(breaker).onlyRefused();
		Checks.same(((Throwable) refusal).getStackTrace().length > 0, trace, "presence of a stack trace");
	}

	@Benchmark
	public @Nullable Object breakerTryAcquire() {
		return this.breaker.tryAcquire();
	}

	@Benchmark
	public @Nullable Object breakerHeldTryAcquire() {
		return this.breakerHeld.tryAcquire();
	}

	@Benchmark
	public boolean resilience4jTryAcquire() {
		return this.resilience4j.tryAcquirePermission();
	}

	@Benchmark
	public boolean failsafeTryAcquire() {
		return this.failsafe.tryAcquirePermit();
	}

	@Benchmark
	public Object breaker() {
		try {
			return this.breaker.call(this.work);
		}
		catch (CallNotPermittedException ex) {
			return ex;
		}
	}

	@Benchmark
	public Object breakerWithFallback() {
		return this.breaker.call(this.work, (thrown) -> this.substitute);
	}

	@Benchmark
	public Object resilience4j() {
		try {
			return this.resilience4j.executeSupplier(this.work);
		}
		catch (io.github.resilience4j.circuitbreaker.CallNotPermittedException ex) {
			return ex;
		}
	}

	@Benchmark
	public Object resilience4jWithoutStackTrace() {
		try {
			return this.resilience4jWithoutStackTrace.executeSupplier(this.work);
		}
		catch (io.github.resilience4j.circuitbreaker.CallNotPermittedException ex) {
			return ex;
		}
	}

	@Benchmark
	public Object failsafe() {
		try {
			return this.failsafeExecutor.get(this.work);
		}
		catch (CircuitBreakerOpenException ex) {
			return ex;
		}
	}

	@Benchmark
	public Object smallRye() {
		try {
			return this.smallRye.get(this.work);
		}
		catch (org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException ex) {
			return ex;
		}
	}

	@Benchmark
	public Object sentinel() {
		try {
			return this.sentinel.call(this.work);
		}
		catch (BlockException ex) {
			return ex;
		}
	}

}
