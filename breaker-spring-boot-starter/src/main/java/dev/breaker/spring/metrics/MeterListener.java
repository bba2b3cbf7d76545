package dev.breaker.spring.metrics;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.Reason;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;

/**
 * Records what one breaker does in the meters of its name.
 */
final class MeterListener implements CircuitBreakerListener {

	private final BreakerMeters meters;

	/** Changes that may come a second time. Guarded by this. */
	private final Set<StateChange> counted = Collections.newSetFromMap(new IdentityHashMap<>(1));

	/** Guarded by this. */
	private boolean begun;

	MeterListener(BreakerMeters meters) {
		this.meters = meters;
	}

	/**
	 * Counts the command that holds a breaker since before it was heard, as that of a key
	 * which was made while a command to its group held: no listener hears of it again.
	 * Called once, when the breaker has this listener, and under no lock, since a change
	 * that is due is told by the way.
	 */
	void begin(CircuitBreaker breaker) {
		StateChange last = breaker.snapshot().lastChange();
		if (last != null && isHeld(last) && isUncounted(last)) {
			count(last);
		}
		synchronized (this) {
			this.begun = true;
		}
	}

	private static boolean isHeld(StateChange change) {
		return (change.reason() == Reason.COMMAND || change.reason() == Reason.RESTORED) && switch (change.to()) {
			case FORCED_OPEN, DISABLED, METRICS_ONLY -> true;
			case CLOSED, OPEN, HALF_OPEN -> false;
		};
	}

	private synchronized boolean isUncounted(StateChange change) {
		return this.begun ? !this.counted.contains(change) : this.counted.add(change);
	}

	private void count(StateChange change) {
		// A command for the same state is no transition.
		if (change.from() != change.to()) {
			this.meters.countTransition(change.from(), change.to(), change.reason());
		}
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		if (isUncounted(change)) {
			count(change);
		}
	}

	@Override
	public void onSuccess(CircuitBreaker breaker, long elapsedNanos) {
		this.meters.success.record(elapsedNanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void onFailure(CircuitBreaker breaker, @Nullable Throwable thrown, long elapsedNanos) {
		this.meters.failure.record(elapsedNanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void onIgnored(CircuitBreaker breaker, Throwable thrown, long elapsedNanos) {
		this.meters.ignored.record(elapsedNanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void onIgnoredResult(CircuitBreaker breaker, long elapsedNanos) {
		this.meters.ignored.record(elapsedNanos, TimeUnit.NANOSECONDS);
	}

	@Override
	public void onNotPermitted(CircuitBreaker breaker) {
		this.meters.notPermitted.increment();
	}

	@Override
	public void onWouldRefuse(CircuitBreaker breaker) {
		this.meters.wouldRefuse.increment();
	}

	@Override
	public void onSlowCall(CircuitBreaker breaker, long elapsedNanos) {
		this.meters.slow.increment();
	}

}
