package dev.breaker.spring.config;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Finds the property that was meant. One that could not hold the value was not.
 */
final class Suggestions {

	/** What a config or an instance may say, for messages. */
	static final String VALID_OF_BREAKER = "Valid for a config or an instance are "
			+ String.join(", ", names(BoundProperty.OF_BREAKER)) + ".";

	/** What there is below {@code breaker}, for messages. */
	static final String VALID_SWITCHES = "Valid below \"breaker\" are configs.NAME.*, instances.NAME.*, "
			+ String.join(", ", names(BoundProperty.SWITCHES)) + ".";

	private final Sources sources;

	Suggestions(Sources sources) {
		this.sources = sources;
	}

	/**
	 * What a config or an instance would say instead.
	 * @param given the last element of a key, in any spelling
	 * @param value what it is set to
	 */
	Suggestion ofBreaker(String given, @Nullable Object value) {
		Suggestion known = Resilience4jKeys.ofInstance(given);
		if (known != null) {
			return known;
		}
		String nearest = nearest(given, value, BoundProperty.OF_BREAKER);
		return (nearest != null) ? Suggestion.of(nearest) : Suggestion.NOTHING;
	}

	@Nullable String nearestSwitch(String given, @Nullable Object value) {
		return nearest(given, value, BoundProperty.SWITCHES);
	}

	private @Nullable String nearest(String given, @Nullable Object value, List<BoundProperty> properties) {
		List<String> near = Nearest.all(given, names(properties));
		return near.stream()
			.filter((name) -> properties.stream()
				.anyMatch((property) -> property.toString().equals(name) && this.sources.accepts(property, value)))
			.findFirst()
			.orElse(near.isEmpty() ? null : near.get(0));
	}

	private static List<String> names(List<BoundProperty> properties) {
		return properties.stream().map(BoundProperty::toString).toList();
	}

}
