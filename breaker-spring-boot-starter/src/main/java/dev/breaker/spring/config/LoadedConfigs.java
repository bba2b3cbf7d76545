package dev.breaker.spring.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.spring.http.HttpClientEntry;

/**
 * What the environment and the customizers said at one time.
 *
 * @param defaults the config of names that have none of their own
 * @param instanceNames the names below {@code breaker.instances}
 * @param configs the configs of those names, and of the names of customizers
 * @param httpClients the entries of {@code breaker.http.clients}, which are read at start
 * alone
 * @param customizers what is known of the customizers
 * @param warnings what is said of values that are valid, and change nothing or look like
 * a mistake
 * @param switches the text of each switch that is set, and of the entries of
 * {@code breaker.http.clients}, by its key
 * @param origins where the values of the configs come from
 */
record LoadedConfigs(CircuitBreakerConfig defaults, Set<String> instanceNames,
		Map<String, CircuitBreakerConfig> configs, List<HttpClientEntry> httpClients, Customizers customizers,
		List<String> warnings, Map<String, String> switches, Origins origins) {

	CircuitBreakerConfig get(String name) {
		return this.configs.getOrDefault(name, this.defaults);
	}

	/** The same, with another config of one name, which is on the clocks of before. */
	LoadedConfigs with(String name, CircuitBreakerConfig config) {
		Map<String, CircuitBreakerConfig> configs = new LinkedHashMap<>(this.configs);
		configs.put(name, this.configs.containsKey(name) ? onClocksOf(config, get(name)) : config);
		Origins origins = this.origins.copy();
		origins.putCode(name, get(name), config);
		return new LoadedConfigs(this.defaults, this.instanceNames, configs, this.httpClients, this.customizers,
				this.warnings, this.switches, origins);
	}

	/**
	 * The same, with the objects of an earlier time where they say the same, and on the
	 * clocks of that time, which breakers keep.
	 */
	LoadedConfigs after(LoadedConfigs before) {
		Map<String, CircuitBreakerConfig> settled = new LinkedHashMap<>();
		this.configs.forEach((name, config) -> settled.put(name,
				settled(config, before.get(name), before.configs().containsKey(name))));
		return new LoadedConfigs(settled(this.defaults, before.defaults(), true), this.instanceNames, settled,
				before.httpClients, this.customizers, this.warnings, this.switches, this.origins);
	}

	private static CircuitBreakerConfig settled(CircuitBreakerConfig config, CircuitBreakerConfig before,
			boolean reusable) {
		return (reusable && ConfigDifference.isNone(config, before)) ? before : onClocksOf(config, before);
	}

	@SuppressWarnings("ReferenceEquality") // as the breaker compares them
	private static CircuitBreakerConfig onClocksOf(CircuitBreakerConfig config, CircuitBreakerConfig before) {
		return (config.nanoClock() == before.nanoClock() && config.clock() == before.clock()) ? config
				: config.toBuilder().nanoClock(before.nanoClock()).clock(before.clock()).build();
	}

}
