package dev.breaker;

import java.io.InterruptedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
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

	private final List<Class<? extends Throwable>> recordExceptions;

	private final List<Class<? extends Throwable>> ignoreExceptions;

	private final @Nullable Predicate<? super Throwable> recordException;

	private final @Nullable Predicate<? super Throwable> ignoreException;

	private final @Nullable Predicate<@Nullable Object> recordResult;

	CallClassifier(CircuitBreakerConfig config) {
		this.recordExceptions = config.recordExceptions();
		this.ignoreExceptions = config.ignoreExceptions();
		this.recordException = config.recordException();
		this.ignoreException = config.ignoreException();
		this.recordResult = config.recordResult();
	}

	/**
	 * Whether a returned result counts as a failure. Throws what the rule throws.
	 */
	boolean isFailure(@Nullable Object result) {
		Predicate<@Nullable Object> rule = this.recordResult;
		return rule != null && rule.test(result);
	}

	/**
	 * What a throwable counts as. An ignore rule wins. An interrupt, a cancellation and
	 * the refusal of a breaker further in count as nothing, unless a record rule names
	 * them. Throws what a rule throws.
	 */
	Outcome outcomeOf(Throwable thrown) {
		Throwable cause = unwrap(thrown);
		Throwable interrupt = interruptIn(cause);
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

}
