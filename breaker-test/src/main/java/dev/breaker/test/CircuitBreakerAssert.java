package dev.breaker.test;

import java.util.Objects;

import dev.breaker.CircuitBreaker;
import dev.breaker.Reason;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateChange;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on a circuit breaker. Each one takes a new snapshot; a failure says the
 * state, why the breaker came to be in it, and all counts. The numbers of calls are
 * totals since the breaker was made or reset, whatever its window holds.
 */
public final class CircuitBreakerAssert extends AbstractAssert<CircuitBreakerAssert, CircuitBreaker> {

	CircuitBreakerAssert(@Nullable CircuitBreaker actual) {
		super(actual, CircuitBreakerAssert.class);
	}

	/**
	 * The state is {@link State#CLOSED}.
	 * @return this
	 */
	public CircuitBreakerAssert isClosed() {
		return hasState(State.CLOSED);
	}

	/**
	 * The state is {@link State#OPEN}; one that is {@link State#FORCED_OPEN} is not.
	 * @return this
	 */
	public CircuitBreakerAssert isOpen() {
		return hasState(State.OPEN);
	}

	/**
	 * The state is {@link State#HALF_OPEN}.
	 * @return this
	 */
	public CircuitBreakerAssert isHalfOpen() {
		return hasState(State.HALF_OPEN);
	}

	/**
	 * The state is {@link State#FORCED_OPEN}.
	 * @return this
	 */
	public CircuitBreakerAssert isForcedOpen() {
		return hasState(State.FORCED_OPEN);
	}

	/**
	 * The state is {@link State#DISABLED}.
	 * @return this
	 */
	public CircuitBreakerAssert isDisabled() {
		return hasState(State.DISABLED);
	}

	/**
	 * The state is {@link State#METRICS_ONLY}.
	 * @return this
	 */
	public CircuitBreakerAssert isMetricsOnly() {
		return hasState(State.METRICS_ONLY);
	}

	/**
	 * The state is this one.
	 * @param expected the state
	 * @return this
	 */
	public CircuitBreakerAssert hasState(State expected) {
		Objects.requireNonNull(expected, "expected");
		Snapshot snapshot = snapshot();
		if (snapshot.state() != expected) {
			fail(snapshot, "to be " + expected);
		}
		return this;
	}

	/**
	 * As many calls were refused.
	 * @param expected the number
	 * @return this
	 */
	public CircuitBreakerAssert hasRefused(long expected) {
		Snapshot snapshot = snapshot();
		return hasTotal(snapshot, "refused calls", expected, snapshot.notPermittedCallsTotal());
	}

	/**
	 * As many calls were let through that would have been refused if the breaker
	 * enforced.
	 * @param expected the number
	 * @return this
	 */
	public CircuitBreakerAssert wouldHaveRefused(long expected) {
		Snapshot snapshot = snapshot();
		return hasTotal(snapshot, "calls that would have been refused", expected, snapshot.wouldRefuseTotal());
	}

	/**
	 * As many failures were recorded, slow ones too.
	 * @param expected the number
	 * @return this
	 */
	public CircuitBreakerAssert hasFailed(long expected) {
		Snapshot snapshot = snapshot();
		return hasTotal(snapshot, "failed calls", expected, snapshot.failedCallsTotal());
	}

	/**
	 * As many successes were recorded, slow ones too.
	 * @param expected the number
	 * @return this
	 */
	public CircuitBreakerAssert hasSucceeded(long expected) {
		Snapshot snapshot = snapshot();
		return hasTotal(snapshot, "successful calls", expected, snapshot.successfulCallsTotal());
	}

	/**
	 * As many calls threw what the rules ignore.
	 * @param expected the number
	 * @return this
	 */
	public CircuitBreakerAssert hasIgnored(long expected) {
		Snapshot snapshot = snapshot();
		return hasTotal(snapshot, "ignored calls", expected, snapshot.ignoredCallsTotal());
	}

	/**
	 * As many calls were slow, successful or failed.
	 * @param expected the number
	 * @return this
	 */
	public CircuitBreakerAssert hasSlow(long expected) {
		Snapshot snapshot = snapshot();
		return hasTotal(snapshot, "slow calls", expected, snapshot.slowCallsTotal());
	}

	/**
	 * The last change of state was made for this reason.
	 * @param expected the reason
	 * @return this
	 */
	public CircuitBreakerAssert changedBecauseOf(Reason expected) {
		Objects.requireNonNull(expected, "expected");
		Snapshot snapshot = snapshot();
		StateChange change = snapshot.lastChange();
		if (change == null || change.reason() != expected) {
			fail(snapshot, "to have changed its state because of " + expected);
		}
		return this;
	}

	private Snapshot snapshot() {
		isNotNull();
		return this.actual.snapshot();
	}

	private CircuitBreakerAssert hasTotal(Snapshot snapshot, String calls, long expected, long found) {
		if (found != expected) {
			fail(snapshot, "to have " + expected + " " + calls + ", and not " + found);
		}
		return this;
	}

	private void fail(Snapshot snapshot, String expectation) {
		failWithMessage("%s",
				"Expected circuit breaker '" + snapshot.name() + "' " + expectation + ".\n" + Description.of(snapshot));
	}

}
