package dev.breaker.spring.autoconfigure;

import java.util.Set;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.config.BreakerConfigs;

import org.springframework.beans.factory.DisposableBean;

/**
 * Takes the breakers that this context made out of the registry of its parent when it
 * closes, since their rules may be beans of this context.
 */
final class SharedBreakers implements DisposableBean {

	private final CircuitBreakerRegistry registry;

	private final BreakerConfigs configs;

	SharedBreakers(CircuitBreakerRegistry registry, BreakerConfigs configs) {
		this.registry = registry;
		this.configs = configs;
	}

	@Override
	public void destroy() {
		for (CircuitBreaker breaker : Set.copyOf(this.registry.all())) {
			if (breaker.config() == this.configs.get(configuredAs(breaker))) {
				this.registry.remove(breaker.name());
			}
		}
	}

	private static String configuredAs(CircuitBreaker breaker) {
		CircuitBreakerGroup group = breaker.group();
		return (group != null) ? group.name() : breaker.name();
	}

}
