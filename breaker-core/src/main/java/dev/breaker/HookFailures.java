package dev.breaker;

import org.slf4j.Logger;

/**
 * Logs what a hook of the application threw: a listener, a rule, a clock. It never throws
 * itself, neither where an appender fails, nor where an exception does when it is asked
 * for its message.
 */
public final class HookFailures {

	private HookFailures() {
	}

	/**
	 * Logs what a listener of a breaker threw, at WARN and once: a listener that fails
	 * may do so with every call. For the breakers of a group once together, as keys come
	 * and go.
	 * @param logger the logger
	 * @param breaker the breaker
	 * @param listener the listener
	 * @param thrown what it threw
	 */
	public static void logListener(Logger logger, CircuitBreaker breaker, Object listener, Throwable thrown) {
		try {
			if (breaker.isFirstFailureOf(listener)) {
				logger.warn("A listener of circuit breaker '{}' failed; its further failures{} are not logged: {}",
						LogText.oneLine(breaker.name()), (breaker.group() != null) ? ", for other keys too," : " there",
						listener.getClass(), thrown);
			}
		}
		catch (Throwable ex) {
			// There is nothing left to tell it to.
		}
	}

	/**
	 * Logs at WARN.
	 * @param logger the logger
	 * @param message the message, with a {@code {}} for each argument
	 * @param arguments the arguments, and after them what was thrown
	 */
	public static void log(Logger logger, String message, Object... arguments) {
		try {
			logger.warn(message, arguments);
		}
		catch (Throwable ex) {
			// There is nothing left to tell it to.
		}
	}

}
