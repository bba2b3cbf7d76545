package dev.breaker.spring.config;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What takes the place of keys of Resilience4j that are called otherwise here, or need no
 * counterpart. By the letters alone, some would be taken for another property.
 */
final class Resilience4jSuggestions {

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

	private Resilience4jSuggestions() {
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

}
