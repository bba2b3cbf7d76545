package dev.breaker.spring.config;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.spring.autoconfigure.BreakerAopAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerAutoConfiguration;
import dev.breaker.spring.autoconfigure.BreakerMetricsAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.MapPropertySource;

/**
 * An environment with properties that change while the application runs.
 */
final class Changing {

	private final Map<String, Object> properties = new ConcurrentHashMap<>();

	final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withInitializer((context) -> context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("changing", this.properties)))
		.withConfiguration(AutoConfigurations.of(BreakerAutoConfiguration.class, BreakerAopAutoConfiguration.class,
				BreakerMetricsAutoConfiguration.class));

	/** Sets a property below {@code breaker}. */
	Changing set(String key, Object value) {
		this.properties.put("breaker." + key, value);
		return this;
	}

	Changing remove(String key) {
		this.properties.remove("breaker." + key);
		return this;
	}

}
