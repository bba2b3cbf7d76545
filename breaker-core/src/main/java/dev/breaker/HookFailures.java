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
