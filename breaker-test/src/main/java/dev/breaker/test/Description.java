package dev.breaker.test;

import java.util.Locale;

import dev.breaker.Snapshot;
import dev.breaker.StateChange;
import org.jspecify.annotations.Nullable;

/**
 * Says what a circuit breaker looks like, for messages of failed tests.
 */
final class Description {

	private Description() {
	}

	static String of(Snapshot snapshot) {
		StringBuilder text = new StringBuilder();
		line(text, "State",
				snapshot.state() + " since " + snapshot.since()
						+ (snapshot.retryAfter().isZero() ? "" : ", a call may pass in " + snapshot.retryAfter())
						+ ((snapshot.admittedShare() < 100)
								? String.format(Locale.ROOT, ", admits %.1f %% of calls", snapshot.admittedShare())
								: ""));
		line(text, "Last change", change(snapshot.lastChange()));
		line(text, "Calls in all", "%d succeeded, %d failed, %d ignored, %d refused, %d slow".formatted(
				snapshot.successfulCallsTotal(), snapshot.failedCallsTotal(), snapshot.ignoredCallsTotal(),
				snapshot.notPermittedCallsTotal(), snapshot.slowCallsTotal())
				+ ((snapshot.wouldRefuseTotal() > 0) ? ", " + snapshot.wouldRefuseTotal() + " would be refused" : ""));
		line(text, "Window", window(snapshot));
		return text.toString();
	}

	private static void line(StringBuilder text, String title, String value) {
		text.append("  ").append(title).append(": ").append(value).append('\n');
	}

	private static String change(@Nullable StateChange change) {
		if (change == null) {
			return "none";
		}
		StringBuilder text = new StringBuilder().append(change.from())
			.append(" to ")
			.append(change.to())
			.append(" because of ")
			.append(change.reason())
			.append(" at ")
			.append(change.at());
		if (change.lastFailure() != null) {
			text.append(", last failure ").append(change.lastFailure());
		}
		if (change.comment() != null) {
			text.append(", comment \"").append(change.comment()).append('"');
		}
		return text.toString();
	}

	private static String window(Snapshot snapshot) {
		if (snapshot.bufferedCalls() == 0) {
			return "empty, " + snapshot.callsUntilEvaluated() + " more calls until it is evaluated";
		}
		return String.format(Locale.ROOT,
				"%d calls, %d failed (%.1f %%), %d slow (%.1f %%), %d failures in a row, %d more calls until it is evaluated",
				snapshot.bufferedCalls(), snapshot.failedCalls(), snapshot.failureRate(), snapshot.slowCalls(),
				snapshot.slowCallRate(), snapshot.consecutiveFailures(), snapshot.callsUntilEvaluated());
	}

}
