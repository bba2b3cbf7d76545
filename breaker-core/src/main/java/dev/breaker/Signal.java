package dev.breaker;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a source elsewhere has said of a circuit breaker: as long as it lives, the breaker
 * is open. Immutable, and safe for use by many threads.
 *
 * @param source the source, at most {@value #MAX_SOURCE_LENGTH} characters
 * @param reason why, at most {@value #MAX_REASON_LENGTH} characters of it; {@code null}
 * where nothing was said
 * @param remaining how long it still lives; zero where it was cleared
 * @see CircuitBreaker#signal(String, String, Duration)
 */
public record Signal(String source, @Nullable String reason, Duration remaining) {

	/** How many sources a breaker hears at a time. */
	public static final int MAX_SOURCES = 32;

	/** The longest name of a source, in characters. */
	public static final int MAX_SOURCE_LENGTH = 256;

	/** How many characters of a reason are kept. */
	public static final int MAX_REASON_LENGTH = 500;

}
