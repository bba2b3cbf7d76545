package dev.breaker.spring.config;

import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.breaker.LogText;
import dev.breaker.spring.config.LayeredProperties.Setting;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * Finds values that are valid, and look like a mistake: percentages below 1, which look
 * like fractions, and rules for exceptions that no exception may match.
 */
final class LikelyMistakeFinder {

	private static final Set<String> PERCENTAGES = Set.of("failure-rate-threshold", "slow-call-rate-threshold",
			"recovery-ramp-start");

	private static final String RECORD_RULE = "record-exception-predicate";

	/** One of each value, however many breakers have it. */
	private final Set<String> found = new LinkedHashSet<>();

	LikelyMistakeFinder look(LayeredProperties properties) {
		for (Setting setting : properties.settings()) {
			ConfigurationProperty by = setting.said().by();
			String mistake = (by != null) ? mistake(setting.property().toString(), setting.said().value()) : null;
			if (by != null && mistake != null) {
				this.found.add("\"%s\" is \"%s\"%s, ".formatted(LogText.oneLine(Level.written(by.getName())),
						LogText.oneLine(String.valueOf(by.getValue())),
						(by.getOrigin() != null) ? " (" + by.getOrigin() + ")" : "") + mistake);
			}
		}
		return this;
	}

	private static @Nullable String mistake(String property, @Nullable Object value) {
		if (PERCENTAGES.contains(property) && value instanceof Number percent && percent.doubleValue() < 1) {
			return "less than one call in a hundred: the value is in percent, 50 means half. Write %s if a fraction was meant"
				.formatted(BigDecimal.valueOf(percent.doubleValue())
					.movePointRight(2)
					.stripTrailingZeros()
					.toPlainString());
		}
		if (property.equals(RECORD_RULE) && value instanceof Class<?> type) {
			Class<?> accepted = PredicateResolver.acceptedBy(type);
			if (accepted.isInterface() && !accepted.isAssignableFrom(Throwable.class)) {
				return "a predicate of the interface %s: exceptions that do not implement it count as successes, unless record-exceptions names them. Name it in record-result-predicate if it judges results, or make it a Predicate<Throwable>"
					.formatted(accepted.getName());
			}
		}
		return null;
	}

	List<String> describe() {
		return List.copyOf(this.found);
	}

}
