package dev.breaker.spring.fallback;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import dev.breaker.CallNotPermittedException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the refusal of a circuit breaker in what was thrown.
 */
public final class RefusalFinder {

	// Causes can lead back to the exception itself.
	private static final int DEEPEST_CAUSE = 32;

	private RefusalFinder() {
	}

	/**
	 * Looks for a refusal, through what the JDK wraps around an exception.
	 * @param thrown what was thrown
	 * @return the refusal, or {@code null} where it is something else
	 */
	public static @Nullable CallNotPermittedException in(Throwable thrown) {
		Throwable cause = thrown;
		for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
			if (cause instanceof CallNotPermittedException refusal) {
				return refusal;
			}
			cause = isWrapper(cause) ? causeOf(cause) : null;
		}
		return null;
	}

	/**
	 * The cause of an exception. Exceptions are the application's code too, and their
	 * methods can throw.
	 * @param thrown what was thrown
	 * @return its cause, or {@code null} where it has none or {@code getCause} throws
	 */
	public static @Nullable Throwable causeOf(Throwable thrown) {
		try {
			return thrown.getCause();
		}
		catch (Throwable ex) {
			return null;
		}
	}

	private static boolean isWrapper(Throwable thrown) {
		return thrown instanceof CompletionException || thrown instanceof ExecutionException
				|| thrown instanceof InvocationTargetException || thrown instanceof UndeclaredThrowableException;
	}

}
