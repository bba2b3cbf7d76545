package dev.breaker.spring.cloud;

import java.util.Optional;
import java.util.function.Consumer;
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

	/**
	 * Configures names, on top of what the properties say at present and later.
	 * @param consumer changes a config
	 * @param names the ids, or the names of groups
	 */
	void configure(Consumer<BreakerConfigBuilder> consumer, String... names) {
		BreakerConfigs configs = this.properties;
		if (configs == null) {
			return;
		}
		for (String name : names) {
			configs.customize(name, (config) -> {
				BreakerConfigBuilder builder = new BreakerConfigBuilder(name, config);
				consumer.accept(builder);
				return builder.build();
			});
		}
	}

	BreakerConfigBuilder configBuilder(String name) {
		return new BreakerConfigBuilder(name,
				(this.properties != null) ? this.properties.get(name) : this.registry.defaults());
	}

	void configureDefault(Function<String, CircuitBreakerConfig> defaultConfiguration) {
		this.defaults = defaultConfiguration;
	}

	/**
	 * The breaker of an id, made on first use, and anew where it was removed.
	 * @param id the id, which is the breaker's name
	 * @param groupName has the config of an id that has none
	 */
	private CircuitBreaker get(String id, String groupName) {
		Optional<CircuitBreaker> present = this.registry.find(id);
		return present.isPresent() ? present.get() : make(id, groupName);
	}

	private CircuitBreaker make(String id, String groupName) {
		BreakerConfigs configs = this.properties;
		Function<String, CircuitBreakerConfig> defaultConfiguration = this.defaults;
		if (configs != null && !configs.names().contains(id)) {
			if (configs.names().contains(groupName)) {
				return this.registry.get(id, configs.get(groupName));
			}
			if (defaultConfiguration != null) {
				return this.registry.get(id, defaultConfiguration.apply(id));
			}
		}
		return this.registry.get(id);
	}

	/**
	 * What a factory makes: a view of the breaker of an id.
	 */
	abstract static class View {

		private final NamedBreakers breakers;

		private final String id;

		private final String groupName;

		/**
		 * Makes a view, and the breaker unless it is there.
		 * @throws IllegalArgumentException if the id or the group is blank
		 */
		View(NamedBreakers breakers, String id, String groupName) {
			Assert.hasText(id, "A circuit breaker must have an id: it is the name of the breaker");
			Assert.hasText(groupName, () -> "The group of circuit breaker '" + id
					+ "' must have a name: create(id) makes one without a group");
			this.breakers = breakers;
			this.id = id;
			this.groupName = groupName;
			breaker();
		}

		/** Looked up by each call, since a breaker can be removed from the registry. */
		final CircuitBreaker breaker() {
			return this.breakers.get(this.id, this.groupName);
		}

		@Override
		public final String toString() {
			return breaker().toString();
		}

	}

}
