package dev.breaker.spring.metrics;

import java.util.Locale;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Records how a call ends on the {@link Observation} that is current on the thread where
 * it ends, such as that of the request that makes the call, and so on its span:
 * {@code breaker.name}, {@code breaker.state}, as in the meters, and
 * {@code breaker.outcome} (success, failure, ignored, refused). Of several calls in one
 * observation the last one that was not a success is recorded, else the first one. Safe
 * for use by many threads.
 *
 * <p>
 * The key values are of high cardinality, also those that have few values: one of low
 * cardinality would become a tag of the meter of an observation, and only of those with a
 * call, while a meter must have the same tags always.
 */
public final class OutcomeObservations implements CircuitBreakerListener {

	static final String NAME = "breaker.name";

	static final String STATE = "breaker.state";

	static final String OUTCOME = "breaker.outcome";

	static final KeyValue SUCCESS = KeyValue.of(OUTCOME, "success");

	static final KeyValue FAILURE = KeyValue.of(OUTCOME, "failure");

	static final KeyValue IGNORED = KeyValue.of(OUTCOME, "ignored");

	static final KeyValue REFUSED = KeyValue.of(OUTCOME, "refused");

	private final ObservationRegistry observations;

	/**
	 * Creates a listener.
	 * @param observations knows the current observation
	 */
	public OutcomeObservations(ObservationRegistry observations) {
		this.observations = observations;
	}

	@Override
	public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
		Observation current = current();
		if (current != null && current.getContextView().getHighCardinalityKeyValue(OUTCOME) == null) {
			record(current, breaker, SUCCESS);
		}
	}

	@Override
	public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
		record(current(), breaker, FAILURE);
	}

	@Override
	public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		record(current(), breaker, IGNORED);
	}

	@Override
	public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
		record(current(), breaker, IGNORED);
	}

	@Override
	public void onNotPermitted(CircuitBreaker breaker) {
		record(current(), breaker, REFUSED);
	}

	private @Nullable Observation current() {
		return current(this.observations);
	}

	/** An observation that records nothing is none. */
	static @Nullable Observation current(ObservationRegistry observations) {
		Observation current = observations.getCurrentObservation();
		return (current != null && !current.isNoop()) ? current : null;
	}

	private static void record(@Nullable Observation observation, CircuitBreaker breaker, KeyValue outcome) {
		if (observation != null) {
			observation.highCardinalityKeyValue(NAME, breaker.name())
				.highCardinalityKeyValue(STATE, breaker.state().name().toLowerCase(Locale.ROOT))
				.highCardinalityKeyValue(outcome);
		}
	}

}
