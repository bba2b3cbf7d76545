package dev.breaker;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Translates what a conformance scenario says into this library's terms.
 */
final class ConformanceConfig {

	private static final Set<String> KEYS = Set.of("consecutiveFailures", "failureRateThreshold", "slowCallDuration",
			"slowCallRateThreshold", "windowType", "windowSize", "minimumCalls", "openDuration",
			"openBackoffMultiplier", "openDurationMax", "halfOpenCalls", "halfOpenSuccesses", "halfOpenMaxDuration",
			"recordExceptions", "ignoreExceptions", "failOnResult");

	private static final List<String> PACKAGES = List.of("java.lang", "java.io", "java.util", "java.util.concurrent",
			"java.net", "java.nio.channels", "java.lang.reflect", "java.nio.file", "java.time", "java.sql",
			"java.net.http", "java.security", "java.nio", "java.nio.charset", "java.util.zip", "javax.net.ssl");

	/** Those that need the least first. */
	private static final Comparator<Constructor<?>> CONSTRUCTORS = Comparator
		.<Constructor<?>>comparingInt(Constructor::getParameterCount)
		.thenComparing((constructor) -> Arrays.toString(constructor.getParameterTypes()));

	private static final Pattern DURATION = Pattern.compile("(-?\\d+)(ns|ms|s|m|h|d)");

	private final Map<String, Object> settings;

	ConformanceConfig(Map<String, Object> settings) {
		for (String key : settings.keySet()) {
			known(KEYS.contains(key), "config key", key);
		}
		this.settings = settings;
	}

	CircuitBreakerConfig.Builder toBuilder() {
		CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
		window(builder);
		rules(builder);
		waits(builder);
		if (this.settings.containsKey("recordExceptions")) {
			builder.recordExceptions(classes("recordExceptions"));
		}
		if (this.settings.containsKey("ignoreExceptions")) {
			builder.ignoreExceptions(classes("ignoreExceptions"));
		}
		if (this.settings.containsKey("failOnResult")) {
			String failing = String.valueOf(this.settings.get("failOnResult"));
			builder.recordResult((result) -> failing.equals(String.valueOf(result)));
		}
		return builder;
	}

	private void window(CircuitBreakerConfig.Builder builder) {
		String type = String.valueOf(this.settings.getOrDefault("windowType", "count"));
		known(type.equals("count") || type.equals("time"), "windowType", type);
		boolean count = type.equals("count");
		int size = count ? number("windowSize", 100)
				: wholeSeconds(duration(this.settings.getOrDefault("windowSize", "60s")));
		builder.slidingWindowType(count ? SlidingWindowType.COUNT_BASED : SlidingWindowType.TIME_BASED)
			.slidingWindowSize(size)
			.minimumNumberOfCalls(number("minimumCalls", count ? size : 1));
	}

	/** A part of a second is a whole one: no window is shorter. */
	private static int wholeSeconds(Duration size) {
		return Math.toIntExact(size.plusSeconds(1).minusNanos(1).toSeconds());
	}

	private void rules(CircuitBreakerConfig.Builder builder) {
		if (this.settings.containsKey("failureRateThreshold")) {
			builder.failureRateThreshold(decimal("failureRateThreshold"));
		}
		else {
			builder.withoutFailureRateThreshold();
		}
		if (this.settings.containsKey("consecutiveFailures")) {
			builder.consecutiveFailureThreshold(number("consecutiveFailures", 0));
		}
		if (this.settings.containsKey("slowCallDuration")) {
			builder.slowCallDurationThreshold(duration(this.settings.get("slowCallDuration")));
		}
		if (this.settings.containsKey("slowCallRateThreshold")) {
			builder.slowCallRateThreshold(decimal("slowCallRateThreshold"));
		}
	}

	private void waits(CircuitBreakerConfig.Builder builder) {
		builder.waitDurationInOpenState(duration(this.settings.getOrDefault("openDuration", "30s")))
			.permittedNumberOfCallsInHalfOpenState(number("halfOpenCalls", 1));
		if (this.settings.containsKey("openBackoffMultiplier")) {
			builder.waitDurationMultiplier(decimal("openBackoffMultiplier"));
		}
		if (this.settings.containsKey("openDurationMax")) {
			builder.maxWaitDurationInOpenState(duration(this.settings.get("openDurationMax")));
		}
		if (this.settings.containsKey("halfOpenSuccesses")) {
			builder.successThresholdInHalfOpenState(number("halfOpenSuccesses", 0));
		}
		if (this.settings.containsKey("halfOpenMaxDuration")) {
			builder.maxWaitDurationInHalfOpenState(duration(this.settings.get("halfOpenMaxDuration")));
		}
	}

