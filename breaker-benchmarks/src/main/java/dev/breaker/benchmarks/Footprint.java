package dev.breaker.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import org.openjdk.jol.info.GraphLayout;

/**
 * The heap that one idle breaker takes, with everything that it alone owns: by how much
 * the objects that can be reached from 101 breakers of one config exceed those from one,
 * divided by 100. What they share, such as the config, cancels out; a name of its own
 * each has.
 */
final class Footprint {

	static final String COUNT = "breaker, 100 calls";

	static final String TIME = "breaker, 10 seconds";

	static final String USED = "breaker, 10 seconds, all used";

	private static final int MORE = 100;

	static {
		// Records and lambdas hide where their fields are.
		System.setProperty("jol.magicFieldOffset", "true");
	}

	private Footprint() {
	}

	/** Bytes by kind of breaker. */
	static Map<String, Long> measure() {
		Map<String, Long> bytes = new LinkedHashMap<>();
		for (SlidingWindowType window : SlidingWindowType.values()) {
			String suffix = (window == SlidingWindowType.COUNT_BASED) ? ", 100 calls" : ", 10 seconds";
			CircuitBreakerConfig config = Guards.breakerConfig(window, 50).build();
			bytes.put((window == SlidingWindowType.COUNT_BASED) ? COUNT : TIME,
					ofOne((i) -> CircuitBreaker.of(name(i), config)));
			io.github.resilience4j.circuitbreaker.CircuitBreakerConfig locked = Guards.resilience4jConfig(window, 50)
				.build();
			bytes.put("Resilience4j" + suffix,
					ofOne((i) -> io.github.resilience4j.circuitbreaker.CircuitBreaker.of(name(i), locked)));
			io.github.resilience4j.circuitbreaker.CircuitBreakerConfig lockFree = Guards.resilience4jConfig(window, 50)
				.slidingWindowSynchronizationStrategy(SlidingWindowSynchronizationStrategy.LOCK_FREE)
				.build();
			bytes.put("Resilience4j, lock-free" + suffix,
					ofOne((i) -> io.github.resilience4j.circuitbreaker.CircuitBreaker.of(name(i), lockFree)));
			dev.failsafe.CircuitBreakerConfig<Object> failsafe = Guards.failsafe(window, 50).getConfig();
			bytes.put("Failsafe (has no name)" + suffix,
					ofOne((i) -> dev.failsafe.CircuitBreaker.builder(failsafe).build()));
		}
		bytes.put(USED, ofOne(usedInEverySecond()));
		bytes.put("SmallRye (has no name), 100 calls", ofOne((i) -> Guards.smallRye(50)));
		return bytes;
	}

	/**
	 * Shows whether a time window grows with use. The clock that is moved by hand adds 32
	 * bytes, which the system's does not.
	 */
	private static IntFunction<Object> usedInEverySecond() {
		AtomicLong now = new AtomicLong();
		CircuitBreakerConfig config = Guards.breakerConfig(SlidingWindowType.TIME_BASED, 50)
			.nanoClock(now::get)
			.build();
		Work work = new Work();
		return (i) -> {
			CircuitBreaker breaker = CircuitBreaker.of(name(i), config);
			for (int second = 0; second < config.slidingWindowSize(); second++) {
				breaker.call(work);
				now.addAndGet(1_000_000_000);
			}
			return breaker;
		};
	}

	private static String name(int i) {
		return String.format("service-%03d", i);
	}

	private static long ofOne(IntFunction<Object> maker) {
		Object[] breakers = IntStream.rangeClosed(0, MORE).mapToObj(maker).toArray();
		return (GraphLayout.parseInstance(breakers).totalSize() - GraphLayout.parseInstance(breakers[0]).totalSize())
				/ MORE;
	}

}
