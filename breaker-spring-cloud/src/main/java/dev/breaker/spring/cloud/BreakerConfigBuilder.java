package dev.breaker.spring.cloud;

import dev.breaker.CircuitBreakerConfig;

import org.springframework.cloud.client.circuitbreaker.ConfigBuilder;

/**
 * Builds the config of an id or of a group. It starts from what the {@code breaker.*}
 * properties say of that name, or else of {@code default}. Not safe for use by many
 * threads.
 */
public final class BreakerConfigBuilder implements ConfigBuilder<CircuitBreakerConfig> {

	private final String id;

	private CircuitBreakerConfig.Builder builder;

	BreakerConfigBuilder(String id, CircuitBreakerConfig base) {
		this.id = id;
		this.builder = base.toBuilder();
	}

	/**
	 * The id or group that is configured.
	 * @return the name
	 */
	public String id() {
		return this.id;
	}

	/**
	 * The builder of the config, whose methods change it.
	 * @return the builder
	 */
	public CircuitBreakerConfig.Builder config() {
		return this.builder;
	}

	/**
	 * Starts again from another config, instead of the properties.
	 * @param config the config
	 * @return this builder
	 */
	public BreakerConfigBuilder circuitBreakerConfig(CircuitBreakerConfig config) {
		this.builder = config.toBuilder();
		return this;
	}

	/**
	 * Builds the config.
	 * @return the config
	 * @throws IllegalArgumentException if its values contradict each other
	 */
	@Override
	public CircuitBreakerConfig build() {
		return this.builder.build();
	}

}
