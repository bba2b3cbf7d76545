package dev.breaker;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * The last outcomes of the calls of one breaker, as they were at one moment, on which
 * other configs can be tried. Obtained from {@link CircuitBreaker#outcomes()}; recorded
 * where {@link CircuitBreakerConfig.Builder#recordOutcomes recordOutcomes} is set.
 * Immutable, and safe for use by many threads.
 *
 * <pre>{@code
 * Replay stricter = breaker.outcomes().replay(breaker.config().toBuilder().failureRateThreshold(30).build());
 * }</pre>
 */
public final class RecordedOutcomes {

	private final String name;

	private final List<RecordedCall> recorded;

	/** How many outcomes can be recorded; zero where none are. */
	private final int capacity;

	private final long origin;

	/** When it was read, in nanoseconds from the origin. */
	private final long now;

	private final Instant to;

	RecordedOutcomes(String name, @Nullable OutcomeRecorder recorder, NanoClock clock, Instant at) {
		this.name = name;
		this.recorded = (recorder != null) ? recorder.calls() : List.of();
		this.capacity = (recorder != null) ? recorder.capacity : 0;
		this.origin = (recorder != null) ? recorder.origin : clock.read();
		// Read after the calls: none of them is in the future.
		this.now = Math.max(0, clock.read() - this.origin);
		this.to = at;
	}

	/**
	 * How many calls are on the record that were made: successes, failures and ignored
	 * ones. Dark probes are none of them.
	 * @return a number of calls
	 */
	public long calls() {
		return this.recorded.stream().filter((call) -> call.kind().isCall()).count();
	}

	/**
	 * How many of the calls on the record failed.
	 * @return a number of calls
	 */
	public long failures() {
		return this.recorded.stream().filter((call) -> call.kind() == RecordedCall.Kind.FAILURE).count();
	}

	/**
	 * How many calls the breaker refused meanwhile. How these would have ended is not
	 * known.
	 * @return a number of calls
	 */
	public long refusedCalls() {
		return this.recorded.stream()
			.filter((call) -> call.kind() == RecordedCall.Kind.REFUSED)
			.mapToLong(RecordedCall::times)
			.sum();
	}

	/**
	 * How many calls failed, by the name of the class that was thrown: the first 254
	 * classes that were seen, {@link Explanation#OTHERS}, and {@link Explanation#RESULTS}
	 * for results that count as failures.
	 * @return the numbers by class, sorted by name, unmodifiable
	 */
	public Map<String, Long> failureCounts() {
		Map<String, Long> counts = new TreeMap<>();
		for (RecordedCall call : this.recorded) {
			String type = call.type();
			if (type != null) {
				counts.merge(type, 1L, Long::sum);
			}
		}
		return Collections.unmodifiableMap(new LinkedHashMap<>(counts));
	}

	/**
	 * When the first call on the record began, by the clock that is shown to people.
	 * @return an instant, or {@code null} where there is no call
	 */
	public @Nullable Instant from() {
		return this.recorded.isEmpty() ? null : this.to.minusNanos(spanNanos());
	}

	/**
	 * When the record was read, by the clock that is shown to people.
	 * @return an instant
	 */
	public Instant to() {
		return this.to;
	}

	/**
	 * Finds out what a config would have done on these calls. A circuit breaker with that
	 * config is led through them on the clock of the record: each call asks for a permit
	 * when it began, and ends as it ended. It begins closed, with an empty window.
	 *
	 * <p>
	 * What a call counted as is on the record, so the rules of the config for exceptions
	 * and results play no part, nor does a wait that the other side asked for. Jitter is
	 * left out: each wait is the middle of its spread. A dark probe is one again where
	 * the config would be half-open when it began, and is left out otherwise. Takes some
	 * milliseconds for 10,000 outcomes, and reaches no breaker at work.
	 * @param config the config
	 * @return what it would have done
	 */
	public Replay replay(CircuitBreakerConfig config) {
		return new Replayer(this.name, Objects.requireNonNull(config, "config"), this).run();
	}

	/**
	 * Looks for thresholds that fit these calls better than those of a config. Says
	 * nothing unless there are at least 1,000 successes and failures from at least a
	 * minute, of which no more than 10 percent failed or were refused.
	 * @param config the config that is there
	 * @return suggestions with their reasons, or why there are none
	 */
	public Advice advice(CircuitBreakerConfig config) {
		return new Adviser(this, Objects.requireNonNull(config, "config")).advise();
	}

	/** In the order in which the calls ended. */
	List<RecordedCall> recorded() {
		return this.recorded;
	}

	int capacity() {
		return this.capacity;
	}

	long origin() {
		return this.origin;
	}

	long now() {
		return this.now;
	}

	/** From the beginning of the first call to the moment when it was read. */
	long spanNanos() {
		return this.now - this.recorded.stream().mapToLong(RecordedCall::start).min().orElse(this.now);
	}

	@Override
	public String toString() {
		return "RecordedOutcomes[" + LogText.oneLine(this.name) + ", " + calls() + " calls]";
	}

}
