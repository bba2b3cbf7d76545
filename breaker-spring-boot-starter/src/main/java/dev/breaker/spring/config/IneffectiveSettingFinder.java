package dev.breaker.spring.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.LogText;
import dev.breaker.ProbeSource;
import dev.breaker.Refuse;
import dev.breaker.spring.config.LayeredProperties.Setting;
import dev.breaker.spring.http.HttpOutcomeRule;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * Finds values that are valid and change nothing, as they belong to what is switched off.
 * A value that has an effect in any of the configs that take it from a level is none, so
 * that {@code default} may say what only some breakers use.
 */
final class IneffectiveSettingFinder {

	private static final Logger logger = LoggerFactory.getLogger(BreakerConfigs.class);

	private static final String NO_PROBE = "there is no probe: set probe, or remove it";

	private static final String NO_RATE = "no rate is judged: set failure-rate-threshold or slow-call-duration-threshold, or remove it";

	/** The key of each value found so far to have none, and what is said of it. */
	private final Map<Level, Map<String, String>> found = new LinkedHashMap<>();

	private final Map<Level, Set<String>> effective = new HashMap<>();

	/**
	 * Looks at the config of a breaker, or of those that have none of their own.
	 * @param properties what it is made of
	 * @param config what it has become, customized
	 */
	void look(LayeredProperties properties, CircuitBreakerConfig config) {
		for (Setting setting : properties.settings()) {
			if (setting.said().kind() != ValueReader.Kind.VALUE) {
				continue;
			}
			String property = setting.property().toString();
			String remedy = remedy(property, config);
			if (remedy == null) {
				addEffective(setting.level(), property);
			}
			else {
				this.found.computeIfAbsent(setting.level(), (level) -> new LinkedHashMap<>())
					.put(property, describe(setting) + ", but " + remedy);
			}
		}
	}

	/** Of every value, and at every start: a method, so that no lambda is linked. */
	private void addEffective(Level level, String property) {
		Set<String> properties = this.effective.get(level);
		if (properties == null) {
			properties = new HashSet<>();
			this.effective.put(level, properties);
		}
		properties.add(property);
	}

	/**
	 * Why a property that is set changes nothing of a config, and what to write instead;
	 * {@code null} where it changes something.
	 */
	private static @Nullable String remedy(String property, CircuitBreakerConfig config) {
		return switch (property) {
			case "slow-call-rate-threshold" ->
				hasSlowCalls(config) ? null : "no call is slow: set slow-call-duration-threshold, or remove it";
			case "minimum-number-of-calls", "sliding-window-type", "sliding-window-size" ->
				hasRates(config) ? null : NO_RATE;
			case "max-wait-duration-in-open-state" -> grows(config) || honoursRetryAfter(config) ? null
					: "the wait does not grow: set wait-duration-multiplier above 1, or remove it";
			case "stable-for" -> grows(config) ? null
					: "the wait does not grow with the openings: set wait-duration-multiplier above 1, or remove it";
			case "refuse" -> refusesShare(config) ? null
					: "the failure rate opens the breaker before a share is refused: set a higher failure-rate-threshold or a lower share-factor, or remove it";
			case "record-http-statuses" -> !ignoresRecordedStatus(config) ? null
					: "ignore-http-statuses has what is in it, and wins: keep a status in one of the two, or remove it";
			case "record-exceptions" -> !ignoresRecordedException(config) ? null
					: "ignore-exceptions has what is in it, and wins: keep a class in one of the two, or remove it";
			case "match-causes" -> hasExceptionRules(config) || !config.matchCauses() ? null
					: "there is no rule for exceptions: set record-exceptions or ignore-exceptions, or remove it";
			case "wait-duration-multiplier" -> canGrow(config) || config.waitDurationMultiplier() == 1 ? null
					: "the wait cannot grow: set wait-duration-in-open-state above zero and below max-wait-duration-in-open-state, or remove it";
			case "wait-duration-jitter" -> waits(config) || config.waitDurationJitter() == 0 ? null
					: "there is no wait to spread: set wait-duration-in-open-state above zero, or remove it";
			case "wait-duration-in-open-state" -> !hasProbe(config) || config.probeInterval() == null ? null
					: "probe-interval takes its place: keep one of the two, or remove it";
			case "permitted-number-of-calls-in-half-open-state" -> config.halfOpenProbes() == ProbeSource.CALLS ? null
					: "no call of a user is a probe: set success-threshold-in-half-open-state, or remove it";
			case "probe-interval", "probe-timeout" -> hasProbe(config) ? null : NO_PROBE;
			default -> null;
		};
	}

