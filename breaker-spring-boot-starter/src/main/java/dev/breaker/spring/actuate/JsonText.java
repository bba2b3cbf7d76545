package dev.breaker.spring.actuate;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Text from outside as JSON can have it: a writer of JSON fails at half a surrogate pair,
 * and the whole answer with it.
 */
final class JsonText {

	private JsonText() {
	}

	/**
	 * Replaces each half of a surrogate pair by a question mark.
	 * @param text the text
	 * @return the same text where there is nothing to replace
	 */
	static String of(String text) {
		return isWellFormed(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
	}

	static @Nullable String ofNullable(@Nullable String text) {
		return (text != null) ? of(text) : null;
	}

	private static boolean isWellFormed(String text) {
		return text.chars().noneMatch((c) -> Character.isSurrogate((char) c))
				|| StandardCharsets.UTF_8.newEncoder().canEncode(text);
	}

}
