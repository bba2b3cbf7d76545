package dev.breaker.spring.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.LogText;
import dev.breaker.ProbeSource;
import dev.breaker.Refuse;
import dev.breaker.spring.config.LayeredProperties.Setting;
import dev.breaker.spring.http.HttpOutcomeRule;
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

	private static final Predicate<CircuitBreakerConfig> SLOW_CALLS = (
			config) -> config.slowCallDurationThreshold() != null;

	private static final Predicate<CircuitBreakerConfig> RATES = SLOW_CALLS
		.or((config) -> config.failureRateThreshold() != null);

	private static final Predicate<CircuitBreakerConfig> WAITS = (config) -> !firstWait(config).isZero();

	private static final String NO_PROBE = "there is no probe: set probe, or remove it";

	private static final Predicate<CircuitBreakerConfig> EXCEPTION_RULES = (
			config) -> !config.recordExceptions().isEmpty() || !config.ignoreExceptions().isEmpty()
					|| config.recordException() != null || config.ignoreException() != null
					|| config.outcomeRule() != null;

	private static final String NO_RATE = "no rate is judged: set failure-rate-threshold or slow-call-duration-threshold, or remove it";

	private static final List<Row> ROWS = List.of(
			new Row("slow-call-rate-threshold", SLOW_CALLS,
					"no call is slow: set slow-call-duration-threshold, or remove it"),
			new Row("minimum-number-of-calls", RATES, NO_RATE), new Row("sliding-window-type", RATES, NO_RATE),
			new Row("sliding-window-size", RATES, NO_RATE),
			new Row("max-wait-duration-in-open-state",
					(config) -> config.waitDurationMultiplier() > 1
							|| (config.outcomeRule() instanceof HttpOutcomeRule rule && rule.honourRetryAfter()),
					"the wait does not grow: set wait-duration-multiplier above 1, or remove it"),
			new Row("stable-for", (config) -> config.waitDurationMultiplier() > 1,
					"the wait does not grow with the openings: set wait-duration-multiplier above 1, or remove it"),
			new Row("refuse", IneffectiveSettingFinder::refusesShare,
					"the failure rate opens the breaker before a share is refused: set a higher failure-rate-threshold or a lower share-factor, or remove it"),
			new Row("record-http-statuses",
					(config) -> !(config.outcomeRule() instanceof HttpOutcomeRule rule)
							|| rule.recorded().stream().noneMatch((each) -> each.isWithin(rule.ignored())),
					"ignore-http-statuses has what is in it, and wins: keep a status in one of the two, or remove it"),
			new Row("record-exceptions",
					(config) -> config.recordExceptions()
						.stream()
						.noneMatch((each) -> config.ignoreExceptions()
							.stream()
							.anyMatch((ignored) -> ignored.isAssignableFrom(each))),
					"ignore-exceptions has what is in it, and wins: keep a class in one of the two, or remove it"),
			new Row("match-causes", EXCEPTION_RULES.or((config) -> !config.matchCauses()),
					"there is no rule for exceptions: set record-exceptions or ignore-exceptions, or remove it"),
			new Row("wait-duration-multiplier",
					WAITS.and((config) -> !firstWait(config).equals(config.maxWaitDurationInOpenState()))
						.or((config) -> config.waitDurationMultiplier() == 1),
					"the wait cannot grow: set wait-duration-in-open-state above zero and below max-wait-duration-in-open-state, or remove it"),
			new Row("wait-duration-jitter", WAITS.or((config) -> config.waitDurationJitter() == 0),
					"there is no wait to spread: set wait-duration-in-open-state above zero, or remove it"),
			new Row("wait-duration-in-open-state", (config) -> config.probe() == null || config.probeInterval() == null,
					"probe-interval takes its place: keep one of the two, or remove it"),
			new Row("permitted-number-of-calls-in-half-open-state",
					(config) -> config.halfOpenProbes() == ProbeSource.CALLS,
					"no call of a user is a probe: set success-threshold-in-half-open-state, or remove it"),
			new Row("probe-interval", IneffectiveSettingFinder::hasProbe, NO_PROBE),
			new Row("probe-timeout", IneffectiveSettingFinder::hasProbe, NO_PROBE));

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

	/** The key of each value found so far to have none, and what is said of it. */
	private final Map<Level, Map<String, String>> found = new LinkedHashMap<>();

	private final Map<Level, Set<String>> effective = new LinkedHashMap<>();

	/**
	 * Looks at the config of a breaker, or of those that have none of their own.
	 * @param properties what it is made of
	 * @param config what it has become, customized
	 */
	void look(LayeredProperties properties, CircuitBreakerConfig config) {
		for (Setting setting : properties.settings()) {
			String property = setting.property().toString();
			Row row = ROWS.stream().filter((each) -> each.property().equals(property)).findFirst().orElse(null);
			if (row == null || setting.said().kind() != ValueReader.Kind.VALUE) {
				continue;
			}
			if (row.hasEffect().test(config)) {
				this.effective.computeIfAbsent(setting.level(), (level) -> new LinkedHashSet<>()).add(property);
			}
			else {
				this.found.computeIfAbsent(setting.level(), (level) -> new LinkedHashMap<>())
					.put(property, describe(setting) + ", but " + row.remedy());
			}
		}
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
		return describe((level) -> "Values of " + LogText.oneLine(level.toString()));
	}

	/** One text, of what was changed at run time. */
	List<String> describeChangeOf(String name) {
		return describe((level) -> "Changed values of circuit breaker '" + LogText.oneLine(name) + "'");
	}

	private List<String> describe(Function<Level, String> what) {
		List<String> texts = new ArrayList<>();
		this.found.forEach((level, values) -> {
			values.keySet().removeAll(this.effective.getOrDefault(level, Set.of()));
			if (!values.isEmpty()) {
				texts.add(what.apply(level) + " have no effect: "
						+ values.values().stream().collect(Collectors.joining("; ")));
			}
		});
		return texts;
	}

	static void report(List<String> texts) {
		texts.forEach((text) -> logger.warn("{}", text));
	}

	/**
	 * When a property changes anything.
	 *
	 * @param property its key
	 * @param hasEffect whether it does, in a config
	 * @param remedy why it does not, and what to write instead
	 */
	private record Row(String property, Predicate<CircuitBreakerConfig> hasEffect, String remedy) {
	}

}
