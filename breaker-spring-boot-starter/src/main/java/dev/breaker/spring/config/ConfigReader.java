package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.breaker.CircuitBreakerConfig;
import dev.breaker.InvalidCircuitBreakerConfigException;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationProperty;

/**
 * Makes configs of what the levels say.
 */
final class ConfigReader {

	private final BreakerPropertySources sources;

	private final PredicateResolver predicates;

	private final ValueReader values;

	private final ConfigProblems problems;

	ConfigReader(BreakerPropertySources sources, PredicateResolver predicates, ValueReader values,
			ConfigProblems problems) {
		this.sources = sources;
		this.predicates = predicates;
		this.values = values;
		this.problems = problems;
	}

	LayeredProperties read(List<Level> chain) {
		LayeredProperties properties = new LayeredProperties(chain);
		List<Level> speaking = new ArrayList<>();
		for (Level level : chain) {
			if (maySay(level)) {
				speaking.add(level);
			}
		}
		for (PropertyDefinition property : mentioned(speaking)) {
			if (!property.toString().equals(PropertyDefinition.BASE_CONFIG)) {
				read(property, speaking, properties);
			}
		}
		properties.leaveOutDetails();
		return properties;
	}

	private boolean maySay(Level level) {
		Set<String> below = this.sources.elementsBelow(level.prefix());
		return (below != null) ? !below.isEmpty() : this.sources.maySay(level.prefix());
	}

	/** The properties of which any level may say something, in their order. */
	private Collection<PropertyDefinition> mentioned(List<Level> levels) {
		SortedMap<String, PropertyDefinition> mentioned = new TreeMap<>();
		for (Level level : levels) {
			Set<String> below = this.sources.elementsBelow(level.prefix());
			if (below == null) {
				return PropertyDefinition.OF_BREAKER;
			}
			for (String element : below) {
				PropertyDefinition property = PropertyDefinition.ofBreaker(element);
				if (property != null) {
					mentioned.put(property.name(), property);
				}
			}
		}
		return mentioned.values();
	}

	/**
	 * Goes from level to level until one says something, valid or not.
	 */
	private void read(PropertyDefinition property, List<Level> levels, LayeredProperties properties) {
		for (Level level : levels) {
			ValueReader.Said said = this.values.read(property, level);
			if (said != null) {
				properties.set(property, level, said);
				return;
			}
		}
	}

	/**
	 * Checks each value of a config that is not used as it is: what contradicts another
	 * value there may not do so in an instance.
	 */
	void check(LayeredProperties properties) {
		apply(properties);
	}

	/**
	 * Makes the config. What is refused is taken back and becomes a problem, until the
	 * rest can be used: so all of it is found.
	 */
	CircuitBreakerConfig build(LayeredProperties properties) {
		while (true) {
			CircuitBreakerConfig.Builder builder = apply(properties);
			try {
				return builder.build();
			}
			catch (InvalidCircuitBreakerConfigException ex) {
				if (!properties.takeBack(key(ex.property()))) {
					throw ex;
				}
				if (ex.others().stream().map(ConfigReader::key).noneMatch(properties::isUnknown)) {
					this.problems.add(problem(properties, ex));
				}
			}
		}
	}

	private CircuitBreakerConfig.Builder apply(LayeredProperties properties) {
		CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
		List<InvalidCircuitBreakerConfigException> refusals = new ArrayList<>();
		properties.applyTo(builder, null, this.predicates, refusals::add);
		for (InvalidCircuitBreakerConfigException refusal : refusals) {
			properties.takeBack(key(refusal.property()));
			this.problems.add(problem(properties, refusal));
		}
		return refusals.isEmpty() ? builder : apply(properties);
	}

	/**
	 * Leads what the builder says of a property back to the key and the place that set
	 * it, and to the level where it meets the values that it contradicts.
	 */
	private static ConfigProblem problem(LayeredProperties properties, InvalidCircuitBreakerConfigException refusal) {
		String property = key(refusal.property());
		List<String> involved = new ArrayList<>(refusal.others().stream().map(ConfigReader::key).toList());
		String others = describe(properties, involved);
		involved.add(property);
		ConfigurationProperty culprit = properties.setBy(property);
		Level level = properties.nearest(involved);
		String key = (culprit != null) ? Level.written(culprit.getName()) : level.written() + "." + property;
		String requirement = requirement(refusal);
		String forWhom = key.startsWith(level.written() + ".") ? "" : "for " + level + " ";
		return new ConfigProblem(key, (culprit != null) ? culprit.getValue() : refusal.value(),
				(culprit != null) ? culprit.getOrigin() : null, forWhom + requirement + others,
				"Change \"%s\": %sit %s.".formatted(key, forWhom, requirement));
	}

	/** The other values that a refusal depends on. */
	private static String describe(LayeredProperties properties, List<String> others) {
		return others.stream()
			.map(properties::setBy)
			.filter(Objects::nonNull)
			.distinct()
			.map((other) -> "%n            (\"%s\" is \"%s\": %s)".formatted(Level.written(other.getName()),
					other.getValue(), other.getOrigin()))
			.collect(Collectors.joining());
	}

	/** Calls other properties by their keys. */
	static String requirement(InvalidCircuitBreakerConfigException refusal) {
		String requirement = refusal.requirement();
		for (String other : refusal.others()) {
			requirement = requirement.replace(other, key(other));
		}
		return requirement;
	}

	static String key(String property) {
		return DataObjectPropertyName.toDashedForm(property);
	}

}
