package dev.breaker.spring.event;

import dev.breaker.Failure;
import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Says in one short line what was thrown, in place of a {@link Throwable} and all that
 * hangs on it.
 */
public final class ThrowableText {

	private ThrowableText() {
	}

	/**
	 * The class name, and the message where there is one, fit for one line.
	 * @param thrown what was thrown
	 * @return the line, or {@code null} for {@code null}
	 */
	public static @Nullable String of(@Nullable Throwable thrown) {
		if (thrown == null) {
			return null;
		}
		String type = thrown.getClass().getName();
		String message = messageOf(thrown);
		return message.isEmpty() ? type : type + ": " + message;
	}

	/**
	 * The class name, and the message where there is one, as of a {@link Throwable}.
	 * @param failure what was recorded
	 * @return the line, or {@code null} for {@code null}
	 */
	public static @Nullable String of(@Nullable Failure failure) {
		if (failure == null) {
			return null;
		}
		String message = failure.message();
		String line = (message != null) ? LogText.oneLine(message).strip() : "";
		return line.isEmpty() ? failure.type() : failure.type() + ": " + line;
	}

	// The message is the user's code too.
	private static String messageOf(Throwable thrown) {
		try {
			String message = thrown.getMessage();
			return (message != null) ? LogText.oneLine(message).strip() : "";
		}
		catch (Throwable ex) {
			return "";
		}
	}

}
