package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

	private Map<String, String> properties = Map.of();

	private List<Class<?>> beans = List.of();

	private @Nullable ConfigurableApplicationContext context;

	@Setup
	public void prepare() throws IOException {
		boolean rival = this.library.equals("RESILIENCE4J");
		this.beans = Services.make(rival ? io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker.class
				: dev.breaker.annotation.CircuitBreaker.class, this.breakers);
		StringBuilder yaml = new StringBuilder(
				rival ? "resilience4j.circuitbreaker.instances:\n" : "breaker.instances:\n");
		for (int i = 0; i < this.breakers; i++) {
			yaml.append("  ").append(Services.name(i)).append("""
					:
					    failure-rate-threshold: 40
					    minimum-number-of-calls: 10
					    wait-duration-in-open-state: 30s
					""");
		}
		Path file = Files.createTempFile("start-up", ".yml");
		file.toFile().deleteOnExit();
		Files.writeString(file, yaml);
		this.properties = Map.of("spring.config.location", file.toUri().toString());
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
