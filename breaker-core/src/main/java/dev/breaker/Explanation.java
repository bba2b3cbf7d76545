package dev.breaker;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Why a circuit breaker is in its present state, of one moment. Immutable, and safe for
 * use by many threads.
 *
 * @param state the state
 * @param since when this state began
 * @param sentence the explanation in one sentence on one line, without the breaker's
 * name:
 * {@code Open for 12 s: 7 of the last 10 calls failed (70 %, threshold 50 %), mostly
 * java.net.ConnectException; the next probe may pass in 18 s}. Its wording may change
 * @param failureCounts how many calls failed since the breaker was last closed, by the
 * name of the class that was thrown, the most frequent first: the first ten classes that
 * were seen, {@link #OTHERS}, and {@link #RESULTS}. Where it is closed, since it closed.
 * Unmodifiable
 * @param lastFailures the last failures that were thrown since then, at most five, the
 * newest last; their messages are one printable line of at most 200 characters.
 * Unmodifiable
 * @param command the command that made the present state; {@code null} where the rules
 * did, or where it began with that state
 * @param signals the signals that live, in the order in which their sources were heard
 * first. Unmodifiable
 */
public record Explanation(State state, Instant since, String sentence, Map<String, Long> failureCounts,
		List<Failure> lastFailures, @Nullable StandingCommand command, List<Signal> signals) {

	/** Stands for results that count as failures, among the names of classes. */
	public static final String RESULTS = "(results)";

	/** Stands for all classes but the first ten. */
	public static final String OTHERS = "(others)";

	/**
	 * Creates an explanation, which copies the collections.
	 */
	public Explanation {
		failureCounts = Collections.unmodifiableMap(new LinkedHashMap<>(failureCounts));
		lastFailures = List.copyOf(lastFailures);
		signals = List.copyOf(signals);
	}

	/**
	 * The sentence.
	 */
	@Override
	public String toString() {
		return this.sentence;
	}

}
