package dev.breaker.benchmarks;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.SlidingWindowType;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A healthy call through a closed breaker that judges slow calls too, and so has to read
 * the clock twice; {@code breakerHung} tracks the calls under way, too. Among the rivals
 * Resilience4j alone has such a rule beside a failure rate.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SlowCallBenchmark {

	private final Work work = new Work();

	private final CircuitBreaker breakerCount = breaker(SlidingWindowType.COUNT_BASED);

	private final CircuitBreaker breakerTime = breaker(SlidingWindowType.TIME_BASED);

	private final CircuitBreaker breakerHung = CircuitBreaker.of("breaker",
			Guards.breakerConfig(SlidingWindowType.COUNT_BASED, 50)
				.slowCallDurationThreshold(Guards.SLOW)
				.countHungCalls(true)
				.build());

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jCount = Guards
		.resilience4j(SlidingWindowType.COUNT_BASED, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jTime = Guards
		.resilience4j(SlidingWindowType.TIME_BASED, 50);

	private static CircuitBreaker breaker(SlidingWindowType window) {
		return CircuitBreaker.of("breaker",
				Guards.breakerConfig(window, 50).slowCallDurationThreshold(Guards.SLOW).build());
	}

	@TearDown
	public void check(BenchmarkParams params) {
		switch (Checks.method(params)) {
			case "breakerCount" -> check(this.breakerCount);
			case "breakerTime" -> check(this.breakerTime);
			case "breakerHung" -> {
				Checks.same(this.breakerHung.config().countHungCalls(), true, "calls that hang");
				check(this.breakerHung);
			}
			case "resilience4jCount" -> Tally.of(this.resilience4jCount).onlySucceeded();
			case "resilience4jTime" -> Tally.of(this.resilience4jTime).onlySucceeded();
			default -> throw Checks.missing(params);
		}
	}

	private static void check(CircuitBreaker breaker) {
		Checks.same(Optional.ofNullable(breaker.config().slowCallDurationThreshold()), Optional.of(Guards.SLOW),
				"threshold of slow calls");
		Tally.of(breaker).onlySucceeded();
	}

	@Benchmark
	public Object breakerCount() {
		return this.breakerCount.call(this.work);
	}

	@Benchmark
	public Object breakerTime() {
		return this.breakerTime.call(this.work);
	}

	@Benchmark
	public Object breakerHung() {
		return this.breakerHung.call(this.work);
	}

	@Benchmark
	public Object resilience4jCount() {
		return this.resilience4jCount.executeSupplier(this.work);
	}

	@Benchmark
	public Object resilience4jTime() {
		return this.resilience4jTime.executeSupplier(this.work);
	}

}
