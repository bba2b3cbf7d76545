package dev.breaker.sample.faults;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a remote service behaves.
 */
public enum FaultMode {

	/** Answers at once. */
	OK,

	/** Answers rightly, but late. */
	SLOW,

	/** Answers with status 503. */
	ERROR,

	/** Takes the request and does not answer while the client waits. */
	HANG,

	/** Its port refuses connections. */
	REFUSE;

	/**
	 * The names that requests use.
	 * @return all of them, in lower case
	 */
	public static List<String> names() {
		return Arrays.stream(values()).map(FaultMode::toString).toList();
	}

	/**
	 * Finds a mode by the name that requests use.
	 * @param name the name, in upper or lower case
	 * @return the mode, or nothing
	 */
	public static Optional<FaultMode> named(String name) {
		return Arrays.stream(values()).filter((mode) -> mode.name().equalsIgnoreCase(name)).findFirst();
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
