package dev.breaker;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A failure as it is kept and shown: text, so that a breaker keeps no {@link Throwable}
 * and nothing that hangs on it alive.
 *
 * @param type the name of the class of what was thrown
 * @param message its message, at most 500 characters of it; {@code null} where it has
 * none, or where asking for it fails
 * @param at when it was recorded, by the clock that is shown to people
 */
public record Failure(String type, @Nullable String message, Instant at) {

	private static final int MAX_LENGTH = 500;

	private static final int MAX_SHOWN = 200;

	private static final String CUT = "...";

	/** What is kept of the message of an exception. */
	static @Nullable String messageOf(Throwable thrown) {
		try {
			String message = thrown.getMessage();
			return (message != null) ? cut(message, MAX_LENGTH) : null;
		}
		catch (Throwable ex) {
			// Exceptions are the application's code too.
			return null;
		}
	}

	private static String cut(String message, int most) {
		if (message.length() <= most) {
			return message;
		}
		boolean splitsPair = Character.isHighSurrogate(message.charAt(most - 1));
		return message.substring(0, splitsPair ? most - 1 : most);
	}

	/** With its message as one printable line of at most 200 characters. */
	Failure shown() {
		if (this.message == null) {
			return this;
		}
		String line = LogText.oneLine(this.message);
		return new Failure(this.type, (line.length() > MAX_SHOWN) ? cut(line, MAX_SHOWN - CUT.length()) + CUT : line,
				this.at);
	}

	/**
	 * Class and message, as {@link Throwable#toString()} has them.
	 */
	@Override
	public String toString() {
		return (this.message != null) ? this.type + ": " + this.message : this.type;
	}

}
