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

	private static final Duration MOST_ASKED = Duration.ofMinutes(10);

	/** The smallest share that is admitted, however few calls succeed. */
	private static final double LEAST_SHARE = 0.1;

	static final long NO_LIMIT = 0;

	final CircuitBreakerConfig config;

	final CallClassifier classifier;

	private final float failureRateThreshold;

	private final float slowCallRateThreshold;

	private final int consecutiveFailureThreshold;

	final int minimumNumberOfCalls;

	private final boolean rateJudged;

	private final double waitNanos;

	private final double waitMultiplier;

	private final double maxWaitNanos;

	private final double jitter;

	/** The longest wait that the other side can ask for. */
	private final long maxAskedNanos;

	/** Whether calls that are not permitted are refused. */
	final boolean enforced;

	/** Whether a result can count as a failure. */
	final boolean resultsJudged;

	/** Whether time must be measured to know which calls are slow. */
	final boolean slowCallsJudged;

	/** A call that took longer is slow. */
	final long slowNanos;

	/**
	 * Whether there are calls that are recorded otherwise than once and at their end:
	 * those that hang, and those that are not permitted.
	 */
	final boolean recordsOtherwise;

	/** Whether a call counts as slow while it is still under way. */
	final boolean hungCallsCounted;

	/** Whether no call of a user is a probe. */
	final boolean darkProbes;

	final int permittedProbes;

	final long maxProbeNanos;

	/** How long an asynchronous call may take, or {@link #NO_LIMIT}. */
	final long timeLimitNanos;

	/** At how many successes of probes to close, where these decide. */
	private final int successesToClose;

	private final boolean firstFailureOpens;

	/** What the probes decide. */
	final ProbeRules probeRules;

	/** How long calls are let in by and by after closing, or {@link #NO_LIMIT}. */
	private final long rampNanos;

	/** Which share of them at first. */
	private final long rampStart;

	/** How long it must stay closed until the openings before are forgotten. */
	final long stableNanos;

	/** How many calls there may be for a success, or zero where no share is refused. */
	private final double shareFactor;

	Rules(CircuitBreakerConfig config) {
		this(config, new CallClassifier(config), config.minimumNumberOfCalls());
	}

	private Rules(CircuitBreakerConfig config, CallClassifier classifier, int minimumNumberOfCalls) {
		this.config = config;
		this.classifier = classifier;
		this.enforced = config.enforce();
		this.resultsJudged = this.classifier.judgesResults();
		Float failureRate = config.failureRateThreshold();
		Integer consecutive = config.consecutiveFailureThreshold();
		Duration slow = config.slowCallDurationThreshold();
		this.slowCallsJudged = slow != null;
		this.slowNanos = (slow != null) ? nanos(slow) : Long.MAX_VALUE;
		this.hungCallsCounted = config.countHungCalls();
		this.recordsOtherwise = this.hungCallsCounted || !this.enforced;
		// No rate reaches NaN.
		this.failureRateThreshold = (failureRate != null) ? failureRate : Float.NaN;
		this.slowCallRateThreshold = (slow != null) ? config.slowCallRateThreshold() : Float.NaN;
		this.consecutiveFailureThreshold = (consecutive != null) ? consecutive : ProbeRules.NEVER;
		this.minimumNumberOfCalls = minimumNumberOfCalls;
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
		this.successesToClose = this.darkProbes ? darkProbesNeeded : (successes != null) ? successes : ProbeRules.NEVER;
		this.firstFailureOpens = consecutive != null || !this.rateJudged;
		this.probeRules = probeRulesOf(this.permittedProbes);
		Duration ramp = config.recoveryRampDuration();
		this.rampNanos = (ramp != null) ? nanos(ramp) : NO_LIMIT;
		this.rampStart = AdmittedShare.of(config.recoveryRampStart() / 100.0);
		Duration stable = config.stableFor();
		this.stableNanos = (stable != null) ? nanos(stable) : 0;
		this.shareFactor = (config.refuse() == Refuse.SHARE) ? config.shareFactor() : 0;
	}

	/**
	 * What the probes decide once so many were recorded: of more than are permitted, as
	 * under a config that permits fewer, the rates are those among all of them.
	 */
	ProbeRules probeRules(int recorded) {
		return (recorded > this.permittedProbes) ? probeRulesOf(recorded) : this.probeRules;
	}

	private ProbeRules probeRulesOf(int probes) {
		return new ProbeRules(probes, this.successesToClose,
				this.firstFailureOpens ? 1 : reaching(this.failureRateThreshold, probes),
				reaching(this.slowCallRateThreshold, probes), reaching(this.slowCallRateThreshold), this.darkProbes);
	}

	/** Whether the number of successes decides, and no rate, when probes close. */
	boolean successesCloseProbes() {
		return this.successesToClose != ProbeRules.NEVER;
	}

	/** The fewest of so many calls that reach a threshold. */
	private static int reaching(float threshold, int calls) {
		if (Float.isNaN(threshold)) {
			return ProbeRules.NEVER;
		}
		int fewest = (int) Math.max(1, Math.floor(threshold / 100.0 * calls) - 1);
		while (WindowCounts.percent(fewest, calls) < threshold) {
			fewest++;
		}
		return fewest;
	}

	/** The lowest percentage that reaches a threshold once it is rounded to a float. */
	private static double reaching(float threshold) {
		if (Float.isNaN(threshold)) {
			return ProbeRules.NEVER;
		}
		double halfway = ((double) Math.nextDown(threshold) + threshold) / 2;
		return ((float) halfway >= threshold) ? halfway : Math.nextUp(halfway);
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

	/** The ramp of a breaker that closes then, where there is one. */
	@Nullable Ramp rampFrom(long closed) {
		return (this.rampNanos != NO_LIMIT) ? new Ramp(closed, this.rampNanos, this.rampStart) : null;
	}

	/**
	 * The same rules for a window that only a share of the calls gets into: it is judged
	 * from that share of the minimum number of calls on.
	 */
	Rules judging(long share) {
		int minimum = (int) Math.ceil((double) this.minimumNumberOfCalls * share / AdmittedShare.WHOLE);
		return (minimum < this.minimumNumberOfCalls) ? new Rules(this.config, this.classifier, Math.max(1, minimum))
				: this;
	}

	/** Whether a share of the calls is refused while too few succeed. */
	boolean refusesShare() {
		return this.shareFactor != 0;
	}

	/** The share of calls that is admitted while so many in the window failed. */
	long shareBySuccesses(WindowCounts counts) {
		if (counts.calls() < this.minimumNumberOfCalls) {
			return AdmittedShare.WHOLE;
		}
		double share = this.shareFactor * (counts.calls() - counts.failed()) / counts.calls();
		return AdmittedShare.of(Math.max(LEAST_SHARE, share));
	}

	/** How many more calls it takes until the rates of a window are judged. */
	int callsUntilEvaluated(int calls) {
		return this.rateJudged ? Math.max(0, this.minimumNumberOfCalls - calls) : 0;
	}

	/** How long an opening lasts after which the other side asks for that wait. */
	long askedNanos(Duration wait) {
		return Math.min(nanos(wait), this.maxAskedNanos);
	}

	/** How long this opening of a row lasts, before it is spread. */
	double plainWaitNanos(int openings) {
		return Math.min(this.waitNanos * Math.pow(this.waitMultiplier, openings - 1), this.maxWaitNanos);
	}

	/** How long this opening of a row lasts. */
	long waitNanos(int openings) {
		double wait = plainWaitNanos(openings);
		if (this.jitter != 0) {
			wait *= 1 - this.jitter + 2 * this.jitter * ThreadLocalRandom.current().nextDouble();
		}
		return Math.round(wait);
	}

}
