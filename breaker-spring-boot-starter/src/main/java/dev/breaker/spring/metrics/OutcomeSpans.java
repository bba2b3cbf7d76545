package dev.breaker.spring.metrics;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicReferenceArray;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * Records how a call ends on the {@link Span} that is current on the thread where it
 * ends, where no {@link Observation} is: as tags, which are those of
 * {@link OutcomeObservations}. Of several calls in one span the last one that was not a
 * success is recorded, else the last one. Safe for use by many threads.
 */
public final class OutcomeSpans implements CircuitBreakerListener {

	/** A power of two. */
	private static final int SLOTS = 1024;

	private final Tracer tracer;

	private final ObservationRegistry observations;

	/**
	 * The ids of spans that have the outcome of a call that was no success, since a span
	 * does not say what it has. Of two in one slot the later stays.
	 */
	private final AtomicReferenceArray<@Nullable String> marked = new AtomicReferenceArray<>(SLOTS);

	/**
	 * Creates a listener.
	 * @param tracer knows the current span
	 * @param observations knows whether there is an observation
	 */
	public OutcomeSpans(Tracer tracer, ObservationRegistry observations) {
		this.tracer = tracer;
		this.observations = observations;
	}

	@Override
	public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
		Span span = current();
		if (span != null) {
			String id = span.context().spanId();
			if (!id.equals(this.marked.get(slotOf(id)))) {
				tag(span, breaker, OutcomeObservations.SUCCESS.getValue());
			}
		}
	}

	@Override
	public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
		mark(breaker, OutcomeObservations.FAILURE.getValue());
	}

	@Override
	public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		mark(breaker, OutcomeObservations.IGNORED.getValue());
	}

	@Override
	public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
		mark(breaker, OutcomeObservations.IGNORED.getValue());
	}

	@Override
	public void onNotPermitted(CircuitBreaker breaker) {
		mark(breaker, OutcomeObservations.REFUSED.getValue());
	}

	private @Nullable Span current() {
		if (OutcomeObservations.current(this.observations) != null) {
			return null;
		}
		Span span = this.tracer.currentSpan();
		return (span != null && !span.isNoop()) ? span : null;
	}

	private void mark(CircuitBreaker breaker, String outcome) {
		Span span = current();
		if (span != null) {
			String id = span.context().spanId();
			this.marked.set(slotOf(id), id);
			tag(span, breaker, outcome);
		}
	}

	private static int slotOf(String id) {
		return id.hashCode() & (SLOTS - 1);
	}

	private static void tag(Span span, CircuitBreaker breaker, String outcome) {
		span.tag(OutcomeObservations.NAME, breaker.name());
		span.tag(OutcomeObservations.STATE, breaker.state().name().toLowerCase(Locale.ROOT));
		span.tag(OutcomeObservations.OUTCOME, outcome);
	}

}
