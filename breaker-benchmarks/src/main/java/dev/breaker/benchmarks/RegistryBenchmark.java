package dev.breaker.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A look-up in a registry of 100,000 breakers, of names that are asked for again and
 * again, and of all names one after another in no order, which is a question to the
 * memory rather than to a library.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RegistryBenchmark {

	/** How many different names are asked for. */
	@Param({ "64", "100000" })
	public int asked;

	private String[] names = {};

	private int next;

	private CircuitBreakerRegistry breaker = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry resilience4j = io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry
		.ofDefaults();

	@Setup
	public void fill() {
		List<String> all = new ArrayList<>();
		for (int i = 0; i < 100_000; i++) {
			all.add("service-" + i);
		}
		all.forEach(this.breaker::get);
		all.forEach(this.resilience4j::circuitBreaker);
		Collections.shuffle(all, new Random(1));
		this.names = all.subList(0, this.asked).toArray(String[]::new);
	}

	private String name() {
		int name = this.next;
		this.next = (name + 1 == this.names.length) ? 0 : name + 1;
		return this.names[name];
	}

	@Benchmark
	public Object breaker() {
		return this.breaker.get(name());
	}

	@Benchmark
	public Object resilience4j() {
		return this.resilience4j.circuitBreaker(name());
	}

}
