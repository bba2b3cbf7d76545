package dev.breaker;

import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Decides what a call counts as, by the rules of a config. Immutable.
 */
final class CallClassifier {

	// A cause may, by mistake, lead back to itself.
	private static final int DEEPEST_CAUSE = 32;

	/** By its name, since Reactor keeps it to itself and need not be there. */
	private static final String REACTOR_WRAPPER = "reactor.core.Exceptions$ReactiveException";

	/** What Kotlin's {@code withTimeout} throws. */
	private static final String KOTLIN_TIMEOUT = "kotlinx.coroutines.TimeoutCancellationException";

	private final List<Class<? extends Throwable>> recordExceptions;

	private final List<Class<? extends Throwable>> ignoreExceptions;

	private final @Nullable Predicate<? super Throwable> recordException;

	private final @Nullable Predicate<? super Throwable> ignoreException;

	private final @Nullable Predicate<@Nullable Object> recordResult;

	private final @Nullable OutcomeRule outcomeRule;

	private final boolean matchCauses;

	CallClassifier(CircuitBreakerConfig config) {
		this.recordExceptions = config.recordExceptions();
		this.ignoreExceptions = config.ignoreExceptions();
		this.recordException = config.recordException();
		this.ignoreException = config.ignoreException();
		this.recordResult = config.recordResult();
		this.outcomeRule = config.outcomeRule();
		this.matchCauses = config.matchCauses();
	}

	/** Whether a result can count as anything but a success. */
	boolean judgesResults() {
		return this.recordResult != null || this.outcomeRule != null;
	}

	/**
	 * What a returned result counts as. Throws what a rule throws.
	 */
	OutcomeRule.Verdict verdictOnResult(@Nullable Object result) {
		OutcomeRule rule = this.outcomeRule;
		OutcomeRule.Verdict verdict = (rule != null) ? rule.judge(result, null) : null;
		if (verdict != null) {
			return verdict;
		}
		Predicate<@Nullable Object> failure = this.recordResult;
		return (failure != null && failure.test(result)) ? OutcomeRule.Verdict.FAILURE : OutcomeRule.Verdict.SUCCESS;
	}

	/**
	 * What a throwable counts as. An ignore rule wins. An interrupt, a cancellation and
	 * the refusal of a breaker further in count as nothing, unless a record rule names
	 * them. Throws what a rule throws.
	 * @param givenUp whether it came from the caller, which gave the call up
	 */
	Outcome outcomeOf(Throwable thrown, boolean givenUp) {
		Throwable cause = unwrap(thrown);
		Throwable interrupt = interruptIn(cause);
		if (anyMatches(cause, this.ignoreExceptions, this.ignoreException) || (interrupt != null && interrupt != cause
				&& matches(interrupt, this.ignoreExceptions, this.ignoreException))) {
			return Outcome.IGNORED;
		}
		OutcomeRule.Verdict verdict = verdictOn(cause);
		if (verdict == OutcomeRule.Verdict.IGNORED) {
			return Outcome.IGNORED;
		}
		if (interrupt != null) {
			return isNamed(interrupt, InterruptedException.class, InterruptedIOException.class,
					ClosedByInterruptException.class) ? Outcome.FAILURE : Outcome.NOTHING;
		}
		if (cause instanceof CancellationException && (givenUp || !isTimeout(cause))) {
			return isNamed(cause, CancellationException.class) ? Outcome.FAILURE : Outcome.NOTHING;
		}
		if (cause instanceof CallNotPermittedException) {
			return isNamed(cause, CallNotPermittedException.class) ? Outcome.FAILURE : Outcome.REFUSED;
		}
		if (verdict != null) {
			return outcome(verdict);
		}
		boolean everything = this.recordExceptions.isEmpty() && this.recordException == null;
		return (everything || anyMatches(cause, this.recordExceptions, this.recordException)) ? Outcome.FAILURE
				: Outcome.SUCCESS;
	}

	/**
	 * How long the other side asks, by that rule, to be left alone after a failure;
	 * {@code null} where it does not ask. Throws what the rule throws.
	 */
	@Nullable Duration waitAfter(OutcomeRule rule, @Nullable Object result, @Nullable Throwable thrown, Instant now) {
		if (thrown == null) {
			return rule.waitAfter(result, null, now);
		}
		Throwable cause = thrown;
		for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
			Duration wait = rule.waitAfter(null, cause, now);
			if (wait != null) {
				return wait;
			}
			cause = next(cause);
		}
		return null;
	}

	/** An ignored cause wins; else it is the outermost one that the rule judges. */
	private OutcomeRule.@Nullable Verdict verdictOn(Throwable thrown) {
		OutcomeRule rule = this.outcomeRule;
		OutcomeRule.Verdict verdict = null;
		Throwable cause = thrown;
		for (int depth = 0; rule != null && cause != null && depth < DEEPEST_CAUSE; depth++) {
			OutcomeRule.Verdict ofCause = rule.judge(null, cause);
			if (ofCause == OutcomeRule.Verdict.IGNORED) {
				return ofCause;
			}
			verdict = (verdict != null) ? verdict : ofCause;
			cause = next(cause);
		}
		return verdict;
	}

	private static Outcome outcome(OutcomeRule.Verdict verdict) {
		return switch (verdict) {
			case SUCCESS -> Outcome.SUCCESS;
			case FAILURE -> Outcome.FAILURE;
			case IGNORED -> Outcome.IGNORED;
		};
	}

	/** Whether a rule matches a throwable or, where causes count, one of its causes. */
	private boolean anyMatches(Throwable thrown, List<Class<? extends Throwable>> classes,
			@Nullable Predicate<? super Throwable> predicate) {
		Throwable cause = thrown;
		for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
			if (matches(cause, classes, predicate)) {
				return true;
			}
			cause = next(cause);
		}
		return false;
	}

	private @Nullable Throwable next(Throwable thrown) {
		return this.matchCauses ? causeOf(thrown) : null;
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

	private static boolean matches(Throwable thrown, List<Class<? extends Throwable>> classes,
			@Nullable Predicate<? super Throwable> predicate) {
		for (Class<? extends Throwable> type : classes) {
			if (type.isInstance(thrown)) {
				return true;
			}
		}
		return predicate != null && predicate.test(thrown);
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

	/**
	 * Looks through what the JDK, or Reactor's {@code block()}, wraps around the
	 * exception that was really thrown.
	 */
	static Throwable unwrap(Throwable thrown) {
		Throwable unwrapped = thrown;
		for (int depth = 0; depth < DEEPEST_CAUSE; depth++) {
			if (!isWrapper(unwrapped)) {
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

	/** Whether it is called a cancellation, and is a timeout: that of the work itself. */
	private static boolean isTimeout(Throwable thrown) {
		return thrown.getClass().getName().equals(KOTLIN_TIMEOUT);
	}

	/**
	 * Whether an exception only carries another one. It may be null, of a permit that was
	 * given back as a failure without one.
	 */
	private static boolean isWrapper(Throwable thrown) {
		return thrown instanceof CompletionException || thrown instanceof ExecutionException
				|| thrown instanceof InvocationTargetException || thrown instanceof UndeclaredThrowableException
				|| (thrown != null && thrown.getClass().getName().equals(REACTOR_WRAPPER));
	}

}
