package dev.breaker.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * A call of an annotated method that has a breaker for each of 64 customers, found by a
 * SpEL expression. Without meters.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class KeyBenchmark {

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

		private final String[] names = IntStream.range(0, 64).mapToObj((i) -> "customer-" + i).toArray(String[]::new);

		private int next;

		String next() {
			this.next = (this.next + 1) % this.names.length;
			return this.names[this.next];
		}

	}

	/**
	 * Guarded by this project.
	 */
	public static class BreakerService {

		private final Work work = new Work();

		@dev.breaker.annotation.CircuitBreaker(name = "keyed", key = "#customer")
		public Object call(String customer) {
			return this.work.get();
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

		@TearDown
		public void stop() {
			this.context.close();
		}

	}

	/**
	 * Guarded by Resilience4j, whose name may be an expression.
	 */
	public static class Resilience4jService {

		private final Work work = new Work();

		@io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker(name = "#customer")
		public Object call(String customer) {
			return this.work.get();
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

		@TearDown
		public void stop() {
			this.context.close();
		}

	}

}
