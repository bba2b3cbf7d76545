package dev.breaker;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A config made ready for use: when counts lead to a change of state, and how long it
 * waits. What a call counts as is decided by the {@link CallClassifier}. Immutable.
 */
final class Rules {

	private static final int NEVER = Integer.MAX_VALUE;

	private static final Duration MOST_ASKED = Duration.ofMinutes(10);

	static final long NO_LIMIT = 0;

	final CircuitBreakerConfig config;

	final CallClassifier classifier;

	private final float failureRateThreshold;

	private final float slowCallRateThreshold;

	private final int consecutiveFailureThreshold;

	private final int minimumNumberOfCalls;

	private final boolean rateJudged;

	private final double waitNanos;

	private final double waitMultiplier;

	private final double maxWaitNanos;

	private final double jitter;

	/** The longest wait that the other side can ask for. */
	private final long maxAskedNanos;

	/** Whether a result can count as a failure. */
	final boolean resultsJudged;

	/** Whether time must be measured to know which calls are slow. */
	final boolean slowCallsJudged;

	/** A call that took longer is slow. */
	final long slowNanos;

	/** Whether no call of a user is a probe. */
	final boolean darkProbes;

	final int permittedProbes;

	final long maxProbeNanos;

	/** How long an asynchronous call may take, or {@link #NO_LIMIT}. */
	final long timeLimitNanos;

	/**
	 * At how many successful probes to close, or {@link #NEVER} where the rates decide.
	 */
	private final int successesToClose;

	private final int failuresToOpen;

	private final int slowCallsToOpen;

	Rules(CircuitBreakerConfig config) {
		this.config = config;
		this.classifier = new CallClassifier(config);
		this.resultsJudged = this.classifier.judgesResults();
		Float failureRate = config.failureRateThreshold();
		Integer consecutive = config.consecutiveFailureThreshold();
		Duration slow = config.slowCallDurationThreshold();
		this.slowCallsJudged = slow != null;
		this.slowNanos = (slow != null) ? nanos(slow) : Long.MAX_VALUE;
		// No rate reaches NaN.
		this.failureRateThreshold = (failureRate != null) ? failureRate : Float.NaN;
		this.slowCallRateThreshold = (slow != null) ? config.slowCallRateThreshold() : Float.NaN;
		this.consecutiveFailureThreshold = (consecutive != null) ? consecutive : NEVER;
		this.minimumNumberOfCalls = config.minimumNumberOfCalls();
		this.rateJudged = failureRate != null || slow != null;
		Duration interval = (config.probe() != null) ? config.probeInterval() : null;
		this.waitNanos = nanos((interval != null) ? interval : config.waitDurationInOpenState());
		this.waitMultiplier = config.waitDurationMultiplier();
		Duration longest = config.maxWaitDurationInOpenState();
		this.maxWaitNanos = (longest != null) ? nanos(longest) : Long.MAX_VALUE;
		this.maxAskedNanos = (longest != null) ? nanos(longest)
				: Math.max(nanos(config.waitDurationInOpenState()), nanos(MOST_ASKED));
		this.jitter = config.waitDurationJitter();
		this.darkProbes = config.halfOpenProbes() == ProbeSource.DARK;
		Integer successes = config.successThresholdInHalfOpenState();
		// One dark probe that fails opens: there are as many as must succeed.
		int darkProbesNeeded = (successes != null) ? successes : 1;
		this.permittedProbes = this.darkProbes ? darkProbesNeeded : config.permittedNumberOfCallsInHalfOpenState();
		this.maxProbeNanos = nanos(config.maxWaitDurationInHalfOpenState());
		Duration limit = config.timeLimit();
		this.timeLimitNanos = (limit != null) ? nanos(limit) : NO_LIMIT;
		this.successesToClose = this.darkProbes ? darkProbesNeeded : (successes != null) ? successes : NEVER;
		boolean firstFailureOpens = consecutive != null || !this.rateJudged;
		this.failuresToOpen = firstFailureOpens ? 1 : reaching(this.failureRateThreshold, this.permittedProbes);
		this.slowCallsToOpen = reaching(this.slowCallRateThreshold, this.permittedProbes);
	}

	/** The fewest of so many calls that reach a threshold. */
	private static int reaching(float threshold, int calls) {
		if (Float.isNaN(threshold)) {
			return NEVER;
		}
		int fewest = (int) Math.max(1, Math.floor(threshold / 100.0 * calls) - 1);
		while (WindowCounts.percent(fewest, calls) < threshold) {
			fewest++;
		}
		return fewest;
	}

	/** In nanoseconds, the longest that a long can say where it is longer. */
	static long nanos(Duration duration) {
		return TimeUnit.NANOSECONDS.convert(duration);
	}

	/**
	 * Why a window with these counts must open its breaker, or null. Asked after a failed
	 * or slow call.
	 */
	@Nullable Reason trip(long calls, long failed, long slow, int consecutiveFailures) {
		if (this.rateJudged && calls >= this.minimumNumberOfCalls) {
			if (WindowCounts.percent(failed, calls) >= this.failureRateThreshold) {
				return Reason.FAILURE_RATE;
			}
			if (WindowCounts.percent(slow, calls) >= this.slowCallRateThreshold) {
				return Reason.SLOW_CALL_RATE;
			}
		}
		return (consecutiveFailures >= this.consecutiveFailureThreshold) ? Reason.CONSECUTIVE_FAILURES : null;
	}

	/** What so many recorded probes decide, or null while either end is possible. */
	@Nullable Reason verdict(int recorded, int failed, int slow) {
		int toCome = Math.max(0, this.permittedProbes - recorded);
		if (this.successesToClose != NEVER) {
			int successes = recorded - failed;
			if (successes >= this.successesToClose) {
				return (WindowCounts.percent(slow, recorded) >= this.slowCallRateThreshold) ? Reason.PROBES_FAILED
						: Reason.PROBES_SUCCEEDED;
			}
			return (successes + toCome < this.successesToClose) ? Reason.PROBES_FAILED : null;
		}
		if (failed >= this.failuresToOpen || slow >= this.slowCallsToOpen) {
			return Reason.PROBES_FAILED;
		}
		// Subtracted, since NEVER has nothing above it.
		boolean canStillFail = toCome >= this.failuresToOpen - failed || toCome >= this.slowCallsToOpen - slow;
		return canStillFail ? null : Reason.PROBES_SUCCEEDED;
	}

	/** How many more calls it takes until the rates of a window are judged. */
	int callsUntilEvaluated(int calls) {
		return this.rateJudged ? Math.max(0, this.minimumNumberOfCalls - calls) : 0;
	}

	/** How long an opening lasts after which the other side asks for that wait. */
	long askedNanos(Duration wait) {
		return Math.min(nanos(wait), this.maxAskedNanos);
	}

	/** How long this opening of a row lasts. */
	long waitNanos(int openings) {
		double wait = Math.min(this.waitNanos * Math.pow(this.waitMultiplier, openings - 1), this.maxWaitNanos);
		if (this.jitter != 0) {
			wait *= 1 - this.jitter + 2 * this.jitter * ThreadLocalRandom.current().nextDouble();
		}
		return Math.round(wait);
	}

}
