package dev.breaker.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * The start of an application, once in a fresh JVM, as applications start: so many beans
 * of one annotated method each, each with a breaker of its own that has three properties.
 * Actuator and meters are there.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class StartUpBenchmark {

	@Param({ "NONE", "BREAKER", "RESILIENCE4J" })
	public String library = "NONE";

	@Param({ "1", "100", "1000" })
	public int breakers;

	private final Map<String, String> properties = new HashMap<>();

	private List<Class<?>> beans = List.of();

	private @Nullable ConfigurableApplicationContext context;

	@Setup
	public void prepare() {
		boolean rival = this.library.equals("RESILIENCE4J");
		this.beans = Services.make(rival ? io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker.class
				: dev.breaker.annotation.CircuitBreaker.class, this.breakers);
		String instances = rival ? "resilience4j.circuitbreaker.instances." : "breaker.instances.";
		for (int i = 0; i < this.breakers; i++) {
			String instance = instances + Services.name(i);
			this.properties.put(instance + ".failure-rate-threshold", "40");
			this.properties.put(instance + ".minimum-number-of-calls", "10");
			this.properties.put(instance + ".wait-duration-in-open-state", "30s");
		}
	}

	@Benchmark
	public Object start() {
		this.context = Contexts.start(Contexts.Library.valueOf(this.library), true, this.properties, this.beans);
		return this.context;
	}

	@TearDown
	public void stop() {
		if (this.context != null) {
			this.context.close();
		}
	}

}
