package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

	/** What must be known to check a value. */
	private static final Map<String, Set<String>> CHECKED_WITH = Map.of("minimum-number-of-calls",
			Set.of("sliding-window-type", "sliding-window-size"), "success-threshold-in-half-open-state",
			Set.of("permitted-number-of-calls-in-half-open-state"), "max-wait-duration-in-open-state",
			Set.of("wait-duration-in-open-state"));

	/**
	 * What else can make a value invalid. A window of an unknown type is taken for one of
	 * calls, which may be the largest.
	 */
	private static final Map<String, Set<String>> DEPENDS_ON = Map.of("sliding-window-size",
			Set.of("sliding-window-type"), "success-threshold-in-half-open-state",
			Set.of("consecutive-failure-threshold", "failure-rate-threshold"));

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
				effective.set(property, level, said);
				return;
			}
		}
	}

	/**
	 * Checks each value of a config that is not used as it is: what contradicts another
	 * value there may not do so in an instance.
	 */
	void check(EffectiveProperties effective) {
		apply(effective);
	}

	/**
	 * Makes the config. What is refused is taken back and becomes a problem, until the
	 * rest can be used: so all of it is found.
	 */
	CircuitBreakerConfig build(EffectiveProperties effective) {
		while (true) {
			CircuitBreakerConfig.Builder builder = apply(effective);
			try {
				return builder.build();
			}
			catch (IllegalArgumentException ex) {
				Refusal refusal = Refusal.of(ex);
				if (!effective.takeBack(refusal.property())) {
					throw ex;
				}
				if (refusal.checkedWith().stream().noneMatch(effective::isUnknown)) {
					this.problems.add(problem(effective, refusal, refusal.involved()));
				}
			}
		}
	}

	private CircuitBreakerConfig.Builder apply(EffectiveProperties effective) {
		CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
		List<Refusal> refusals = new ArrayList<>();
		effective.applyTo(builder, this.rules, (ex) -> refusals.add(Refusal.of(ex)));
		for (Refusal refusal : refusals) {
			effective.takeBack(refusal.property());
			this.problems.add(problem(effective, refusal, Set.of(refusal.property())));
		}
		return refusals.isEmpty() ? builder : apply(effective);
	}

	/**
	 * Leads what the builder says of a property back to the key and the place that set
	 * it, and to the level where it meets the values that it contradicts.
	 */
	private static Problem problem(EffectiveProperties effective, Refusal refusal, Set<String> involved) {
		String property = refusal.property();
		ConfigurationProperty culprit = effective.setBy(property);
		Level level = effective.nearest(involved);
		String key = (culprit != null) ? Level.written(culprit.getName()) : level.written() + "." + property;
		String rule = inKebabCase(refusal.rule());
		String forWhom = key.startsWith(level.written() + ".") ? "" : "for " + level + " ";
		return new Problem(key, (culprit != null) ? culprit.getValue() : refusal.value(),
				(culprit != null) ? culprit.getOrigin() : null,
				forWhom + rule + others(effective, property, refusal.rule()),
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

	/**
	 * What the builder refuses.
	 *
	 * @param property the key of the property
	 * @param value its value
	 * @param rule what would be valid
	 */
	private record Refusal(String property, String value, String rule) {

		static Refusal of(IllegalArgumentException refusal) {
			Matcher matcher = REFUSAL.matcher(String.valueOf(refusal.getMessage()));
			if (!matcher.matches()) {
				throw refusal;
			}
			return new Refusal(DataObjectPropertyName.toDashedForm(matcher.group(1)), matcher.group(2),
					matcher.group(3));
		}

		Set<String> checkedWith() {
			return CHECKED_WITH.getOrDefault(this.property, Set.of());
		}

		Set<String> involved() {
			Set<String> involved = new HashSet<>(checkedWith());
			involved.addAll(DEPENDS_ON.getOrDefault(this.property, Set.of()));
			involved.add(this.property);
			return involved;
		}

	}

}
