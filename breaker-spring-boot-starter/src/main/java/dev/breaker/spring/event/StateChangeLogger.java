package dev.breaker.spring.event;

import java.time.Duration;
import java.util.Locale;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.LogText;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each change of state, by the logger
 * {@code dev.breaker.CircuitBreaker}: WARN when calls are refused from now on, INFO
 * otherwise. Calls that are refused are not logged.
 */
public final class StateChangeLogger implements CircuitBreakerListener {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		switch (change.to()) {
			case OPEN, FORCED_OPEN -> logger.warn("{}", line(breaker, change));
			case CLOSED, HALF_OPEN, DISABLED, METRICS_ONLY -> logger.info("{}", line(breaker, change));
		}
	}

	private static String line(CircuitBreaker breaker, StateChange change) {
		StringBuilder line = new StringBuilder("Circuit breaker '").append(LogText.oneLine(breaker.name()))
			.append("': ")
			.append(change.from())
			.append(" -> ")
			.append(change.to())
			.append(" (")
			.append(change.reason())
			.append(')');
		if (refuses(change.to())) {
			Snapshot snapshot = breaker.snapshot();
			// Another change may have overtaken this news; its figures would explain the
			// wrong one.
			if (change.equals(snapshot.lastChange())) {
				appendFigures(line, breaker, snapshot);
			}
			if (change.lastFailure() != null) {
				line.append("; last failure: ").append(ThrowableText.of(change.lastFailure()));
			}
			if (change.equals(snapshot.lastChange())) {
				line.append("; ").append(outlook(change.to(), snapshot.retryAfter()));
			}
		}
		return line.toString();
	}

	private static boolean refuses(State state) {
		return state == State.OPEN || state == State.FORCED_OPEN;
	}

	private static void appendFigures(StringBuilder line, CircuitBreaker breaker, Snapshot snapshot) {
		if (snapshot.bufferedCalls() > 0) {
			line.append(String.format(Locale.ROOT, ": %d of %d calls failed (%.1f %%", snapshot.failedCalls(),
					snapshot.bufferedCalls(), snapshot.failureRate()));
			Float threshold = breaker.config().failureRateThreshold();
			if (threshold != null) {
				line.append(String.format(Locale.ROOT, ", threshold %.1f %%", threshold));
			}
			line.append(')');
			if (breaker.config().slowCallDurationThreshold() != null) {
				line.append(String.format(Locale.ROOT, ", %d slow (%.1f %%, threshold %.1f %%)", snapshot.slowCalls(),
						snapshot.slowCallRate(), breaker.config().slowCallRateThreshold()));
			}
		}
		if (snapshot.consecutiveFailures() > 1) {
			line.append(", ").append(snapshot.consecutiveFailures()).append(" failures in a row");
		}
	}

	private static String outlook(State state, Duration retryAfter) {
		if (retryAfter.isZero()) {
			return (state == State.FORCED_OPEN) ? "refuses all calls until another command" : "a probe may pass now";
		}
		String seconds = String.format(Locale.ROOT, "%.1f s", retryAfter.toMillis() / 1000.0);
		return (state == State.FORCED_OPEN) ? "refuses all calls for " + seconds : "a probe may pass in " + seconds;
	}

}