	private static boolean hasSlowCalls(CircuitBreakerConfig config) {
		return config.slowCallDurationThreshold() != null;
	}

	private static boolean hasRates(CircuitBreakerConfig config) {
		return hasSlowCalls(config) || config.failureRateThreshold() != null;
	}

	private static boolean grows(CircuitBreakerConfig config) {
		return config.waitDurationMultiplier() > 1;
	}

	private static boolean canGrow(CircuitBreakerConfig config) {
		return waits(config) && !firstWait(config).equals(config.maxWaitDurationInOpenState());
	}

	private static boolean waits(CircuitBreakerConfig config) {
		return !firstWait(config).isZero();
	}

	private static boolean honoursRetryAfter(CircuitBreakerConfig config) {
		return config.outcomeRule() instanceof HttpOutcomeRule rule && rule.honourRetryAfter();
	}

	private static boolean ignoresRecordedStatus(CircuitBreakerConfig config) {
		return config.outcomeRule() instanceof HttpOutcomeRule rule
				&& rule.recorded().stream().anyMatch((each) -> each.isWithin(rule.ignored()));
	}

	private static boolean ignoresRecordedException(CircuitBreakerConfig config) {
		return config.recordExceptions()
			.stream()
			.anyMatch(
					(each) -> config.ignoreExceptions().stream().anyMatch((ignored) -> ignored.isAssignableFrom(each)));
	}

	private static boolean hasExceptionRules(CircuitBreakerConfig config) {
		return !config.recordExceptions().isEmpty() || !config.ignoreExceptions().isEmpty()
				|| config.recordException() != null || config.ignoreException() != null || config.outcomeRule() != null;
	}

	private static boolean hasProbe(CircuitBreakerConfig config) {
		return config.probe() != null;
	}

	/** A share is refused at a failure rate that does not open the breaker before. */
	private static boolean refusesShare(CircuitBreakerConfig config) {
		Float opens = config.failureRateThreshold();
		return config.refuse() == Refuse.ALL || opens == null || config.shareFactor() * (100 - opens) < 100;
	}

	/** The first wait in OPEN. */
	private static Duration firstWait(CircuitBreakerConfig config) {
		Duration interval = config.probeInterval();
		return (hasProbe(config) && interval != null) ? interval : config.waitDurationInOpenState();
	}

	private static String describe(Setting setting) {
		ConfigurationProperty by = setting.said().by();
		if (by != null) {
			return "\"%s\" is \"%s\"%s".formatted(LogText.oneLine(Level.written(by.getName())),
					LogText.oneLine(String.valueOf(by.getValue())),
					(by.getOrigin() != null) ? " (" + by.getOrigin() + ")" : "");
		}
		// A list that is written element by element.
		return "\"%s\" is \"%s\"".formatted(LogText.oneLine(Level.written(setting.level().key(setting.property()))),
				LogText.oneLine(String.valueOf(ConfigDifference.shown(setting.said().value()))));
	}

	/**
	 * One text a level.
	 */
	List<String> describe() {
		// Most applications have none, and need no function for them
		return this.found.isEmpty() ? List.of() : describe((level) -> "Values of " + LogText.oneLine(level.toString()));
	}

	/** One text, of what was changed at run time. */
	List<String> describeChangeOf(String name) {
		return describe((level) -> "Changed values of circuit breaker '" + LogText.oneLine(name) + "'");
	}

	private List<String> describe(Function<Level, String> what) {
		List<String> texts = new ArrayList<>();
		for (Map.Entry<Level, Map<String, String>> each : this.found.entrySet()) {
			Map<String, String> values = each.getValue();
			values.keySet().removeAll(this.effective.getOrDefault(each.getKey(), Set.of()));
			if (!values.isEmpty()) {
				texts.add(what.apply(each.getKey()) + " have no effect: " + String.join("; ", values.values()));
			}
		}
		return texts;
	}

	static void report(List<String> texts) {
		for (String text : texts) {
			logger.warn("{}", text);
		}
	}

}
