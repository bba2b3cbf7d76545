package dev.breaker.spring.actuate;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.breaker.Advice;
import dev.breaker.RecordedOutcomes;
import dev.breaker.Replay;
import dev.breaker.spring.actuate.WhatIfDescriptor.RecordedDescriptor;
import dev.breaker.spring.actuate.WhatIfDescriptor.ReplayDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;

/**
 * Description of an {@link Advice}.
 *
 * @param circuitBreaker the name of the breaker
 * @param recorded what it is based on
 * @param silence why nothing can be said; {@code null} where something can
 * @param advice what to change, each on its own reason; empty where the present config
 * fits
 * @param config the same as properties, to be tried or applied as they are
 * @param whatIf what the config with all of it would have done; {@code null} where
 * nothing is to be changed
 * @param present what the present config would have done; {@code null} where nothing is
 * to be changed
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record AdviceDescriptor(String circuitBreaker, RecordedDescriptor recorded, @Nullable String silence,
		List<SuggestionDescriptor> advice, Map<String, Object> config, @Nullable ReplayDescriptor whatIf,
		@Nullable ReplayDescriptor present) implements OperationResponseBody {

	static AdviceDescriptor of(String name, RecordedOutcomes outcomes, Advice advice, @Nullable Replay whatIf,
			@Nullable Replay present) {
		Map<String, Object> config = new LinkedHashMap<>();
		for (Advice.Suggestion suggestion : advice.suggestions()) {
			config.put(key(suggestion), written(suggestion.suggested()));
		}
		String silence = advice.silence();
		return new AdviceDescriptor(name, RecordedDescriptor.of(outcomes),
				(silence != null) ? silence.replace("recordOutcomes", "record-outcomes") : null,
				advice.suggestions().stream().map(SuggestionDescriptor::of).toList(), config,
				(whatIf != null) ? ReplayDescriptor.of(whatIf) : null,
				(present != null) ? ReplayDescriptor.of(present) : null);
	}

	private static String key(Advice.Suggestion suggestion) {
		return DataObjectPropertyName.toDashedForm(suggestion.property());
	}

	/** As it is written in a file. */
	private static Object written(Object value) {
		if (value instanceof Duration duration) {
			boolean seconds = duration.toNanosPart() == 0;
			boolean milliseconds = duration.toNanosPart() % 1_000_000 == 0 && duration.toHours() == 0;
			return seconds ? duration.toSeconds() + "s"
					: milliseconds ? duration.toMillis() + "ms" : duration.toString();
		}
		return (value instanceof Number) ? value : value.toString();
	}

	/**
	 * Description of an {@link Advice.Suggestion}.
	 *
	 * @param property the property
	 * @param present its present value; {@code null} where it is off
	 * @param suggested the value that fits
	 * @param reason why
	 */
	@JsonInclude(JsonInclude.Include.ALWAYS)
	public record SuggestionDescriptor(String property, @Nullable Object present, Object suggested, String reason) {

		static SuggestionDescriptor of(Advice.Suggestion suggestion) {
			Object present = suggestion.present();
			return new SuggestionDescriptor(key(suggestion), (present != null) ? written(present) : null,
					written(suggestion.suggested()), suggestion.reason());
		}

	}

}
