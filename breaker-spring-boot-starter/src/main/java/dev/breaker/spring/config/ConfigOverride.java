package dev.breaker.spring.config;

import java.util.Set;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.InvalidCircuitBreakerConfigException;
import org.jspecify.annotations.Nullable;

/**
 * What was changed at run time of the config of one name: properties over whatever config
 * the breaker has otherwise. Immutable.
 */
final class ConfigOverride {

	private final String name;

	private final LayeredProperties properties;

	/**
	 * Whether it is over the config of the environment, and not only over one of code.
	 */
	private final boolean overEnvironment;

	private ConfigOverride(String name, LayeredProperties properties, boolean overEnvironment) {
		this.name = name;
		this.properties = properties;
		this.overEnvironment = overEnvironment;
	}

	/**
	 * Properties over those that were given earlier.
	 */
	static ConfigOverride of(String name, @Nullable ConfigOverride earlier, LayeredProperties given,
			boolean overEnvironment) {
		return (earlier == null) ? new ConfigOverride(name, given, overEnvironment)
				: new ConfigOverride(name, given.over(earlier.properties), overEnvironment || earlier.overEnvironment);
	}

	/** The names of the properties. */
	Set<String> properties() {
		return this.properties.names();
	}

	boolean isOverEnvironment() {
		return this.overEnvironment;
	}

	/**
	 * Makes a config of another one.
	 * @throws InvalidCircuitBreakerConfigException when the two contradict each other
	 */
	CircuitBreakerConfig over(CircuitBreakerConfig base, PredicateResolver predicates) {
		return this.properties.applyTo(base.toBuilder(), base.outcomeRule(), predicates, (refusal) -> {
			throw refusal;
		}).build();
	}

	/** The problem that {@link #over} is refused with. */
	ConfigProblem problem(InvalidCircuitBreakerConfigException refusal) {
		String property = ConfigReader.key(refusal.property());
		boolean changed = this.properties.names().contains(refusal.property());
		String key = changed ? ChangeReader.path(property) : property;
		String requirement = "for circuit breaker \"%s\" ".formatted(this.name) + ConfigReader.requirement(refusal);
		return new ConfigProblem(key, refusal.value(), null, requirement,
				"Change \"%s\", or what was changed at run time of the same circuit breaker: it %s.".formatted(key,
						ConfigReader.requirement(refusal)));
	}

}
