package dev.breaker;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Thresholds that fit {@link RecordedOutcomes} better than those of a config.
 *
 * @param suggestions what to change, each on its own reason; empty where the present
 * config fits, or nothing can be said. Unmodifiable
 * @param silence why nothing can be said, in a sentence; {@code null} where something can
 * @param config the config with all suggestions applied; the one that is there where
 * there are none
 */
public record Advice(List<Suggestion> suggestions, @Nullable String silence, CircuitBreakerConfig config) {

	/**
	 * Creates an advice, which copies the list.
	 */
	public Advice {
		suggestions = List.copyOf(suggestions);
	}

	/**
	 * Another value of a property.
	 *
	 * @param property the property, as its builder method is called
	 * @param present its present value; {@code null} where it is off
	 * @param suggested a duration, a number, or a {@link SlidingWindowType}
	 * @param reason why, in one sentence; its wording may change
	 */
	public record Suggestion(String property, @Nullable Object present, Object suggested, String reason) {
	}

}