	/** An exception that the breaker records: what a bare {@code failure} stands for. */
	Throwable recorded() {
		List<Class<? extends Throwable>> candidates = new ArrayList<>(List.of(classes("recordExceptions")));
		if (candidates.isEmpty()) {
			candidates.addAll(List.of(IllegalStateException.class, IOException.class, Error.class));
		}
		List<Class<? extends Throwable>> ignored = List.of(classes("ignoreExceptions"));
		return candidates.stream()
			.filter((candidate) -> ignored.stream().noneMatch((type) -> type.isAssignableFrom(candidate)))
			.findFirst()
			.map((type) -> exception(type, null))
			.orElseThrow(() -> new IllegalArgumentException("no exception is recorded by " + this.settings));
	}

	/** {@code IOException}, or {@code CompletionException(IOException)}. */
	static Throwable exception(String text) {
		int bracket = text.indexOf('(');
		if (bracket < 0) {
			return exception(type(text), null);
		}
		known(text.endsWith(")"), "exception", text);
		return exception(type(text.substring(0, bracket)), exception(text.substring(bracket + 1, text.length() - 1)));
	}

	private static Throwable exception(Class<? extends Throwable> type, Throwable cause) {
		List<Constructor<?>> constructors = Arrays.stream(type.getConstructors()).sorted(CONSTRUCTORS).toList();
		for (Constructor<?> constructor : constructors) {
			Object[] arguments = arguments(constructor.getParameterTypes(), cause);
			if (arguments != null) {
				try {
					return (Throwable) constructor.newInstance(arguments);
				}
				catch (ReflectiveOperationException ex) {
					throw new IllegalArgumentException("exception " + type.getName() + " can't be made", ex);
				}
			}
		}
		known(cause == null, "way to make exception " + type.getName() + " with the cause", cause);
		throw new IllegalArgumentException("exception " + type.getName() + " can't be made");
	}

	/** What a constructor is given; null where it takes something else. */
	private static Object[] arguments(Class<?>[] types, Throwable cause) {
		Object[] arguments = new Object[types.length];
		boolean takesCause = false;
		for (int i = 0; i < types.length; i++) {
			if (types[i] == String.class) {
				arguments[i] = "conformance";
			}
			else if (Throwable.class.isAssignableFrom(types[i]) && (cause == null || types[i].isInstance(cause))) {
				takesCause = true;
				arguments[i] = (cause != null || types[i] == Throwable.class) ? cause
						: exception(types[i].asSubclass(Throwable.class), null);
			}
			else {
				return null;
			}
		}
		return (takesCause || cause == null) ? arguments : null;
	}

	private static Class<? extends Throwable> type(String simpleName) {
		if (simpleName.equals("CallNotPermittedException")) {
			return CallNotPermittedException.class;
		}
		for (String candidate : PACKAGES) {
			try {
				return Class.forName(candidate + "." + simpleName).asSubclass(Throwable.class);
			}
			catch (ClassNotFoundException ex) {
				continue;
			}
		}
		throw new IllegalArgumentException("unknown exception: " + simpleName);
	}

	@SuppressWarnings("unchecked")
	private Class<? extends Throwable>[] classes(String key) {
		return ((List<String>) this.settings.getOrDefault(key, List.of())).stream()
			.map(ConformanceConfig::type)
			.toArray(Class[]::new);
	}

	private int number(String key, int silent) {
		return ((Number) this.settings.getOrDefault(key, silent)).intValue();
	}

	private double decimal(String key) {
		return ((Number) this.settings.get(key)).doubleValue();
	}

	static Duration duration(Object text) {
		Matcher matcher = DURATION.matcher(String.valueOf(text));
		known(matcher.matches(), "duration", String.valueOf(text));
		long amount = Long.parseLong(matcher.group(1));
		return switch (matcher.group(2)) {
			case "ns" -> Duration.ofNanos(amount);
			case "ms" -> Duration.ofMillis(amount);
			case "s" -> Duration.ofSeconds(amount);
			case "m" -> Duration.ofMinutes(amount);
			case "h" -> Duration.ofHours(amount);
			default -> Duration.ofDays(amount);
		};
	}

	static void known(boolean known, String what, Object value) {
		if (!known) {
			throw new IllegalArgumentException("unknown " + what + ": " + value);
		}
	}

}
