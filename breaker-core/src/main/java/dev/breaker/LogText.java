package dev.breaker;

/**
 * Makes text fit for one line of a log. Names, keys, messages of exceptions and names of
 * operators come from outside; a line break or a mark of writing direction in them would
 * forge further lines, or show a line as what it is not.
 */
public final class LogText {

	private static final int MAX_LENGTH = 300;

	private static final String CUT = "...";

	/** From here on not every character is fit. */
	private static final char DELETE = 0x7F;

	private LogText() {
	}

	/**
	 * Replaces each run of control characters, format characters (marks of writing
	 * direction, zero-width characters), line and paragraph separators, and halves of
	 * surrogate pairs by one blank, or by nothing at both ends, and cuts what is longer
	 * than 300 characters, but no surrogate pair in two. Blanks stay, since two texts may
	 * differ by one.
	 * @param text the text
	 * @return the same text where there is nothing to replace; else one of at most 300
	 * characters, and three dots where it was cut
	 */
	public static String oneLine(String text) {
		return isClean(text) ? text : clean(text);
	}

	/**
	 * As {@link #oneLine}, in quotes where a blank at an end would not be seen: for lists
	 * whose elements have none.
	 * @param text the text
	 * @return the text, of one line
	 */
	public static String inList(String text) {
		String line = oneLine(text);
		return line.equals(line.strip()) ? line : "'" + line + "'";
	}

	/**
	 * Writes each character that {@link #oneLine} replaces as its escape, such as
	 * <code>&#92;u000a</code> for a line break. Nothing is taken away or cut: for records
	 * that must be complete and may end up in a log.
	 * @param text the text
	 * @return the same text where there is nothing to escape
	 */
	public static String escaped(String text) {
		StringBuilder line = new StringBuilder(text.length());
		text.codePoints().forEach((character) -> {
			if (isUnfit(character)) {
				for (char half : Character.toChars(character)) {
					line.append(String.format("\\u%04x", (int) half));
				}
			}
			else {
				line.appendCodePoint(character);
			}
		});
		return line.toString();
	}

	private static boolean isClean(String text) {
		int length = text.length();
		if (length > MAX_LENGTH) {
			return false;
		}
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			// Half a pair counts as unfit here, and is looked at with the other half
			// later.
			if (c < ' ' || (c >= DELETE && isUnfit(c))) {
				return false;
			}
		}
		return true;
	}

	private static String clean(String text) {
		StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_LENGTH) + CUT.length());
		boolean replaced = false;
		int i = 0;
		while (i < text.length()) {
			int character = text.codePointAt(i);
			i += Character.charCount(character);
			if (isUnfit(character)) {
				replaced = !line.isEmpty();
				continue;
			}
			String next = (replaced ? " " : "") + Character.toString(character);
			if (line.length() + next.length() > MAX_LENGTH) {
				return line.append(CUT).toString();
			}
			line.append(next);
			replaced = false;
		}
		return line.toString();
	}

	private static boolean isUnfit(int character) {
		return switch (Character.getType(character)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE ->
				true;
			default -> false;
		};
	}

}
