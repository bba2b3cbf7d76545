package dev.breaker.spring.metrics;

import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;

/**
 * Records what one breaker does in the meters of its name.
 */
final class MeterListener implements CircuitBreakerListener {

	private final BreakerMeters meters;

	MeterListener(BreakerMeters meters) {
		this.meters = meters;
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		// A command for the same state is no transition.
		if (change.from() != change.to()) {
			this.meters.countTransition(change.from(), change.to(), change.reason());
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
