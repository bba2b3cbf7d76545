package dev.breaker.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;
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
 * memory rather than to a library. The floor is a map of as many names.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RegistryBenchmark {

	@Benchmark
	public Object breaker(Breaker registry, Names names) {
		return registry.breakers.get(names.next());
	}

	@Benchmark
	public Object resilience4j(Resilience4j registry, Names names) {
		return registry.breakers.circuitBreaker(names.next());
	}

	@Benchmark
	public @Nullable Object hashMap(Floor floor, Names names) {
		return floor.map.get(names.next());
	}

	private static List<String> all() {
		return IntStream.range(0, 100_000).mapToObj((i) -> "service-" + i).collect(Collectors.toList());
	}

	/**
	 * The names that are asked for. No string of the registry's own: a caller's seldom
	 * is.
	 */
	@State(Scope.Thread)
	public static class Names {

		/** How many different ones. */
		@Param({ "64", "100000" })
		public int asked;

		private String[] names = {};

		private int next;

		@Setup
		public void choose() {
			List<String> all = all();
			Collections.shuffle(all, new Random(1));
			this.names = all.subList(0, this.asked).toArray(String[]::new);
		}

		String next() {
			int name = this.next;
			this.next = (name + 1 == this.names.length) ? 0 : name + 1;
			return this.names[name];
		}

	}

	/**
	 * This project's registry.
	 */
	@State(Scope.Benchmark)
	public static class Breaker {

		final CircuitBreakerRegistry breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

		@Setup
		public void fill() {
			all().forEach(this.breakers::get);
		}

	}

	/**
	 * Resilience4j's registry.
	 */
	@State(Scope.Benchmark)
	public static class Resilience4j {

		final io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry breakers = io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry
			.ofDefaults();

		@Setup
		public void fill() {
			all().forEach(this.breakers::circuitBreaker);
		}

	}

	/**
	 * A map whose values are its keys.
	 */
	@State(Scope.Benchmark)
	public static class Floor {

		final ConcurrentHashMap<String, String> map = new ConcurrentHashMap<>();

		@Setup
		public void fill() {
			all().forEach((name) -> this.map.put(name, name));
		}

	}

}
