package dev.breaker.spring.actuate;

import java.util.Locale;

import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

/**
 * How far a command goes.
 */
enum CommandScope {

	/** All instances that share the breaker, those that start while it holds too. */
	FLEET,

	/** This instance alone. */
	NODE;

	/** What there is to choose from, for messages. */
	static final String VALID = "fleet, node";

	/**
	 * Reads what an operator wrote.
	 * @param scope the text; {@code null} where nothing is said
	 * @return the scope, or {@code null} where nothing is said
	 */
	static @Nullable CommandScope parse(@Nullable String scope) {
		if (scope == null) {
			return null;
		}
		try {
			return valueOf(scope.strip().toUpperCase(Locale.ROOT));
		}
		catch (IllegalArgumentException ex) {
			throw Command.invalid("Invalid scope '" + LogText.oneLine(scope) + "'. Valid scopes: " + VALID);
		}
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
