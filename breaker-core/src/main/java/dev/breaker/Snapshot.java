package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a circuit breaker looked like at one moment. The window is that of the present
 * state: the recorded calls while {@link State#CLOSED} or {@link State#METRICS_ONLY}, the
 * probes while {@link State#HALF_OPEN}; in {@link State#OPEN} and
 * {@link State#FORCED_OPEN} the seven figures from {@code failureRate} to
 * {@code callsUntilEvaluated} stay as they were when it opened.
 *
 * @param name the breaker's name
 * @param state the state
 * @param since when this state began
 * @param failureRate failed calls in percent of the window, below the minimum number of
 * calls too; NaN while the window is empty
 * @param slowCallRate slow calls in percent of the window; NaN while the window is empty
 * @param bufferedCalls calls in the window
 * @param failedCalls failed calls in the window
 * @param slowCalls slow calls in the window; a failed call may be slow too
 * @param consecutiveFailures failures recorded since the last recorded success of this
 * window, or since it began
 * @param callsUntilEvaluated how many more recorded calls it takes until the rates are
 * compared with their thresholds, zero where no rate is judged; in {@link State#DISABLED}
 * and {@link State#METRICS_ONLY}, where nothing is compared, what it would be in
 * {@link State#CLOSED}; in {@link State#HALF_OPEN} how many probes are still to be
 * recorded, whatever is judged
 * @param successfulCallsTotal recorded successes, slow ones too, since creation or reset
 * @param failedCallsTotal recorded failures, slow ones too, since creation or reset
 * @param slowCallsTotal slow calls, successful or failed, since creation or reset
 * @param ignoredCallsTotal ignored calls since creation or reset
 * @param notPermittedCallsTotal refused calls since creation or reset
 * @param openings OPEN periods in a row without a recovery, but for those that a signal
 * began after another one; drives the backoff. A recovery is entering
 * {@link State#CLOSED}, or, where the config has a recovery ramp or says for how long it
 * is to be stable, having been closed for so long
 * @param retryAfter how long until a probe may pass, in {@link State#FORCED_OPEN} until
 * calls may or, where a signal outlives the hold, a probe; zero when due or unknown
 * @param lastChange the last change of state, or the last command for the same state that
 * was told; {@code null} where there was none yet
 * @param admittedShare which share of the calls is admitted in {@link State#CLOSED}, in
 * percent: less than 100 during the recovery ramp after closing, and, where the config
 * says {@link Refuse#SHARE}, while too few calls succeed. 100 in every other state
 * @param inFlight calls under way that were admitted while
 * {@link CircuitBreakerConfig.Builder#countHungCalls} was on, in whatever state; zero
 * where it is off
 * @param oldestInFlight for how long the oldest of them has been under way; zero where
 * there is none
 * @param wouldRefuseTotal calls since creation or reset that were made only because the
 * breaker did not {@linkplain CircuitBreakerConfig.Builder#enforce enforce}: it would
 * have refused them
 * @param signals the signals that live, in the order in which their sources were heard
 * first; at most {@value Signal#MAX_SOURCES}. Unmodifiable
 */
public record Snapshot(String name, State state, Instant since, float failureRate, float slowCallRate,
		int bufferedCalls, int failedCalls, int slowCalls, int consecutiveFailures, int callsUntilEvaluated,
		long successfulCallsTotal, long failedCallsTotal, long slowCallsTotal, long ignoredCallsTotal,
		long notPermittedCallsTotal, int openings, Duration retryAfter, @Nullable StateChange lastChange,
		float admittedShare, int inFlight, Duration oldestInFlight, long wouldRefuseTotal, List<Signal> signals) {

	/**
	 * Creates a snapshot, which copies the list.
	 */
	public Snapshot {
		signals = List.copyOf(signals);
	}

}
