package dev.breaker.spring.event;

import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;

import dev.breaker.CircuitBreaker;
import dev.breaker.LogText;
import dev.breaker.Reason;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each change of state, and for each command for the same state that
 * is told, by the logger {@code dev.breaker.CircuitBreaker}: WARN when calls are refused
 * from now on, INFO otherwise. A breaker that opens again and again without a recovery is
 * warned of three times; each further opening in a row that no command made is INFO, and
 * the first one after a recovery is WARN again. Calls that are refused are not logged.
 *
 * <p>
 * Safe for use by many threads, of which one at a time brings the changes of one breaker.
 */
public final class DefaultStateChangeLogger implements StateChangeLogger {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private static final int WARNED_OPENINGS = 3;

	/**
	 * Openings in a row of the breakers that did not recover yet. Counted here, since the
	 * breaker may be further when a change is told.
	 */
	private final Map<CircuitBreaker, Integer> openings = Collections.synchronizedMap(new WeakHashMap<>());

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		int openings = countOpenings(breaker, change);
		String line = line(breaker, change, openings);
		if (isWarning(change, openings)) {
			logger.warn("{}", line);
		}
		else {
			logger.info("{}", line);
		}
	}

	private int countOpenings(CircuitBreaker breaker, StateChange change) {
		if (change.from() == change.to()) {
			return 0;
		}
		if (change.from() == State.OPEN) {
			// A breaker may be open from the start
			this.openings.putIfAbsent(breaker, 1);
		}
		if (change.to() == State.CLOSED) {
			this.openings.remove(breaker);
		}
		return (change.to() == State.OPEN) ? this.openings.merge(breaker, 1, Integer::sum) : 0;
	}

	private static boolean isWarning(StateChange change, int openings) {
		return change.to().refuses() && (openings <= WARNED_OPENINGS || change.reason() == Reason.COMMAND);
	}

	private static String line(CircuitBreaker breaker, StateChange change, int openings) {
		StringBuilder line = new StringBuilder("Circuit breaker '").append(LogText.oneLine(breaker.name()))
			.append("': ")
			.append(change.from())
			.append(" -> ")
			.append(change.to())
			.append(" (")
			.append(change.reason())
			.append((change.actor() != null) ? " by " + LogText.oneLine(change.actor()) : "")
			.append((change.comment() != null) ? ": " + LogText.oneLine(change.comment()) : "")
			.append(')');
		if (change.to().refuses()) {
			Snapshot snapshot = breaker.snapshot();
			// Another change may have overtaken this news; its figures would explain the
			// wrong one.
			boolean present = isSame(change, snapshot.lastChange());
			if (present) {
				appendFigures(line, breaker, snapshot);
			}
			if (change.lastFailure() != null) {
				line.append("; last failure: ").append(ThrowableText.of(change.lastFailure()));
			}
			if (openings > 1) {
				line.append("; ").append(openings).append(" openings in a row");
			}
			if (openings == WARNED_OPENINGS) {
				line.append(", further ones are logged as INFO");
			}
			if (present) {
				line.append("; ").append(outlook(change.to(), snapshot.retryAfter()));
			}
		}
		return line.toString();
	}

	// Changes may be equal, and yet two.
	@SuppressWarnings("ReferenceEquality")
	private static boolean isSame(StateChange change, @Nullable StateChange other) {
		return change == other;
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
