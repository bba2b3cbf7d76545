package dev.breaker.spring.event;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Explanation;
import dev.breaker.Failure;
import dev.breaker.LogText;
import dev.breaker.PlainText;
import dev.breaker.Reason;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes one line for each change of state, and for each command for the same state that
 * is told, by the logger {@code dev.breaker.CircuitBreaker}: WARN with the breaker's
 * {@linkplain CircuitBreaker#explain() explanation} when calls are refused from now on,
 * INFO otherwise. A breaker that opens again and again without a recovery is warned of
 * three times; each further opening in a row that no command made is INFO, and the first
 * one after a recovery is WARN again. Of a breaker that does not enforce, a change is
 * INFO, but a command to FORCED_OPEN, which does nothing then, is WARN. Calls that are
 * refused are not logged one by one: the line that tells the end of a period says how
 * many it refused, or would have.
 *
 * <p>
 * The facts of a line are its key-value pairs, too, with names such as
 * {@code breaker.name}. Safe for use by many threads, of which one at a time brings the
 * changes of one breaker.
 */
public final class DefaultStateChangeLogger implements StateChangeLogger {

	private static final Logger logger = LoggerFactory.getLogger(CircuitBreaker.class);

	private static final int WARNED_OPENINGS = 3;

	/**
	 * Of the breakers that did not recover yet. Counted here, since the breaker may be
	 * further when a change is told.
	 */
	private final Map<CircuitBreaker, Outage> outages = Collections.synchronizedMap(new WeakHashMap<>());

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		Snapshot snapshot = breaker.snapshot();
		Outage before = hasForgotten(change, snapshot) ? null : this.outages.get(breaker);
		int openings = 0;
		long refused = 0;
		long wouldRefuse = 0;
		if (change.from() != change.to()) {
			Outage present = Outage.after(change, before, snapshot);
			if (change.to() == State.CLOSED && !remembersOpenings(breaker.config())) {
				this.outages.remove(breaker);
			}
			else {
				this.outages.put(breaker, present);
			}
			openings = (change.to() == State.OPEN) ? present.openings() : 0;
			if (refusesAny(change.from())) {
				refused = since((before != null) ? before.refused() : 0, snapshot.notPermittedCallsTotal());
				wouldRefuse = since((before != null) ? before.wouldRefuse() : 0, snapshot.wouldRefuseTotal());
			}
		}
		log(breaker, change, snapshot, openings, refused, wouldRefuse, before);
	}

	/** Whether closing alone is no recovery. */
	private static boolean remembersOpenings(CircuitBreakerConfig config) {
		return config.recoveryRampDuration() != null || config.stableFor() != null;
	}

	/** Whether the breaker had recovered by the time at which it ceased to be closed. */
	private static boolean hasForgotten(StateChange change, Snapshot snapshot) {
		return change.from() == State.CLOSED && snapshot.openings() <= ((change.to() == State.OPEN) ? 1 : 0);
	}

	private static boolean refusesAny(State state) {
		return state.refuses() || state == State.HALF_OPEN;
	}

	/** How many calls there were in the period that has ended; a reset starts at zero. */
	private static long since(long before, long total) {
		return (before <= total) ? total - before : total;
	}

	private static boolean isWarning(StateChange change, int openings) {
		if (!change.enforced()) {
			return change.to() == State.FORCED_OPEN;
		}
		return change.to().refuses() && (openings <= WARNED_OPENINGS || change.reason() == Reason.COMMAND);
	}

	private static void log(CircuitBreaker breaker, StateChange change, Snapshot snapshot, int openings, long refused,
			long wouldRefuse, @Nullable Outage before) {
		boolean warning = isWarning(change, openings);
		LoggingEventBuilder event = logger.atLevel(warning ? Level.WARN : Level.INFO)
			.addKeyValue("breaker.name", LogText.oneLine(breaker.name()))
			.addKeyValue("breaker.from", change.from().name())
			.addKeyValue("breaker.to", change.to().name())
			.addKeyValue("breaker.reason", change.reason().name());
		if (!change.enforced()) {
			event = event.addKeyValue("breaker.enforced", false);
		}
		if (change.actor() != null) {
			event = event.addKeyValue("breaker.actor", LogText.oneLine(change.actor()));
		}
		if (change.comment() != null) {
			event = event.addKeyValue("breaker.comment", LogText.oneLine(change.comment()));
		}
		StringBuilder line = new StringBuilder("Circuit breaker '").append(LogText.oneLine(breaker.name()))
			.append("': ")
			.append(change.from())
			.append(" -> ")
			.append(change.to())
			.append(" (")
			.append(change.reason())
			.append(change.enforced() ? "" : ", not enforced");
		// Another change may have overtaken this news; its explanation would be of the
		// wrong one.
		Explanation explanation = change.to().refuses() ? breaker.explain() : null;
		if (explanation != null && isSame(change, breaker.snapshot().lastChange())) {
			line.append("). ").append(explanation);
			event = withRates(event, snapshot);
		}
		else {
			line.append((change.actor() != null) ? " by " + LogText.oneLine(change.actor()) : "")
				.append((change.comment() != null) ? ": " + LogText.oneLine(change.comment()) : "")
				.append(')');
		}
		Failure lastFailure = change.lastFailure();
		if (change.to().refuses() && lastFailure != null) {
			line.append("; last failure: ").append(ThrowableText.of(lastFailure));
			event = event.addKeyValue("breaker.exception", lastFailure.type());
		}
		if (openings > 1) {
			line.append("; ").append(openings).append(" openings in a row");
		}
		if (openings == WARNED_OPENINGS && warning) {
			line.append(", further ones are logged as INFO");
		}
		if (openings > 0) {
			event = event.addKeyValue("breaker.openings", openings);
		}
		if (refused > 0) {
			line.append("; refused ").append(calls(refused));
			event = event.addKeyValue("breaker.refused", refused);
		}
		if (wouldRefuse > 0) {
			line.append("; would have refused ").append(calls(wouldRefuse));
			event = event.addKeyValue("breaker.would.refuse", wouldRefuse);
		}
		if (refused + wouldRefuse > 0 && before != null) {
			Duration lasted = Duration.between(before.since(), change.at());
			line.append(" in ").append(PlainText.duration(lasted));
		}
		event.log("{}", line.toString());
	}

	private static String calls(long count) {
		return String.format(Locale.ROOT, "%,d", count) + ((count == 1) ? " call" : " calls");
	}

	private static LoggingEventBuilder withRates(LoggingEventBuilder event, Snapshot snapshot) {
		LoggingEventBuilder added = event;
		if (!Float.isNaN(snapshot.failureRate())) {
			added = added.addKeyValue("breaker.failure.rate", snapshot.failureRate());
		}
		if (!Float.isNaN(snapshot.slowCallRate())) {
			added = added.addKeyValue("breaker.slow.call.rate", snapshot.slowCallRate());
		}
		return added;
	}

	// Changes may be equal, and yet two.
	@SuppressWarnings("ReferenceEquality")
	private static boolean isSame(StateChange change, @Nullable StateChange other) {
		return change == other;
	}

	/**
	 * What was told of a breaker since it last recovered.
	 *
	 * @param openings openings in a row
	 * @param refused the calls that it had refused when its present state was told
	 * @param wouldRefuse those that it would have refused if it was enforced
	 * @param since when its present state began
	 */
	private record Outage(int openings, long refused, long wouldRefuse, Instant since) {

		static Outage after(StateChange change, @Nullable Outage before, Snapshot snapshot) {
			// A breaker may be open from the start
			int openings = (before != null) ? before.openings() : (change.from() == State.OPEN) ? 1 : 0;
			return new Outage((change.to() == State.OPEN) ? openings + 1 : openings, snapshot.notPermittedCallsTotal(),
					snapshot.wouldRefuseTotal(), change.at());
		}

	}

}
