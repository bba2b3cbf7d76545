package dev.breaker.spring.config;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Finds the property that takes the place of an unknown one. One that can hold the value
 * is preferred.
 */
final class SuggestionFinder {

	/** What a config or an instance may say, for messages. */
	static String validOfBreaker() {
		return "Valid for a config or an instance are " + String.join(", ", names(PropertyDefinition.OF_BREAKER)) + ".";
	}

	/** What there is below {@code breaker}, for messages. */
	static String validSwitches() {
		return "Valid below \"breaker\" are configs.NAME.*, instances.NAME.*, http.clients, http.server.reject, "
				+ String.join(", ", names(SwitchValidator.SWITCHES)) + ".";
	}

	private final BreakerPropertySources sources;

	SuggestionFinder(BreakerPropertySources sources) {
		this.sources = sources;
	}

	/**
	 * What a config or an instance would say instead.
	 * @param given the last element of a key, in any spelling
	 * @param value what it is set to
	 */
	Suggestion ofBreaker(String given, @Nullable Object value) {
		Suggestion known = Resilience4jSuggestions.ofInstance(given);
		if (known != null) {
			return known;
		}
		String nearest = nearest(given, value, PropertyDefinition.OF_BREAKER);
		return (nearest != null) ? Suggestion.of(nearest) : Suggestion.NOTHING;
	}

	@Nullable String nearestSwitch(String given, @Nullable Object value) {
		return nearest(given, value, SwitchValidator.SWITCHES);
	}

	@Nullable String nearestOf(HttpEntryList list, String given, @Nullable Object value) {
		return nearest(given, value, list.properties());
	}

	private @Nullable String nearest(String given, @Nullable Object value, List<PropertyDefinition> properties) {
		List<String> near = SimilarNames.all(given, names(properties));
		return near.stream()
			.filter((name) -> properties.stream()
				.anyMatch((property) -> property.toString().equals(name) && this.sources.accepts(property, value)))
			.findFirst()
			.orElse(near.isEmpty() ? null : near.get(0));
	}

	private static List<String> names(List<PropertyDefinition> properties) {
		return properties.stream().map(PropertyDefinition::toString).toList();
	}

}
