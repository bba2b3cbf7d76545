package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.ObjectUtils;

/**
 * Reads every key below {@code breaker}: which configs and instances there are, and which
 * keys mean nothing.
 */
final class BreakerKeys {

	private final Sources sources;

	private final Problems problems;

	private final Levels levels = new Levels();

	private BreakerKeys(Sources sources, Problems problems) {
		this.sources = sources;
		this.problems = problems;
	}

	static Levels read(Sources sources, Problems problems) {
		return new BreakerKeys(sources, problems).read();
	}

	private Levels read() {
		List<EnvironmentVariables> environments = new ArrayList<>();
		for (ConfigurationPropertySource source : this.sources.all()) {
			Object underlying = source.getUnderlyingSource();
			if (underlying instanceof EnumerablePropertySource<?> enumerable) {
				for (String key : enumerable.getPropertyNames()) {
					check(enumerable, key);
				}
			}
			if (underlying instanceof SystemEnvironmentPropertySource environment) {
				environments.add(new EnvironmentVariables(source, environment));
			}
		}
		// Last, because a variable cannot spell every name: it is read in the light of
		// the names that others gave
		environments.forEach((environment) -> environment.addNames(this.levels));
		environments.forEach((environment) -> environment.check(this.levels, this.problems));
		return this.levels;
	}

	private void check(EnumerablePropertySource<?> source, String key) {
		if (!key.regionMatches(true, 0, "breaker", 0, "breaker".length())) {
			return;
		}
		ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
		if (!Level.ROOT.isAncestorOf(name)) {
			return;
		}
		Key found = new Key(key, name, source.getProperty(key), PropertySourceOrigin.get(source, key));
		if (!found.section().equals(Level.CONFIGS) && !found.section().equals(Level.INSTANCES)) {
			checkSwitch(found);
		}
		else if (name.getNumberOfElements() == 2) {
			checkSection(found);
		}
		else {
			checkLevel(found);
		}
	}

	private void checkSwitch(Key found) {
		ConfigurationPropertyName below = found.name().subName(1);
		boolean known = BoundProperty.SWITCHES.stream().anyMatch((property) -> property.matches(below));
		if (!known) {
			String nearest = nearestSwitch(found, below);
			this.problems.add(found.problem("is not a property",
					(nearest != null) ? found.didYouMean(nearest)
							: found.remove("valid below \"breaker\" are configs.NAME.*, instances.NAME.*, "
									+ String.join(", ", names(BoundProperty.SWITCHES)))));
		}
	}

	private static @Nullable String nearestSwitch(Key found, ConfigurationPropertyName below) {
		int elements = below.getNumberOfElements();
		boolean inSection = BoundProperty.SWITCHES.stream()
			.anyMatch((property) -> property.key().chop(1).equals(below.chop(1)));
		String property = inSection ? null
				: Nearest.of(below.getLastElement(Form.ORIGINAL), names(BoundProperty.OF_BREAKER));
		if (property == null) {
			String nearest = Nearest.of(below.toString(), names(BoundProperty.SWITCHES));
			return (nearest != null) ? "breaker." + nearest : null;
		}
		if (elements == 1) {
			return Level.DEFAULT.prefix() + "." + property;
		}
		String name = Level.written(below.chop(elements - 1));
		String section = Nearest.of(found.section(), List.of(Level.CONFIGS, Level.INSTANCES));
		if (elements > 2 && section != null) {
			name = Level.written(below.chop(elements - 1).subName(1));
		}
		else {
			section = name.equals(Level.DEFAULT.name()) ? Level.CONFIGS : Level.INSTANCES;
		}
		return "breaker." + section + "." + name + "." + property;
	}

	private void checkSection(Key found) {
		if (!found.isBlank()) {
			this.problems.add(found.problem("takes names below it, and no value of its own",
					found.didYouMean("breaker." + found.section() + ".NAME.PROPERTY")));
		}
	}

	private void checkLevel(Key found) {
		Level level = Level.of(found.name().chop(3));
		ConfigurationPropertyName below = found.name().subName(3);
		if (!found.key().contains(level.name())) {
			this.problems.add(found.problem("has a name with characters that are lost outside of brackets",
					"Write the name of \"%s\" in brackets and quotes, such as \"[Client#method(String)]\"."
						.formatted(found.key())));
			return;
		}
		if (below.isEmpty() ? !found.isBlank() : below.isNumericIndex(0)) {
			this.problems.add(valueOfLevel(found, level));
			return;
		}
		Level present = this.levels.add(level);
		if (present != null) {
			this.problems.add(found.problem(
					"has a name that Spring Boot takes for the same as \"%s\"".formatted(present.written()),
					"Write the name in one way everywhere, \"%s\" or \"%s\".".formatted(present.name(), level.name())));
		}
		else if (!below.isEmpty() && property(below) == null) {
			this.problems.add(found.problem("is not a property", nearestOfBreaker(found, level, below)));
		}
	}

	private static Problem valueOfLevel(Key found, Level level) {
		String property = Nearest.of(level.name(), names(BoundProperty.OF_BREAKER));
		if (property == null) {
			return found.problem("takes properties below it, and no value of its own",
					found.didYouMean(level.written() + ".PROPERTY"));
		}
		return found.problem("has no name of an instance or a config before the property", found
			.didYouMean(Level.DEFAULT.prefix() + "." + property, level.prefix().getParent() + ".NAME." + property));
	}

	private static String nearestOfBreaker(Key found, Level level, ConfigurationPropertyName below) {
		String last = below.getLastElement(Form.ORIGINAL);
		if (below.getNumberOfElements() > 1 && property(ConfigurationPropertyName.adapt(last, '.')) != null) {
			ConfigurationPropertyName name = found.name().chop(found.name().getNumberOfElements() - 1).subName(2);
			return found.didYouMean(level.prefix().getParent() + "[" + Level.written(name) + "]." + last)
					+ " A name with dots stands in brackets and quotes.";
		}
		String property = Nearest.of(below.toString(), names(BoundProperty.OF_BREAKER));
		return (property != null) ? found.didYouMean(level.written() + "." + property)
				: found.remove("valid below \"%s\" are %s".formatted(level.written(),
						String.join(", ", names(BoundProperty.OF_BREAKER))));
	}

	private static @Nullable BoundProperty property(ConfigurationPropertyName below) {
		return BoundProperty.OF_BREAKER.stream().filter((property) -> property.matches(below)).findFirst().orElse(null);
	}

	private static List<String> names(Collection<BoundProperty> properties) {
		return properties.stream().map(BoundProperty::toString).toList();
	}

	/**
	 * A key as it is written, as Spring Boot reads it, and what it is set to.
	 */
	private record Key(String key, ConfigurationPropertyName name, @Nullable Object value, Origin origin) {

		String section() {
			return this.name.getElement(1, Form.UNIFORM);
		}

		boolean isBlank() {
			return ObjectUtils.isEmpty(this.value);
		}

		Problem problem(String reason, String remedy) {
			return new Problem(this.key, this.value, this.origin, reason, remedy);
		}

		String didYouMean(String... nearest) {
			return "Instead of \"%s\": did you mean \"%s\"?".formatted(this.key, String.join("\" or \"", nearest));
		}

		String remove(String valid) {
			return "Remove \"%s\": %s.".formatted(this.key, valid);
		}

	}

}
