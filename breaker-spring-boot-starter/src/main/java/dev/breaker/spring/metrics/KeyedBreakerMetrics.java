package dev.breaker.spring.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.DisposableBean;

/**
 * Counts the calls whose key found no place for a breaker of its own:
 * {@code breaker.keys.overflow}.
 */
public final class KeyedBreakerMetrics implements MeterBinder, DisposableBean {

	private final CircuitBreakerRegistry breakers;

	private final Map<MeterRegistry, Meter> registered = new ConcurrentHashMap<>();

	/**
	 * Creates the meter.
	 * @param breakers has the groups of breakers made by key
	 */
	public KeyedBreakerMetrics(CircuitBreakerRegistry breakers) {
		this.breakers = breakers;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registered.put(registry, FunctionCounter
			.builder("breaker.keys.overflow", this.breakers, KeyedBreakerMetrics::overflowCalls)
			.description("Calls whose key got no circuit breaker of its own, because all that there may be were in use")
			.register(registry));
	}

	private static double overflowCalls(CircuitBreakerRegistry breakers) {
		return breakers.groups().stream().mapToLong(CircuitBreakerGroup::overflowCalls).sum();
	}

	/**
	 * Lets go of a meter registry that closes before this context does.
	 * @param registry the registry
	 */
	public void unbind(MeterRegistry registry) {
		Meter meter = this.registered.remove(registry);
		if (meter != null) {
			registry.remove(meter);
		}
	}

	@Override
	public void destroy() {
		this.registered.forEach(MeterRegistry::remove);
		this.registered.clear();
	}

}
