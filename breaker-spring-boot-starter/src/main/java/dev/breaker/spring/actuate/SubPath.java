package dev.breaker.spring.actuate;

import org.jspecify.annotations.Nullable;

/**
 * What a path can ask for of the breaker whose name stands before it. The path alone
 * decides, whichever breakers there are: a key that ends in such a word takes the place
 * of no answer.
 */
enum SubPath {

	/** What another config would have done; asked by POST. */
	WHAT_IF("/whatif"),

	/** Thresholds that fit; asked by GET. */
	ADVICE("/advice");

	private final String end;

	SubPath(String end) {
		this.end = end;
	}

	/**
	 * The name of the breaker that a path asks this of.
	 * @param path what follows the path of the endpoint
	 * @return the name, or {@code null} where the path asks for something else
	 */
	@Nullable String breakerOf(String path) {
		boolean asked = path.length() > this.end.length() && path.endsWith(this.end);
		return asked ? path.substring(0, path.length() - this.end.length()) : null;
	}

	/** Says what a path asks for whose own name is that of a breaker. */
	String explained(String path) {
		return "A path that ends in '" + this.end + "' asks for that of the circuit breaker before it; '" + path
				+ "' is in the list of all";
	}

}
