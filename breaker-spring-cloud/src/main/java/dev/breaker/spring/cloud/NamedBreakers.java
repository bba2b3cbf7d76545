package dev.breaker.spring.cloud;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.config.BreakerConfigs;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * The breakers of a factory: one in the registry for each id. Safe for use by many
 * threads.
 */
final class NamedBreakers {

	private final CircuitBreakerRegistry registry;

	/** Null where {@code breaker.enabled} is false. */
	private final @Nullable BreakerConfigs properties;

	private volatile @Nullable Function<String, CircuitBreakerConfig> defaults;

	NamedBreakers(CircuitBreakerRegistry registry, @Nullable BreakerConfigs properties) {
		this.registry = registry;
		this.properties = properties;
	}

	/** Breakers that let every call pass and record none, whatever their config says. */
	static NamedBreakers disabled() {
		CircuitBreakerConfig defaults = CircuitBreakerConfig.ofDefaults();
		return new NamedBreakers(CircuitBreakerRegistry.of(defaults, (name) -> defaults,
				(config) -> config.toBuilder().initialState(State.DISABLED).build()), null);
	}

	BreakerConfigBuilder configBuilder(String name) {
		return new BreakerConfigBuilder(name,
				(this.properties != null) ? this.properties.get(name) : this.registry.defaults());
	}

	void configureDefault(Function<String, CircuitBreakerConfig> defaultConfiguration) {
		this.defaults = defaultConfiguration;
	}

	/** Gives a config to the breakers of these names that are there already. */
	void reconfigure(Map<String, CircuitBreakerConfig> configured, String... names) {
		for (String name : names) {
			CircuitBreakerConfig config = configured.get(name);
			if (config != null) {
				this.registry.find(name).ifPresent((breaker) -> breaker.reconfigure(config));
			}
		}
	}

	/**
	 * The breaker of an id, made on first use, and anew where it was removed.
	 * @param id the id, which is the breaker's name
	 * @param groupName has the config of an id that has none
	 * @param configured the configs that a factory was given, by name
	 */
	private CircuitBreaker get(String id, String groupName, Map<String, CircuitBreakerConfig> configured) {
		Optional<CircuitBreaker> present = this.registry.find(id);
		return present.isPresent() ? present.get() : make(id, groupName, configured);
	}

	private CircuitBreaker make(String id, String groupName, Map<String, CircuitBreakerConfig> configured) {
		CircuitBreakerConfig config = find(id, configured);
		if (config == null) {
			config = find(groupName, configured);
		}
		Function<String, CircuitBreakerConfig> defaultConfiguration = this.defaults;
		if (config == null && defaultConfiguration != null) {
			config = defaultConfiguration.apply(id);
		}
		return (config != null) ? this.registry.get(id, config) : this.registry.get(id);
	}

	private @Nullable CircuitBreakerConfig find(String name, Map<String, CircuitBreakerConfig> configured) {
		CircuitBreakerConfig own = configured.get(name);
		if (own == null && this.properties != null && this.properties.names().contains(name)) {
			return this.properties.get(name);
		}
		return own;
	}

	/**
	 * What a factory makes: a view of the breaker of an id.
	 */
	abstract static class View {

		private final NamedBreakers breakers;

		private final String id;

		private final String groupName;

		private final Map<String, CircuitBreakerConfig> configured;

		/**
		 * Makes a view, and the breaker unless it is there.
		 * @throws IllegalArgumentException if the id or the group is blank
		 */
		View(NamedBreakers breakers, String id, String groupName, Map<String, CircuitBreakerConfig> configured) {
			Assert.hasText(id, "A circuit breaker must have an id: it is the name of the breaker");
			Assert.hasText(groupName, () -> "The group of circuit breaker '" + id
					+ "' must have a name: create(id) makes one without a group");
			this.breakers = breakers;
			this.id = id;
			this.groupName = groupName;
			this.configured = configured;
			breaker();
		}

		/** Looked up by each call, since a breaker can be removed from the registry. */
		final CircuitBreaker breaker() {
			return this.breakers.get(this.id, this.groupName, this.configured);
		}

		@Override
		public final String toString() {
			return breaker().toString();
		}

	}

}
