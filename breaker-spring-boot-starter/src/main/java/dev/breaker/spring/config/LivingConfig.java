package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.LogText;

/**
 * The config of a breaker or of a group at work.
 *
 * @param name the name, which the config is found by
 * @param what what it is of, for the log
 * @param present the present config
 * @param reconfigure replaces it
 */
record LivingConfig(String name, String what, Supplier<CircuitBreakerConfig> present,
		Consumer<CircuitBreakerConfig> reconfigure) {

	static LivingConfig of(CircuitBreaker breaker) {
		return new LivingConfig(breaker.name(), "Circuit breaker '" + LogText.oneLine(breaker.name()) + "'",
				breaker::config, breaker::reconfigure);
	}

	static LivingConfig of(CircuitBreakerGroup group) {
		return new LivingConfig(group.name(), "Circuit breakers of all keys of '" + LogText.oneLine(group.name()) + "'",
				group::config, group::reconfigure);
	}

	/** Of all breakers and groups. Those of keys are the group's. */
	static List<LivingConfig> all(CircuitBreakerRegistry registry) {
		List<LivingConfig> all = new ArrayList<>();
		registry.all().stream().filter((breaker) -> breaker.group() == null).forEach((breaker) -> all.add(of(breaker)));
		registry.groups().forEach((group) -> all.add(of(group)));
		return all;
	}

	/** Of the breaker and of the group of a name. */
	static List<LivingConfig> named(String name, CircuitBreakerRegistry registry) {
		List<LivingConfig> named = new ArrayList<>();
		registry.find(name).filter((breaker) -> breaker.group() == null).ifPresent((breaker) -> named.add(of(breaker)));
		registry.findGroup(name).ifPresent((group) -> named.add(of(group)));
		return named;
	}

	CircuitBreakerConfig config() {
		return this.present.get();
	}

}
