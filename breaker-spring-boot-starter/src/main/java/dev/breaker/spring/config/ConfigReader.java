package dev.breaker.spring.config;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreakerConfig;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * Makes configs of what the levels say.
 */
final class ConfigReader {

	/** How the builder words it: the property, the value, and what would be valid. */
	private static final Pattern REFUSAL = Pattern.compile("Invalid (\\w+) \\((.*?)\\): (.*)", Pattern.DOTALL);

	private static final Pattern WORD = Pattern.compile("\\w+");

	private static final Set<String> KEYS = BoundProperty.OF_BREAKER.stream()
		.map(BoundProperty::toString)
		.collect(Collectors.toUnmodifiableSet());

	private final Sources sources;

	private final Rules rules;

	private final Values values;

	private final Problems problems;

	ConfigReader(Sources sources, Rules rules, Values values, Problems problems) {
		this.sources = sources;
		this.rules = rules;
		this.values = values;
		this.problems = problems;
	}

	EffectiveProperties read(List<Level> chain) {
		EffectiveProperties effective = new EffectiveProperties(chain);
		List<Level> speaking = chain.stream().filter((level) -> this.sources.maySay(level.prefix())).toList();
		for (BoundProperty property : BoundProperty.OF_BREAKER) {
			if (!property.toString().equals(BoundProperty.BASE_CONFIG)) {
				read(property, speaking, effective);
			}
		}
		return effective;
	}

	/**
	 * Goes from level to level until one says something, be it nonsense.
	 */
	private void read(BoundProperty property, List<Level> levels, EffectiveProperties effective) {
		for (Level level : levels) {
			Values.Said said = this.values.read(property, level.key(property));
			if (said != null) {
				effective.set(property, said);
				return;
			}
		}
	}

	/**
	 * Checks each value of a config that is not used as it is: what contradicts another
	 * value there may not do so in an instance.
	 */
	void check(EffectiveProperties effective) {
		try {
			effective.applyTo(CircuitBreakerConfig.builder(), this.rules);
		}
		catch (IllegalArgumentException ex) {
			this.problems.add(refused(effective, ex));
		}
	}

	CircuitBreakerConfig build(EffectiveProperties effective) {
		try {
			return effective.applyTo(CircuitBreakerConfig.builder(), this.rules).build();
		}
		catch (IllegalArgumentException ex) {
			this.problems.add(refused(effective, ex));
			return CircuitBreakerConfig.ofDefaults();
		}
	}

	/**
	 * Leads what the builder says of a property back to the key and the place that set
	 * it.
	 */
	private static Problem refused(EffectiveProperties effective, IllegalArgumentException refusal) {
		Matcher matcher = REFUSAL.matcher(String.valueOf(refusal.getMessage()));
		if (!matcher.matches()) {
			throw refusal;
		}
		Level level = effective.chain().get(0);
		String property = DataObjectPropertyName.toDashedForm(matcher.group(1));
		ConfigurationProperty culprit = effective.setBy(property);
		String key = (culprit != null) ? Level.written(culprit.getName()) : level.written() + "." + property;
		String rule = inKebabCase(matcher.group(3));
		String forWhom = key.startsWith(level.written() + ".") ? "" : "for " + level + " ";
		return new Problem(key, (culprit != null) ? culprit.getValue() : matcher.group(2),
				(culprit != null) ? culprit.getOrigin() : null,
				forWhom + rule + others(effective, property, matcher.group(3)),
				"Change \"%s\": %sit %s.".formatted(key, forWhom, rule));
	}

	/** The other values that a refusal speaks of. */
	private static String others(EffectiveProperties effective, String property, String rule) {
		return WORD.matcher(rule)
			.results()
			.map((word) -> DataObjectPropertyName.toDashedForm(word.group()))
			.filter((other) -> !other.equals(property))
			.map(effective::setBy)
			.filter(Objects::nonNull)
			.distinct()
			.map((other) -> "%n            (\"%s\" is \"%s\": %s)".formatted(Level.written(other.getName()),
					other.getValue(), other.getOrigin()))
			.collect(Collectors.joining());
	}

	private static String inKebabCase(String rule) {
		return WORD.matcher(rule).replaceAll((word) -> {
			String dashed = DataObjectPropertyName.toDashedForm(word.group());
			return KEYS.contains(dashed) ? dashed : Matcher.quoteReplacement(word.group());
		});
	}

}
