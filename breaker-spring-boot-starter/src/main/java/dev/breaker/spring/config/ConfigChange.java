package dev.breaker.spring.config;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How the config of a breaker, or of the breakers of a group, differs from the one that
 * the application started with. Immutable.
 *
 * @param at when the newest of the changes was made
 * @param by who made it: an operator, {@code environment}, or {@code application}
 * @param reason what the operator said of it
 * @param properties each property that differs, by its name in camel case, unmodifiable
 */
public record ConfigChange(Instant at, String by, @Nullable String reason, Map<String, Property> properties) {

	public ConfigChange {
		properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
	}

	/**
	 * A property that differs. Values are numbers, durations, constants, names of
	 * classes, or lists of those; {@code null} where the property is off.
	 *
	 * @param from the value at start
	 * @param to the present value
	 * @param at when it was changed last
	 * @param by who changed it last
	 */
	public record Property(@Nullable Object from, @Nullable Object to, Instant at, String by) {
	}

	/**
	 * When, by whom and why a config was changed.
	 */
	record Made(Instant at, String by, @Nullable String reason) {
	}

}
