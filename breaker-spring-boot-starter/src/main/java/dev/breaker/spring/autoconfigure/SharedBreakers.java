package dev.breaker.spring.autoconfigure;

import java.util.Set;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.aop.KeyedBreakers;
import dev.breaker.spring.config.BreakerConfigs;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;

/**
 * Takes the breakers that this context made out of the registry of its parent when it
 * closes, since their rules may be beans of this context.
 */
final class SharedBreakers implements DisposableBean {

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	private final @Nullable KeyedBreakers keyedBreakers;

	SharedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs, @Nullable KeyedBreakers keyedBreakers) {
		this.registry = registry;
		this.configs = configs;
		this.keyedBreakers = keyedBreakers;
	}

	@Override
	public void destroy() {
		for (CircuitBreaker breaker : Set.copyOf(this.registry.all())) {
			if (breaker.config() == this.configs.get(configuredAs(breaker.name()))) {
				this.registry.remove(breaker.name());
			}
		}
	}

	private String configuredAs(String name) {
		return (this.keyedBreakers != null) ? this.keyedBreakers.baseName(name) : name;
	}

}
