package dev.breaker.spring.config;

import java.util.HashMap;
import java.util.Map;

import dev.breaker.CircuitBreakerConfig;

/**
 * Where the values of configs come from, by the names of the configs and of the
 * properties in camel case. What is not there is a default.
 */
final class Origins {

	/** Of names that have no config of their own. */
	private final Map<String, String> ofDefaults;

	private final Map<String, Map<String, String>> ofNames = new HashMap<>();

	Origins(Map<String, String> ofDefaults) {
		this.ofDefaults = ofDefaults;
	}

	/** Those of a config that was given in code. */
	static Map<String, String> ofCode(CircuitBreakerConfig config) {
		Map<String, String> origins = new HashMap<>();
		ConfigDifference.between(CircuitBreakerConfig.ofDefaults(), config)
			.keySet()
			.forEach((property) -> origins.put(property, ConfigValue.CODE));
		return origins;
	}

	/** Those of a name: an instance, or one that has the defaults. */
	Map<String, String> of(String name) {
		return this.ofNames.getOrDefault(name, this.ofDefaults);
	}

	/** Puts origins in place of those of the same properties. */
	void put(String name, Map<String, String> origins) {
		this.ofNames.computeIfAbsent(name, (newName) -> new HashMap<>(this.ofDefaults)).putAll(origins);
	}

	/** What code changed of a config. */
	void putCode(String name, CircuitBreakerConfig before, CircuitBreakerConfig after) {
		Map<String, String> origins = new HashMap<>();
		ConfigDifference.between(before, after).keySet().forEach((property) -> origins.put(property, ConfigValue.CODE));
		put(name, origins);
	}

	Origins copy() {
		Origins copy = new Origins(this.ofDefaults);
		this.ofNames.forEach((name, origins) -> copy.ofNames.put(name, new HashMap<>(origins)));
		return copy;
	}

}
