package dev.breaker.spring.event;

import dev.breaker.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Says in one short line what was thrown, so that nobody has to keep the
 * {@link Throwable} and all that hangs on it.
 */
public final class ThrowableText {

	private static final int MAX_LENGTH = 300;

	private ThrowableText() {
	}

	/**
	 * The class name, and the message where there is one. Control characters of the
	 * message become blanks, and a long one is cut.
	 * @param thrown what was thrown
	 * @return the line, or {@code null} for {@code null}
	 */
	public static @Nullable String of(@Nullable Throwable thrown) {
		if (thrown == null) {
			return null;
		}
		String type = thrown.getClass().getName();
		String message = messageOf(thrown);
		return (message != null && !message.isBlank()) ? type + ": " + oneLine(message) : type;
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
		return (message != null && !message.isBlank()) ? failure.type() + ": " + oneLine(message) : failure.type();
	}

	/**
	 * Makes any text fit for one line of a log.
	 * @param text the text
	 * @return the text without control characters, cut where it is long
	 */
	public static String oneLine(String text) {
		String cut = (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) + "..." : text;
		return cut.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
	}

	// The message is the user's code too.
	private static @Nullable String messageOf(Throwable thrown) {
		try {
			return thrown.getMessage();
		}
		catch (Throwable ex) {
			return null;
		}
	}

}
