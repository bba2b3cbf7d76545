package dev.breaker.spring.config;

import org.jspecify.annotations.Nullable;

/**
 * What to do with a key that means nothing.
 *
 * @param key the key to write instead, if there is one
 * @param advice what takes its place, where that is no key
 */
record Suggestion(@Nullable String key, @Nullable String advice) {

	static final Suggestion NOTHING = new Suggestion(null, null);

	static Suggestion of(String key) {
		return new Suggestion(key, null);
	}

	/** This one below a prefix. */
	Suggestion below(String prefix) {
		return (this.key != null) ? of(prefix + this.key) : this;
	}

	boolean isNothing() {
		return this.key == null && this.advice == null;
	}

	/**
	 * The sentence that says so.
	 * @param given the key that means nothing
	 */
	String remedy(String given) {
		if (this.key != null) {
			return "Instead of \"%s\": did you mean \"%s\"?".formatted(given, this.key);
		}
		return "Remove \"%s\"%s.".formatted(given, (this.advice != null) ? ": " + this.advice : "");
	}

}
