package dev.breaker.spring.autoconfigure;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.CircuitBreakerRegistryListener;
import dev.breaker.spring.config.BreakerConfigs;

import org.springframework.beans.factory.DisposableBean;

/**
 * Takes the breakers that this context made out of the registry of its parent when it
 * closes, since their rules may be beans of this context.
 */
final class SharedBreakers implements CircuitBreakerRegistryListener, DisposableBean {

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	/** Known by the config that they were made with, which may change later. */
	private final Set<CircuitBreaker> made = Collections
		.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	SharedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs) {
		this.registry = registry;
		this.configs = configs;
		registry.addRegistryListener(this);
	}

	@Override
	public void onAdded(CircuitBreaker breaker) {
		if (breaker.config() == this.configs.get(configuredAs(breaker))) {
			this.made.add(breaker);
		}
	}

	@Override
	public void destroy() {
		this.registry.removeRegistryListener(this);
		for (CircuitBreaker breaker : Set.copyOf(this.registry.all())) {
			if (this.made.contains(breaker)) {
				this.registry.remove(breaker.name());
			}
		}
	}

	private static String configuredAs(CircuitBreaker breaker) {
		CircuitBreakerGroup group = breaker.group();
		return (group != null) ? group.name() : breaker.name();
	}

}
