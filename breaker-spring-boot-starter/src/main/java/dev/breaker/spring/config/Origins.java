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
	private final LayeredProperties ofDefaults;

	private final Map<String, LayeredProperties> ofInstances;

	/** What code set, by the names that it did so of. */
	private final Map<String, Map<String, String>> ofCode = new HashMap<>();

	Origins(LayeredProperties ofDefaults, Map<String, LayeredProperties> ofInstances) {
		this.ofDefaults = ofDefaults;
		this.ofInstances = ofInstances;
	}

	/** Those of a config that was given in code. */
	static Map<String, String> ofCode(CircuitBreakerConfig config) {
		Map<String, String> origins = new HashMap<>();
		ConfigDifference.between(CircuitBreakerConfig.ofDefaults(), config)
			.keySet()
			.forEach((property) -> origins.put(property, ConfigValue.CODE));
		return origins;
	}

	/**
	 * Those of a name: an instance, or one that has the defaults. They are described now,
	 * as few are ever asked for.
	 */
	Map<String, String> of(String name) {
		Map<String, String> origins = this.ofDefaults.origins();
		LayeredProperties properties = this.ofInstances.get(name);
		if (properties != null) {
			origins.putAll(properties.origins());
		}
		origins.putAll(this.ofCode.getOrDefault(name, Map.of()));
		return origins;
	}

	/** Puts what code gave in place of the origins of the same properties. */
	void put(String name, Map<String, String> origins) {
		this.ofCode.computeIfAbsent(name, (newName) -> new HashMap<>()).putAll(origins);
	}

	/** What code changed of a config. */
	void putCode(String name, CircuitBreakerConfig before, CircuitBreakerConfig after) {
		Map<String, String> origins = new HashMap<>();
		ConfigDifference.between(before, after).keySet().forEach((property) -> origins.put(property, ConfigValue.CODE));
		put(name, origins);
	}

	Origins copy() {
		Origins copy = new Origins(this.ofDefaults, this.ofInstances);
		this.ofCode.forEach((name, origins) -> copy.ofCode.put(name, new HashMap<>(origins)));
		return copy;
	}

}
