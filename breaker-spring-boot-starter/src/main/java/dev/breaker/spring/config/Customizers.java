package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.InvalidCircuitBreakerConfigException;
import dev.breaker.LogText;
import dev.breaker.spring.CircuitBreakerConfigCustomizer;
import dev.breaker.spring.event.ThrowableText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the customizers. What one of them throws stops the application, so that no
 * breaker has an incomplete config.
 */
final class Customizers {

	private static final Logger logger = LoggerFactory.getLogger(BreakerConfigs.class);

	private final Set<String> names = new LinkedHashSet<>();

	/** By the name of a breaker, who changed which property last. */
	private final Map<String, Map<String, String>> origins = new HashMap<>();

	private final List<ConfigProblem> problems = new ArrayList<>();

	private @Nullable Throwable cause;

	private Customizers() {
	}

	/**
	 * Applies all of them, in their order.
	 * @param configs the configs of the instances, where the customized ones are put
	 * @param defaults the config of names that are no instances
	 */
	static Customizers apply(List<CircuitBreakerConfigCustomizer> customizers,
			Map<String, CircuitBreakerConfig> configs, CircuitBreakerConfig defaults) {
		Customizers applied = new Customizers();
		for (CircuitBreakerConfigCustomizer customizer : customizers) {
			applied.apply(customizer, configs, defaults);
		}
		if (!applied.problems.isEmpty()) {
			throw new InvalidBreakerConfigurationException(applied.problems, applied.cause);
		}
		return applied;
	}

	/**
	 * Applies what the application's code changes of a config.
	 * @throws InvalidBreakerConfigurationException where it throws
	 */
	static CircuitBreakerConfig apply(String name, UnaryOperator<CircuitBreakerConfig> customization,
			CircuitBreakerConfig config) {
		try {
			return customization.apply(config);
		}
		catch (Throwable ex) {
			Customizers failed = new Customizers();
			failed.fail("breaker.instances." + name,
					"cannot be customized by the application's code, which threw %s".formatted(ThrowableText.of(ex)),
					ex);
			throw new InvalidBreakerConfigurationException(failed.problems, failed.cause);
		}
	}

	private void apply(CircuitBreakerConfigCustomizer customizer, Map<String, CircuitBreakerConfig> configs,
			CircuitBreakerConfig defaults) {
		String name = name(customizer);
		if (name == null) {
			return;
		}
		this.names.add(name);
		CircuitBreakerConfig before = configs.getOrDefault(name, defaults);
		CircuitBreakerConfig.Builder builder = before.toBuilder();
		try {
			customizer.customize(builder);
			CircuitBreakerConfig after = builder.build();
			configs.put(name, after);
			Map<String, String> changed = this.origins.computeIfAbsent(name, (newName) -> new HashMap<>());
			ConfigDifference.between(before, after)
				.keySet()
				.forEach((property) -> changed.put(property, "customizer " + text(customizer)));
		}
		catch (InvalidCircuitBreakerConfigException ex) {
			fail("breaker.instances." + name,
					"is left with a config that cannot be used by %s: %s".formatted(text(customizer), ex.getMessage()),
					ex);
		}
		catch (Throwable ex) {
			fail("breaker.instances." + name,
					"cannot be customized by %s, which threw %s".formatted(text(customizer), ThrowableText.of(ex)), ex);
		}
	}

	private @Nullable String name(CircuitBreakerConfigCustomizer customizer) {
		try {
			String name = customizer.name();
			if (name != null && !name.isEmpty()) {
				return name;
			}
			fail("breaker.instances", "cannot be customized by %s, which gives no name".formatted(text(customizer)),
					null);
		}
		catch (Throwable ex) {
			fail("breaker.instances", "cannot be customized by %s, whose name() threw %s".formatted(text(customizer),
					ThrowableText.of(ex)), ex);
		}
		return null;
	}

	private void fail(String key, String reason, @Nullable Throwable thrown) {
		this.problems.add(new ConfigProblem(key, null, null, reason,
				"Change the customizer of \"%s\", or the properties that it starts from.".formatted(key)));
		if (this.cause == null && thrown != null && isPrintable(thrown)) {
			this.cause = thrown;
		}
	}

	/** A cause that cannot be printed would hide the failure. */
	private static boolean isPrintable(Throwable thrown) {
		try {
			return !thrown.toString().isEmpty();
		}
		catch (Throwable ex) {
			return false;
		}
	}

	/** Says which customizer gave properties their values. */
	void addTo(Origins all) {
		for (Map.Entry<String, Map<String, String>> each : this.origins.entrySet()) {
			all.put(each.getKey(), each.getValue());
		}
	}

	private static String text(CircuitBreakerConfigCustomizer customizer) {
		try {
			return LogText.oneLine(String.valueOf(customizer));
		}
		catch (Throwable ex) {
			return customizer.getClass().getName();
		}
	}

	/**
	 * Warns of customizers whose breaker has no other trace.
	 * @param named the names of all breakers that there are
	 */
	void reportUnmatched(Set<String> named) {
		for (String name : this.names) {
			if (!named.contains(name)) {
				String nearest = SimilarNames.of(name, named);
				logger.warn(
						"A CircuitBreakerConfigCustomizer names circuit breaker \"{}\", which neither breaker.instances nor"
								+ " an annotation names{} It has no effect unless the application requests that name from"
								+ " the registry.",
						LogText.oneLine(name),
						(nearest != null) ? ": did you mean \"" + LogText.oneLine(nearest) + "\"?" : ".");
			}
		}
	}

}
