package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Which levels are under which: an instance, its base, the base's base, and
 * {@code default} under all of them.
 */
final class Inheritance {

	private final Levels levels;

	private final ValueReader values;

	private final ConfigProblems problems;

	private final Set<Set<String>> circles = new HashSet<>();

	Inheritance(Levels levels, ValueReader values, ConfigProblems problems) {
		this.levels = levels;
		this.values = values;
		this.problems = problems;
	}

	/**
	 * The levels that a level takes its values from, the nearest first. Ends with
	 * {@code default} unless a base is not known.
	 */
	List<Level> chain(Level level) {
		Map<ConfigurationPropertyName, Level> chain = new LinkedHashMap<>();
		Level next = level;
		while (next != null && chain.putIfAbsent(next.prefix(), next) == null) {
			next = base(next, chain);
		}
		return List.copyOf(chain.values());
	}

	private @Nullable Level base(Level level, Map<ConfigurationPropertyName, Level> chain) {
		ValueReader.Said said = this.values.read(PropertyDefinition.BASE, level);
		boolean isDefault = level.equals(Level.DEFAULT);
		if (said == null) {
			return isDefault ? null : Level.DEFAULT;
		}
		if (said.value() == null || said.by() == null) {
			return null;
		}
		ConfigurationProperty property = said.by();
		String name = said.value().toString().trim();
		if (isDefault) {
			this.problems.add(ConfigProblem.with(property,
					"is a circular base-config: \"default\" is under every config, under \"%s\" too".formatted(name),
					"Remove \"%s\": the default config has no base.".formatted(Level.written(property.getName()))));
			return null;
		}
		Level base = this.levels.config(name);
		if (base == null) {
			List<String> names = this.levels.configs()
				.stream()
				.map(Level::name)
				.filter((config) -> !leadsTo(config, chain))
				.toList();
			String nearest = SimilarNames.of(name, names);
			this.problems.add(ConfigProblem.with(property, "names a config that is not there",
					(nearest != null) ? "Instead of \"%s\": did you mean \"%s\"?".formatted(name, nearest)
							: "Give \"%s\" the name of a config that is there: %s."
								.formatted(Level.written(property.getName()), String.join(", ", names))));
			return null;
		}
		if (chain.containsKey(base.prefix())) {
			addCircle(property, base, chain);
			return null;
		}
		return base;
	}

	/** Whether a config would make a circle as the base of a chain. */
	private boolean leadsTo(String config, Map<ConfigurationPropertyName, Level> chain) {
		Set<String> passed = new HashSet<>();
		Level next = this.levels.config(config);
		while (next != null && passed.add(next.name())) {
			if (chain.containsKey(next.prefix())) {
				return true;
			}
			next = this.levels.config(this.values.text(next.key(PropertyDefinition.BASE)));
		}
		return false;
	}

	private void addCircle(ConfigurationProperty property, Level start, Map<ConfigurationPropertyName, Level> chain) {
		List<String> circle = new ArrayList<>(
				chain.values().stream().dropWhile((level) -> !level.equals(start)).map(Level::name).toList());
		if (this.circles.add(Set.copyOf(circle))) {
			String path = Stream.concat(circle.stream(), Stream.of(start.name())).collect(Collectors.joining(" -> "));
			this.problems.add(ConfigProblem.with(property, "is a circular base-config: " + path,
					"Remove one \"base-config\" of the circle %s: a chain of bases ends with \"default\"."
						.formatted(path)));
		}
	}

}
