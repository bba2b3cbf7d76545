package dev.breaker.spring.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.spring.aop.KeyedBreakers;
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

	private final KeyedBreakers breakers;

	private final Map<MeterRegistry, Meter> registered = new ConcurrentHashMap<>();

	/**
	 * Creates the meter.
	 * @param breakers the breakers made by key
	 */
	public KeyedBreakerMetrics(KeyedBreakers breakers) {
		this.breakers = breakers;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registered.put(registry,
				FunctionCounter.builder("breaker.keys.overflow", this.breakers, KeyedBreakers::overflowCalls)
					.description("Calls whose key got no circuit breaker of its own, because there were too many")
					.register(registry));
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
