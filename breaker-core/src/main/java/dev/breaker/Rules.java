package dev.breaker;

import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
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

	/**
	 * What a throwable counts as. An ignore rule wins. An interrupt, a cancellation and
	 * the refusal of a breaker further in count as nothing, unless a record rule names
	 * them. A rule that throws makes it a failure.
	 */
	Outcome outcomeOfThrown(Throwable thrown, CircuitBreaker breaker) {
		Throwable cause = unwrap(thrown);
		Throwable interrupt = interruptIn(cause);
		try {
			if (isIgnored(cause) || (interrupt != null && interrupt != cause && isIgnored(interrupt))) {
				return Outcome.IGNORED;
			}
			if (interrupt != null) {
				return isNamed(interrupt, InterruptedException.class, InterruptedIOException.class,
						ClosedByInterruptException.class) ? Outcome.FAILURE : Outcome.NOTHING;
			}
			if (cause instanceof CancellationException) {
				return isNamed(cause, CancellationException.class) ? Outcome.FAILURE : Outcome.NOTHING;
			}
			if (cause instanceof CallNotPermittedException) {
				return isNamed(cause, CallNotPermittedException.class) ? Outcome.FAILURE : Outcome.REFUSED;
			}
			boolean everything = this.recordExceptions.isEmpty() && this.recordException == null;
			return (everything || isRecorded(cause)) ? Outcome.FAILURE : Outcome.SUCCESS;
		}
		catch (Throwable ex) {
			breaker.complain(ex);
			return Outcome.FAILURE;
		}
	}

	private boolean isIgnored(Throwable thrown) {
		return matches(thrown, this.ignoreExceptions)
				|| (this.ignoreException != null && this.ignoreException.test(thrown));
	}

	private boolean isRecorded(Throwable thrown) {
		return matches(thrown, this.recordExceptions)
				|| (this.recordException != null && this.recordException.test(thrown));
	}

	/**
	 * Whether a record rule speaks of these kinds of throwables, and not only of a
	 * superclass that they share with real failures.
	 */
	@SafeVarargs
	private boolean isNamed(Throwable thrown, Class<? extends Throwable>... kinds) {
		for (Class<? extends Throwable> type : this.recordExceptions) {
			for (Class<? extends Throwable> kind : kinds) {
				if (kind.isAssignableFrom(type) && type.isInstance(thrown)) {
					return true;
				}
			}
		}
		return this.recordException != null && this.recordException.test(thrown);
	}

	private static boolean matches(Throwable thrown, List<Class<? extends Throwable>> classes) {
		for (Class<? extends Throwable> type : classes) {
			if (type.isInstance(thrown)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The interrupt that led to a throwable, which clients wrap in exceptions of theirs.
	 */
	private static @Nullable Throwable interruptIn(Throwable thrown) {
		Throwable cause = thrown;
		for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
			boolean interrupted = cause instanceof InterruptedException || cause instanceof ClosedByInterruptException
					|| (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException));
			if (interrupted) {
				return cause;
			}
			cause = causeOf(cause);
		}
		return null;
	}

	/** Exceptions are the application's code too, and may throw when they are asked. */
	private static @Nullable Throwable causeOf(Throwable thrown) {
		try {
			return thrown.getCause();
		}
		catch (Throwable ex) {
			return null;
		}
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
			Throwable cause = causeOf(unwrapped);
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
