package dev.breaker.spring.config;

import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.breaker.LogText;
import dev.breaker.spring.config.LayeredProperties.Setting;

import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * Finds percentages below 1, which are valid, and look like fractions.
 */
final class FractionFinder {

	private static final Set<String> PERCENTAGES = Set.of("failure-rate-threshold", "slow-call-rate-threshold",
			"recovery-ramp-start");

	/** One of each value, however many breakers have it. */
	private final Set<String> found = new LinkedHashSet<>();

	FractionFinder look(LayeredProperties properties) {
		for (Setting setting : properties.settings()) {
			ConfigurationProperty by = setting.said().by();
			if (by != null && PERCENTAGES.contains(setting.property().toString())
					&& setting.said().value() instanceof Number percent && percent.doubleValue() < 1) {
				this.found.add(
						"\"%s\" is \"%s\"%s, less than one call in a hundred: the value is in percent, 50 means half. Write %s if a fraction was meant"
							.formatted(LogText.oneLine(Level.written(by.getName())),
									LogText.oneLine(String.valueOf(by.getValue())),
									(by.getOrigin() != null) ? " (" + by.getOrigin() + ")" : "",
									BigDecimal.valueOf(percent.doubleValue())
										.movePointRight(2)
										.stripTrailingZeros()
										.toPlainString()));
			}
		}
		return this;
	}

	List<String> describe() {
		return List.copyOf(this.found);
	}

}
