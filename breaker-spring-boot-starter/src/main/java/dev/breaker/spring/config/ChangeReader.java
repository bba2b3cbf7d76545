package dev.breaker.spring.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Reads the properties of a change at run time, as strictly as those of a file: keys are
 * spelled as freely as there, values are written as there, and all that is wrong is found
 * at once. Placeholders are not resolved, so that no answer shows what they stand for.
 */
final class ChangeReader {

	private static final String PREFIX = "config";

	private static final Level LEVEL = new Level(PREFIX, ConfigurationPropertyName.of(PREFIX));

	/** What plays a part at start alone, and what to do instead. */
	private static final Map<String, String> OF_START = Map.of(PropertyDefinition.BASE_CONFIG,
			"change the config in the environment", "initial-state", "command a state");

	private final PredicateResolver predicates;

	private final SimilarClassNames classNames;

	private final @Nullable ClassLoader classLoader;

	private final ConfigProblems problems = new ConfigProblems();

	/** By the key, in the one spelling that is read. */
	private final Map<String, Object> written = new LinkedHashMap<>();

	private final Map<String, String> keys = new LinkedHashMap<>();

	private final Map<String, @Nullable Object> unknown = new LinkedHashMap<>();

	ChangeReader(PredicateResolver predicates, SimilarClassNames classNames, @Nullable ClassLoader classLoader) {
		this.predicates = predicates;
		this.classNames = classNames;
		this.classLoader = classLoader;
	}

	/**
	 * Reads all of them.
	 * @throws InvalidBreakerConfigurationException when one cannot be used
	 */
	LayeredProperties read(Map<String, ?> given) {
		given.forEach(this::write);
		BreakerPropertySources sources = new BreakerPropertySources(this.written, LEVEL.prefix(), this.classLoader);
		SuggestionFinder suggestions = new SuggestionFinder(sources);
		this.unknown.forEach((key, value) -> {
			String path = path(LogText.oneLine(key));
			Suggestion suggestion = ofRunTime(suggestions.ofBreaker(key, value));
			this.problems.add(new ConfigProblem(path, value, null, "is not a property",
					suggestion.below(PREFIX + ".").remedy(path),
					suggestion.isNothing() ? SuggestionFinder.validOfBreaker() : null));
		});
		ValueReader values = new ValueReader(sources, this.predicates, this.classNames, this.problems);
		ConfigReader reader = new ConfigReader(sources, this.predicates, values, this.problems);
		LayeredProperties properties = reader.read(List.of(LEVEL));
		reader.check(properties);
		this.problems.throwIfAny();
		return properties;
	}

	/** What is read at start alone would be refused in its turn. */
	private static Suggestion ofRunTime(Suggestion suggestion) {
		String instead = (suggestion.key() != null) ? OF_START.get(suggestion.key()) : null;
		return (instead != null) ? new Suggestion(null, instead) : suggestion;
	}

	static String path(String property) {
		return PREFIX + "." + property;
	}

	private void write(String key, @Nullable Object value) {
		ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
		PropertyDefinition property = PropertyDefinition.OF_BREAKER.stream()
			.filter((each) -> each.key().equals(name))
			.findFirst()
			.orElse(null);
		if (property == null) {
			this.unknown.put(key, value);
			return;
		}
		String path = path(property.toString());
		String instead = OF_START.get(property.toString());
		String other = this.keys.putIfAbsent(path, key);
		if (instead != null) {
			refuse(path, value, "is read at start alone", "Remove \"%s\": %s.".formatted(path, instead));
		}
		else if (other != null) {
			refuse(path(key), value, "is the same property as \"%s\"".formatted(path(other)),
					"Keep one of \"%s\" and \"%s\".".formatted(path(other), path(key)));
		}
		else if (value == null) {
			refuse(path, null, "has no value", "Remove \"%s\", or give it a value.".formatted(path));
		}
		else if (value instanceof Collection<?> elements) {
			writeAll(property, path, elements);
		}
		else {
			writeOne(path, value, value);
		}
	}

	private void writeAll(PropertyDefinition property, String path, Collection<?> elements) {
		if (!property.isList()) {
			refuse(path, elements, "is a list", "Give \"%s\" one value.".formatted(path));
			return;
		}
		if (elements.isEmpty()) {
			this.written.put(path, "none");
		}
		List<@Nullable Object> all = new ArrayList<>(elements);
		for (int i = 0; i < all.size(); i++) {
			writeOne(path + "[" + i + "]", all.get(i), elements);
		}
	}

	private void writeOne(String path, @Nullable Object value, Object given) {
		if (value == null || value instanceof Map<?, ?> || value instanceof Collection<?>) {
			refuse(path, given, "is no single value", "Give \"%s\" a value as in a file.".formatted(path));
		}
		else {
			this.written.put(path, value);
		}
	}

	private void refuse(String key, @Nullable Object value, String reason, String remedy) {
		this.problems.add(new ConfigProblem(key, value, null, reason, remedy));
	}

}
