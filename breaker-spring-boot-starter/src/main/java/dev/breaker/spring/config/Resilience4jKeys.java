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
 * The keys of Resilience4j that are called otherwise here, or need no counterpart. By the
 * letters alone, some would be taken for another property.
 */
final class Resilience4jKeys {

	private static final Logger logger = LoggerFactory.getLogger(Resilience4jKeys.class);

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("resilience4j");

	private static final ConfigurationPropertyName CIRCUIT_BREAKER = PREFIX.append("circuitbreaker");

	private static final String CIRCUIT_BREAKER_CLASS = "io.github.resilience4j.circuitbreaker.CircuitBreaker";

	private static final String CORE_CLASS = "io.github.resilience4j.core.Registry";

	/** What stands between the prefix and the instances there. */
	private static final Set<String> WRAPPERS = Set.of("resilience4j", "circuitbreaker", "circuitbreakers");

	private static final Map<String, Suggestion> OF_INSTANCE = Map.ofEntries(
			instead("recordFailurePredicate", "record-exception-predicate"),
			instead("exponentialBackoffMultiplier", "wait-duration-multiplier"),
			instead("exponentialMaxWaitDurationInOpenState", "max-wait-duration-in-open-state"),
			instead("randomizedWaitFactor", "wait-duration-jitter"),
			instead("waitInterval", "wait-duration-in-open-state"), instead("timeoutDuration", "time-limit"),
			instead("ringBufferSizeInClosedState", "sliding-window-size"),
			instead("ringBufferSizeInHalfOpenState", "permitted-number-of-calls-in-half-open-state"),
			remove("enableExponentialBackoff", "the wait grows where \"wait-duration-multiplier\" is above 1"),
			remove("enableRandomizedWait", "the wait is spread where \"wait-duration-jitter\" is above 0"),
			remove("cancelRunningFuture", "what takes longer than \"time-limit\" is always cancelled"),
			remove("registerHealthIndicator",
					"health shows every breaker; \"management.health.circuitbreakers.enabled\" set to false takes them out"),
			remove("allowHealthIndicatorToFail",
					"\"breaker.health.down-when-open\" takes the names of the breakers that turn health DOWN"),
			remove("eventConsumerBufferSize",
					"\"breaker.events.capacity\" says for all breakers how many events of each type are kept"),
			remove("automaticTransitionFromOpenToHalfOpenEnabled",
					"a breaker is half-open as soon as its wait is over, and needs no thread for it"),
			remove("transitionToStateAfterWaitDuration",
					"a breaker whose probe takes longer than \"max-wait-duration-in-half-open-state\" is open again"),
			remove("writableStackTraceEnabled", "the exception of a refusal has no stack trace"),
			remove("slidingWindowSynchronizationStrategy", "there is one way in which windows are kept"),
			remove("ignoreClassBindingExceptions", "a class that is not there stops the application"),
			remove("ignoreUnknownExceptions", "a class that is not there stops the application"));

	private static final Map<String, Suggestion> OF_ROOT = Map.ofEntries(
			instead("circuitBreakerAspectOrder", "aspect.order"),
			remove("retry", "Spring's @Retryable repeats calls, with maxRetries, delay, multiplier and jitter on it"),
			remove("bulkhead", "Spring's @ConcurrencyLimit limits the calls that are under way"),
			remove("threadPoolBulkhead", "Spring's @ConcurrencyLimit limits the calls that are under way"),
			remove("rateLimiter", "there is no rate limiter"),
			remove("timeLimiter",
					"\"time-limit\" of an instance ends calls that return a future or a publisher, the timeout of the client ends all others"),
			remove("tags", "\"management.metrics.tags\" gives tags to all meters"),
			remove("health", "\"management.health.circuitbreakers.enabled\" switches the health component"));

	private Resilience4jKeys() {
	}

	private static Map.Entry<String, Suggestion> instead(String key, String property) {
		return Map.entry(SimilarNames.plain(key), Suggestion.of(property));
	}

	private static Map.Entry<String, Suggestion> remove(String key, String advice) {
		return Map.entry(SimilarNames.plain(key), new Suggestion(null, advice));
	}

	/**
	 * What takes the place of a property of an instance, or {@code null} where it is none
	 * of Resilience4j's, or is called the same here.
	 */
	static @Nullable Suggestion ofInstance(String given) {
		return OF_INSTANCE.get(SimilarNames.plain(given));
	}

	/**
	 * What takes the place of what stands beside the instances.
	 */
	static @Nullable Suggestion ofRoot(String given) {
		return OF_ROOT.get(SimilarNames.plain(given));
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
		if (ClassUtils.isPresent(CIRCUIT_BREAKER_CLASS, classLoader)) {
			return;
		}
		ConfigurationPropertyName prefix = ClassUtils.isPresent(CORE_CLASS, classLoader) ? CIRCUIT_BREAKER : PREFIX;
		Map<ConfigurationPropertyName, String> leftovers = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : sources.all()) {
			if (source.getUnderlyingSource() instanceof EnumerablePropertySource<?> enumerable) {
				for (String key : PropertyNames.of(enumerable)) {
					ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key,
							(key.indexOf('.') < 0) ? '_' : '.');
					if (prefix.isAncestorOf(name)) {
						leftovers.putIfAbsent(name,
								"\"%s\" (%s)".formatted(key, PropertySourceOrigin.get(enumerable, key)));
					}
				}
			}
		}
		if (!leftovers.isEmpty()) {
			logger.warn(
					"{} properties below \"{}\" have no effect, as Resilience4j is not on the class path, such as {}."
							+ " Circuit breakers are configured below \"breaker\".",
					leftovers.size(), prefix, leftovers.values().iterator().next());
		}
	}

}
