package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
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

import org.springframework.aop.support.AopUtils;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The start of an application, once in a fresh JVM, as applications start: so many beans
 * of one annotated method each, each with a breaker of its own that has three properties.
 * Actuator and meters are there. Resilience4j starts with nothing but its circuit
 * breaker, and with all that its starter switches on.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class StartUpBenchmark {

	@Param({ "NONE", "BREAKER", "RESILIENCE4J_BREAKER", "RESILIENCE4J" })
	public String library = "NONE";

	@Param({ "1", "100", "1000" })
	public int breakers;

	private Map<String, String> properties = Map.of();

	private List<Class<?>> beans = List.of();

	private @Nullable ConfigurableApplicationContext context;

	@Setup
	public void prepare() throws IOException {
		boolean rival = this.library.startsWith("RESILIENCE4J");
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
	public void stop() throws ReflectiveOperationException {
		try (ConfigurableApplicationContext started = Objects.requireNonNull(this.context)) {
			check(started);
		}
	}

	/** Every bean is guarded by its breaker, with the properties from the file. */
	private void check(ConfigurableApplicationContext started) throws ReflectiveOperationException {
		for (Class<?> type : this.beans) {
			Object bean = started.getBean(type);
			type.getMethod("call").invoke(bean);
			Checks.same(AopUtils.isAopProxy(bean), !this.library.equals("NONE"), "whether it is a proxy");
		}
		Checks.same(started.getBeanProvider(CircuitBreakerRegistry.class).stream().count(),
				this.library.equals("BREAKER") ? 1L : 0L, "number of registries");
		Checks.same(started.getBeanProvider(MeterRegistry.class).stream().count(), 1L, "number of meter registries");
		for (int i = 0; i < this.breakers; i++) {
			String name = Services.name(i);
			switch (this.library) {
				case "BREAKER" -> {
					CircuitBreaker breaker = started.getBean(CircuitBreakerRegistry.class).find(name).orElseThrow();
					Checks.same(breaker.config().minimumNumberOfCalls(), 10, "minimum number of calls");
					Tally.of(breaker).onlySucceeded();
				}
				case "RESILIENCE4J", "RESILIENCE4J_BREAKER" -> {
					io.github.resilience4j.circuitbreaker.CircuitBreaker breaker = started
						.getBean(io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry.class)
						.find(name)
						.orElseThrow();
					Checks.same(breaker.getCircuitBreakerConfig().getMinimumNumberOfCalls(), 10,
							"minimum number of calls");
					Tally.of(breaker).onlySucceeded();
				}
				default -> Checks.same(this.library, "NONE", "library");
			}
		}
		Checks.same(started.containsBean("retryRegistry"), this.library.equals("RESILIENCE4J"),
				"presence of a registry of retries");
	}

}
