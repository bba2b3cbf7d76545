package dev.breaker.benchmarks;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.smallrye.faulttolerance.api.TypedGuard;

/**
 * The breakers that are compared, each with the same rules: a window of 100 calls or 10
 * seconds, judged from 20 calls on, an hour of waiting once open.
 */
final class Guards {

	static final Duration WAIT = Duration.ofHours(1);

	/** Long enough that no call is slow. */
	static final Duration SLOW = Duration.ofSeconds(10);

	static final int CALLS = 100;

	private static final int SECONDS = 10;

	static final int MINIMUM = 20;

	private static final AtomicInteger NUMBER = new AtomicInteger();

	private Guards() {
	}

	static CircuitBreakerConfig.Builder breakerConfig(SlidingWindowType window, int threshold) {
		return CircuitBreakerConfig.builder()
			.slidingWindowType(window)
			.slidingWindowSize((window == SlidingWindowType.COUNT_BASED) ? CALLS : SECONDS)
			.minimumNumberOfCalls(MINIMUM)
			.failureRateThreshold(threshold)
			.waitDurationInOpenState(WAIT);
	}

	static CircuitBreaker breaker(SlidingWindowType window, int threshold) {
		return CircuitBreaker.of("breaker", breakerConfig(window, threshold).build());
	}

	/**
	 * Resilience4j cannot be told not to measure: its slow-call rule is always on.
	 */
	static io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.Builder resilience4jConfig(
			SlidingWindowType window, int threshold) {
		boolean count = window == SlidingWindowType.COUNT_BASED;
		return io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.custom()
			.slidingWindowType(
					count ? io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType.COUNT_BASED
							: io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType.TIME_BASED)
			.slidingWindowSize(count ? CALLS : SECONDS)
			.minimumNumberOfCalls(MINIMUM)
			.failureRateThreshold(threshold)
			.slowCallDurationThreshold(SLOW)
			.waitDurationInOpenState(WAIT);
	}

	static io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j(SlidingWindowType window, int threshold) {
		return io.github.resilience4j.circuitbreaker.CircuitBreaker.of("resilience4j",
				resilience4jConfig(window, threshold).build());
	}

	static io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4jLockFree(SlidingWindowType window,
			int threshold) {
		return io.github.resilience4j.circuitbreaker.CircuitBreaker.of("resilience4jLockFree",
				resilience4jConfig(window, threshold)
					.slidingWindowSynchronizationStrategy(SlidingWindowSynchronizationStrategy.LOCK_FREE)
					.build());
	}

	static dev.failsafe.CircuitBreaker<Object> failsafe(SlidingWindowType window, int threshold) {
		dev.failsafe.CircuitBreakerBuilder<Object> builder = dev.failsafe.CircuitBreaker.builder();
		if (window == SlidingWindowType.COUNT_BASED) {
			builder.withFailureThreshold(threshold * CALLS / 100, CALLS);
		}
		else {
			builder.withFailureRateThreshold(threshold, MINIMUM, Duration.ofSeconds(SECONDS));
		}
		return builder.withDelay(WAIT).build();
	}

	/** SmallRye has count windows only. One without a name has no state to ask for. */
	static TypedGuard<Object> smallRye(int threshold) {
		return smallRyeRules(threshold).done().build();
	}

	static TypedGuard<Object> smallRye(String name, int threshold) {
		return smallRyeRules(threshold).name(name).done().build();
	}

	private static TypedGuard.Builder.CircuitBreakerBuilder<Object> smallRyeRules(int threshold) {
		return TypedGuard.create(Object.class)
			.withCircuitBreaker()
			.requestVolumeThreshold(CALLS)
			.failureRatio(threshold / 100.0)
			.delay(WAIT.toHours(), ChronoUnit.HOURS);
	}

	/** Sentinel has time windows only. */
	static SentinelGuard sentinel(int threshold) {
		return SentinelGuard.failureRatio(unique("sentinel"), threshold / 100.0, SECONDS, MINIMUM, WAIT);
	}

	/** For the libraries that keep what bears a name in something static. */
	static String unique(String name) {
		return name + "-" + NUMBER.incrementAndGet();
	}

}
