package dev.breaker.benchmarks;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
import org.openjdk.jmh.annotations.TearDown;

/**
 * A look-up in a registry of 100,000 breakers, of names that are asked for again and
 * again, and of all names one after another in no order, which is a question to the
 * memory rather than to a library. The floor is a map of as many names.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RegistryBenchmark {

	private static final int SIZE = 100_000;

	@Benchmark
	public Object breaker(Breaker registry, Names names) {
		return registry.breakers.get(names.next());
	}

	@Benchmark
	public Object resilience4j(Resilience4j registry, Names names) {
		return registry.breakers.circuitBreaker(names.next());
	}

	@Benchmark
	public Object hashMap(Floor floor, Names names) {
		return Objects.requireNonNull(floor.map.get(names.next()));
	}

	/** One that was not there would have been made. */
	private static void checkSize(int size) {
		Checks.same(size, SIZE, "number of names");
	}

	private static List<String> all() {
		return IntStream.range(0, SIZE).mapToObj((i) -> "service-" + i).collect(Collectors.toList());
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

		@TearDown
		public void check() {
			Checks.same(new HashSet<>(List.of(this.names)).size(), this.asked, "number of names that are asked for");
			Checks.that(!List.of(this.names).equals(all().subList(0, this.asked)), () -> "names are in order");
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

		@TearDown
		public void check() {
			checkSize(this.breakers.all().size());
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

		@TearDown
		public void check() {
			checkSize(this.breakers.getAllCircuitBreakers().size());
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

		@TearDown
		public void check() {
			checkSize(this.map.size());
		}

	}

}
