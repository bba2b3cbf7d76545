package dev.breaker.spring.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.util.ClassUtils;

/**
 * The keys of Resilience4j: what they stand below, and whether any are left that nothing
 * reads.
 */
final class Resilience4jKeys {

	private static final Logger logger = LoggerFactory.getLogger(Resilience4jKeys.class);

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("resilience4j");

	private static final ConfigurationPropertyName CIRCUIT_BREAKER = PREFIX.append("circuitbreaker");

	private static final String CIRCUIT_BREAKER_CLASS = "io.github.resilience4j.circuitbreaker.CircuitBreaker";

	private static final String CORE_CLASS = "io.github.resilience4j.core.Registry";

	/** What stands between the prefix and the instances there. */
	private static final Set<String> WRAPPERS = Set.of("resilience4j", "circuitbreaker", "circuitbreakers");

	private Resilience4jKeys() {
	}

	/**
	 * A key without what stands between the prefix and the instances in Resilience4j.
	 */
	static ConfigurationPropertyName unwrap(ConfigurationPropertyName below) {
		ConfigurationPropertyName unwrapped = below;
		while (unwrapped.getNumberOfElements() > 1 && WRAPPERS.contains(SimilarNames.plain(first(unwrapped)))) {
			unwrapped = unwrapped.subName(1);
		}
		return unwrapped;
	}

	private static String first(ConfigurationPropertyName name) {
		return name.getElement(0, ConfigurationPropertyName.Form.ORIGINAL);
	}

	/**
	 * Warns of properties that nothing reads.
	 */
	static void reportLeftovers(BreakerPropertySources sources, @Nullable ClassLoader classLoader) {
		Map<ConfigurationPropertyName, String> all = below(PREFIX, sources);
		// To look for a class that is not there takes longer than to look for the keys
		if (all.isEmpty() || ClassUtils.isPresent(CIRCUIT_BREAKER_CLASS, classLoader)) {
			return;
		}
		ConfigurationPropertyName prefix = ClassUtils.isPresent(CORE_CLASS, classLoader) ? CIRCUIT_BREAKER : PREFIX;
		Map<ConfigurationPropertyName, String> leftovers = new LinkedHashMap<>(all);
		leftovers.keySet().removeIf((name) -> !prefix.isAncestorOf(name));
		if (!leftovers.isEmpty()) {
			logger.warn(
					"{} properties below \"{}\" have no effect, as Resilience4j is not on the class path, such as {}."
							+ " Circuit breakers are configured below \"breaker\".",
					leftovers.size(), prefix, leftovers.values().iterator().next());
		}
	}

	/** The keys below a prefix, with where they are, in the order of the sources. */
	private static Map<ConfigurationPropertyName, String> below(ConfigurationPropertyName prefix,
			BreakerPropertySources sources) {
		Map<ConfigurationPropertyName, String> below = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : sources.all()) {
			if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> enumerable) {
				for (String key : PropertyNames.of(enumerable)) {
					// However it is written, it has the digit, and few others have
					if (key.indexOf('4') < 0) {
						continue;
					}
					ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key,
							(key.indexOf('.') < 0) ? '_' : '.');
					if (prefix.isAncestorOf(name)) {
						below.putIfAbsent(name,
								"\"%s\" (%s)".formatted(key, PropertySourceOrigin.get(enumerable, key)));
					}
				}
			}
		}
		return below;
	}

}
