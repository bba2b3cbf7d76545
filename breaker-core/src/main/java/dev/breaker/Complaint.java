package dev.breaker;

import org.slf4j.Logger;

/**
 * Logs what a hook of the user's threw, and never throws itself: not where an appender
 * fails, nor where an exception does when it is asked for its message.
 */
final class Complaint {

	private Complaint() {
	}

	static void log(Logger logger, String message, Object... arguments) {
		try {
			logger.warn(message, arguments);
		}
		catch (Throwable ex) {
			// There is nobody left to tell.
		}
	}

}
