package dev.breaker.spring.config;

import java.util.LinkedHashMap;
import java.util.Map;

import dev.breaker.spring.config.PropertyDefinition.Range;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Checks the types and ranges of the switches, the properties below {@code breaker} that
 * belong to no config or instance.
 */
final class SwitchValidator {

	private SwitchValidator() {
	}

	/** The text of each switch that is set, by its key. */
	static Map<String, String> check(ValueReader values, ConfigProblems problems) {
		Map<String, String> set = new LinkedHashMap<>();
		for (PropertyDefinition property : PropertyDefinition.SWITCHES) {
			ConfigurationPropertyName key = Level.ROOT.append(property.key());
			ValueReader.Said said = values.read(property, key);
			if (said != null) {
				set.put(Level.written(key), String.valueOf(said.value()));
			}
			Range range = property.range();
			if (range != null && said != null && said.by() != null && said.value() instanceof Integer number
					&& (number < range.min() || number > range.max())) {
				String requirement = (range.max() == Integer.MAX_VALUE) ? "must be %d or more".formatted(range.min())
						: "must be between %d and %d".formatted(range.min(), range.max());
				problems.add(ConfigProblem.with(said.by(), requirement,
						"Change \"%s\": it %s.".formatted(key, requirement)));
			}
		}
		return set;
	}

}
