package dev.breaker.spring.actuate;

import java.util.Map;

/**
 * Makes names the keys of JSON objects. A value may have half of a surrogate pair, which
 * is written as an escape; readers, Jackson among them, refuse a whole text for a key
 * that has one, and keys come from outside.
 */
final class JsonKeys {

	private static final int REPLACEMENT = '\ufffd';

	private JsonKeys() {
	}

	/**
	 * Puts a value under its name, in which halves of pairs are replaced.
	 * @param values the object, of which no value is replaced by such a name
	 * @param name the name
	 * @param value the value
	 */
	static <V> void put(Map<String, V> values, String name, V value) {
		String key = wellFormed(name);
		while (!key.equals(name) && values.containsKey(key)) {
			key += (char) REPLACEMENT;
		}
		values.put(key, value);
	}

	private static String wellFormed(String name) {
		if (name.chars().noneMatch((c) -> Character.isSurrogate((char) c))) {
			return name;
		}
		return name.codePoints()
			.map((c) -> (Character.getType(c) == Character.SURROGATE) ? REPLACEMENT : c)
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString();
	}

}
