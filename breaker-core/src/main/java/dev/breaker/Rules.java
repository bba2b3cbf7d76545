package dev.breaker;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * A config made ready for use: what a call counts as, when counts must lead to a change,
 * and how long to wait. Immutable.
 */
final class Rules {

	private static final int NEVER = Integer.MAX_VALUE;

	// A cause may, by mistake, lead back to itself.
	private static final int DEEPEST_CAUSE = 32;

	final CircuitBreakerConfig config;

	private final List<Class<? extends Throwable>> recordExceptions;

	private final List<Class<? extends Throwable>> ignoreExceptions;

	private final @Nullable Predicate<? super Throwable> recordException;

	private final @Nullable Predicate<? super Throwable> ignoreException;

	private final @Nullable Predicate<@Nullable Object> recordResult;

	private final float failureRateThreshold;

	private final float slowCallRateThreshold;

	private final int consecutiveFailureThreshold;

	private final int minimumNumberOfCalls;

	private final boolean rateJudged;

	private final double waitNanos;

	private final double waitMultiplier;

	private final double maxWaitNanos;

	private final double jitter;

	/** Whether time must be measured to know which calls are slow. */
	final boolean slowCallsJudged;

	/** A call that took longer is slow. */
	final long slowNanos;

	final int permittedProbes;

	final long maxProbeNanos;

	/**
	 * At how many successful probes to close, or {@link #NEVER} where the rates decide.
	 */
	private final int successesToClose;

	private final int failuresToOpen;

	private final int slowCallsToOpen;

	Rules(CircuitBreakerConfig config) {
		this.config = config;
		this.recordExceptions = config.recordExceptions();
		this.ignoreExceptions = config.ignoreExceptions();
		this.recordException = config.recordException();
		this.ignoreException = config.ignoreException();
		this.recordResult = config.recordResult();
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
		this.waitNanos = nanos(config.waitDurationInOpenState());
		this.waitMultiplier = config.waitDurationMultiplier();
		Duration longest = config.maxWaitDurationInOpenState();
		this.maxWaitNanos = (longest != null) ? nanos(longest) : Long.MAX_VALUE;
		this.jitter = config.waitDurationJitter();
		this.permittedProbes = config.permittedNumberOfCallsInHalfOpenState();
		this.maxProbeNanos = nanos(config.maxWaitDurationInHalfOpenState());
		Integer successes = config.successThresholdInHalfOpenState();
		this.successesToClose = (successes != null) ? successes : NEVER;
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
		while (Figures.percent(fewest, calls) < threshold) {
			fewest++;
		}
		return fewest;
	}

	/** In nanoseconds, the longest that a long can say where it is longer. */
	static long nanos(Duration duration) {
		return TimeUnit.NANOSECONDS.convert(duration);
	}

	/** Whether a returned result counts as a failure. A rule that throws makes it one. */
	boolean isFailure(@Nullable Object result, CircuitBreaker breaker) {
		Predicate<@Nullable Object> rule = this.recordResult;
		try {
			return rule != null && rule.test(result);
		}
		catch (Throwable ex) {
			breaker.complain(ex);
			return true;
		}
	}

	/** What a throwable counts as. A rule that throws makes it a failure. */
	Outcome outcomeOfThrown(Throwable thrown, CircuitBreaker breaker) {
		Throwable cause = unwrap(thrown);
		if (cause instanceof InterruptedException || cause instanceof CancellationException) {
			return Outcome.NOTHING;
		}
		try {
			if (matches(cause, this.ignoreExceptions, this.ignoreException)) {
				return Outcome.IGNORED;
			}
			if (cause instanceof CallNotPermittedException) {
				return Outcome.REFUSED;
			}
			boolean everything = this.recordExceptions.isEmpty() && this.recordException == null;
			return (everything || matches(cause, this.recordExceptions, this.recordException)) ? Outcome.FAILURE
					: Outcome.SUCCESS;
		}
		catch (Throwable ex) {
			breaker.complain(ex);
			return Outcome.FAILURE;
		}
	}

	private static boolean matches(Throwable thrown, List<Class<? extends Throwable>> classes,
			@Nullable Predicate<? super Throwable> rule) {
		for (Class<? extends Throwable> type : classes) {
			if (type.isInstance(thrown)) {
				return true;
			}
		}
		return rule != null && rule.test(thrown);
	}

	/** Looks through what the JDK wraps around the exception that was really thrown. */
	static Throwable unwrap(Throwable thrown) {
		Throwable unwrapped = thrown;
		for (int depth = 0; depth < DEEPEST_CAUSE; depth++) {
			if (!(unwrapped instanceof CompletionException || unwrapped instanceof ExecutionException
					|| unwrapped instanceof InvocationTargetException
					|| unwrapped instanceof UndeclaredThrowableException)) {
				return unwrapped;
			}
			Throwable cause = unwrapped.getCause();
			if (cause == null) {
				return unwrapped;
			}
			unwrapped = cause;
		}
		return unwrapped;
	}

	/**
	 * Why a window with these counts must open its breaker, or null. Asked after a failed
	 * or slow call.
	 */
	@Nullable Reason trip(long calls, long failed, long slow, int consecutiveFailures) {
		if (this.rateJudged && calls >= this.minimumNumberOfCalls) {
			if (Figures.percent(failed, calls) >= this.failureRateThreshold) {
				return Reason.FAILURE_RATE;
			}
			if (Figures.percent(slow, calls) >= this.slowCallRateThreshold) {
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
				return (Figures.percent(slow, recorded) >= this.slowCallRateThreshold) ? Reason.PROBES_FAILED
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

	/** How long this opening of a row lasts. */
	long waitNanos(int openings) {
		double wait = Math.min(this.waitNanos * Math.pow(this.waitMultiplier, openings - 1), this.maxWaitNanos);
		if (this.jitter > 0) {
			wait *= 1 - this.jitter + 2 * this.jitter * ThreadLocalRandom.current().nextDouble();
		}
		return Math.round(wait);
	}

}
