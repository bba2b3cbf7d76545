package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.LogText;

/**
 * The config of a breaker or of a group at work.
 */
interface LivingConfig {

	static LivingConfig of(CircuitBreaker breaker) {
		return new LivingConfig() {

			@Override
			public String name() {
				return breaker.name();
			}

			@Override
			public String what() {
				return "Circuit breaker '" + LogText.oneLine(breaker.name()) + "'";
			}

			@Override
			public CircuitBreakerConfig config() {
				return breaker.config();
			}

			@Override
			public void reconfigure(CircuitBreakerConfig config) {
				breaker.reconfigure(config);
			}

		};
	}

	static LivingConfig of(CircuitBreakerGroup group) {
		return new LivingConfig() {

			@Override
			public String name() {
				return group.name();
			}

			@Override
			public String what() {
				return "Circuit breakers of all keys of '" + LogText.oneLine(group.name()) + "'";
			}

			@Override
			public CircuitBreakerConfig config() {
				return group.config();
			}

			@Override
			public void reconfigure(CircuitBreakerConfig config) {
				group.reconfigure(config);
			}

		};
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

	/** The name, which the config is found by. */
	String name();

	/** What it is of, for the log. */
	String what();

	/** The present config. */
	CircuitBreakerConfig config();

	/** Replaces the config. */
	void reconfigure(CircuitBreakerConfig config);

}
