package dev.breaker.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * A call that has a breaker for each of 64 customers: of an annotated method, where a
 * SpEL expression finds the customer, without meters; and by hand, where a group or a
 * registry is asked for the breaker.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyBenchmark {

	private static final int CUSTOMERS = 64;

	@Benchmark
	public Object breakerGroup(Group group, Customers customers) {
		return group.breakers.get(customers.next()).call(group.work);
	}

	@Benchmark
	public Object resilience4jRegistry(Resilience4jRegistry registry, Customers customers) {
		return registry.breakers.circuitBreaker(customers.next()).executeSupplier(registry.work);
	}

	@Benchmark
	public Object breaker(Breaker application, Customers customers) {
		return application.service.call(customers.next());
	}

	@Benchmark
	public Object resilience4j(Resilience4j application, Customers customers) {
		return application.service.call(customers.next());
	}

	/**
	 * Who calls, one after another.
	 */
	@State(Scope.Thread)
	public static class Customers {

		private final String[] names = names();

		private int next;

		String next() {
			this.next = (this.next + 1) % this.names.length;
			return this.names[this.next];
		}

	}

	private static String[] names() {
		return IntStream.range(0, CUSTOMERS).mapToObj((i) -> "customer-" + i).toArray(String[]::new);
	}

	/** Each customer has a breaker and has called, once before it was measured. */
	private static void check(Stream<Tally> customers) {
		List<Tally> tallies = customers.toList();
		Checks.same(tallies.size(), CUSTOMERS, "number of breakers");
		tallies.forEach(Tally::onlySucceeded);
		Checks.that(tallies.stream().mapToLong(Tally::succeeded).sum() > CUSTOMERS, () -> "no customer has called");
	}

	/**
	 * A group of this project's core, none of whose breakers has to make room.
	 */
	@State(Scope.Benchmark)
	public static class Group {

		final Work work = new Work();

		final CircuitBreakerGroup breakers = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults())
			.group("keyed", CircuitBreakerConfig.ofDefaults(), 1000);

		@Setup
		public void call() {
			for (String name : names()) {
				this.breakers.get(name).call(this.work);
			}
		}

		@TearDown
		public void check() {
			KeyBenchmark.check(this.breakers.all().stream().map(Tally::of));
			Checks.same(this.breakers.overflowCalls(), 0L, "number of calls that shared a breaker");
		}

	}

	/**
	 * A registry of Resilience4j's core, which knows no bound.
	 */
	@State(Scope.Benchmark)
	public static class Resilience4jRegistry {

		final Work work = new Work();

		final io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry breakers = io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry
			.ofDefaults();

		@Setup
		public void call() {
			for (String name : names()) {
				this.breakers.circuitBreaker(name).executeSupplier(this.work);
			}
		}

		@TearDown
		public void check() {
			KeyBenchmark.check(this.breakers.getAllCircuitBreakers().stream().map(Tally::of));
		}

	}

	/**
	 * Guarded by this project.
	 */
	public static class BreakerService {

		private final Work work = new Work();

		@dev.breaker.annotation.CircuitBreaker(name = "keyed", key = "#customer")
		public Work.Answer call(String customer) {
			return (Work.Answer) this.work.get();
		}

	}

	/**
	 * An application with this project's starter.
	 */
	@State(Scope.Benchmark)
	public static class Breaker {

		private final ConfigurableApplicationContext context = Contexts.start(Contexts.Library.BREAKER, false, Map.of(),
				List.of(BreakerService.class));

		final BreakerService service = this.context.getBean(BreakerService.class);

		@Setup
		public void call() {
			for (String name : names()) {
				this.service.call(name);
			}
		}

		@TearDown
		public void stop() {
			try {
				KeyBenchmark.check(this.context.getBean(CircuitBreakerRegistry.class)
					.all()
					.stream()
					.filter((breaker) -> breaker.name().startsWith("keyed:"))
					.map(Tally::of));
			}
			finally {
				this.context.close();
			}
		}

	}

	/**
	 * Guarded by Resilience4j, whose name may be an expression.
	 */
	public static class Resilience4jService {

		private final Work work = new Work();

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "#customer")
		public Work.Answer call(String customer) {
			return (Work.Answer) this.work.get();
		}

	}

	/**
	 * An application with Resilience4j's starter.
	 */
	@State(Scope.Benchmark)
	public static class Resilience4j {

		private final ConfigurableApplicationContext context = Contexts.start(Contexts.Library.RESILIENCE4J, false,
				Map.of(), List.of(Resilience4jService.class));

		final Resilience4jService service = this.context.getBean(Resilience4jService.class);

		@Setup
		public void call() {
			for (String name : names()) {
				this.service.call(name);
			}
		}

		@TearDown
		public void stop() {
			try {
				KeyBenchmark
					.check(this.context.getBean(io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry.class)
						.getAllCircuitBreakers()
						.stream()
						.map(Tally::of));
			}
			finally {
				this.context.close();
			}
		}

	}

}
