package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What cannot be had for less: the bare call, the clock, and the ways to count.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FloorBenchmark {

	private final Work work = new Work();

	private final AtomicLong counter = new AtomicLong();

	private final LongAdder striped = new LongAdder();

	private volatile boolean permitted = true;

	@TearDown
	public void check(BenchmarkParams params) {
		boolean measured = switch (Checks.method(params)) {
			case "emptyCall" -> emptyCall() == this.work.get();
			case "nanoTime", "twoNanoTimes" -> this.counter.get() == 0 && this.striped.sum() == 0;
			case "fetchAndAdd", "twoNanoTimesAndFetchAndAdd" -> this.counter.get() > 0;
			case "longAdder" -> this.striped.sum() > 0;
			default -> throw Checks.missing(params);
		};
		Checks.that(measured, () -> this.counter + " calls counted, striped " + this.striped);
	}

	@Benchmark
	public Object emptyCall() {
		return this.work.get();
	}

	@Benchmark
	public long nanoTime() {
		return System.nanoTime();
	}

	@Benchmark
	public Object twoNanoTimes(Blackhole elapsed) {
		if (!this.permitted) {
			throw new IllegalStateException();
		}
		long start = System.nanoTime();
		Object result = this.work.get();
		elapsed.consume(System.nanoTime() - start);
		return result;
	}

	@Benchmark
	public Object twoNanoTimesAndFetchAndAdd(Blackhole elapsed) {
		this.counter.getAndIncrement();
		return twoNanoTimes(elapsed);
	}

	@Benchmark
	public Object fetchAndAdd() {
		this.counter.getAndIncrement();
		return this.work.get();
	}

	@Benchmark
	public Object longAdder() {
		this.striped.increment();
		return this.work.get();
	}

}
