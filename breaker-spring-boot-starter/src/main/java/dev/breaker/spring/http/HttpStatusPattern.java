package dev.breaker.spring.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import dev.breaker.LogText;

/**
 * One status of 100 to 599, or several in a row.
 *
 * @param from the lowest
 * @param to the highest
 */
public record HttpStatusPattern(int from, int to) {

	/** What can be written, for messages. */
	public static final String REQUIREMENT = "must be a status such as 429, a class such as 5xx, or a range such as 400-499";

	/** Which statuses there are, for messages. */
	public static final String BOUNDS = "Statuses are 100 to 599.";

	private static final Pattern TEXT = Pattern.compile("([1-5])[xX]{2}|([1-5][0-9]{2})(?:\\s*-\\s*([1-5][0-9]{2}))?");

	/**
	 * Reads what is written in a list of statuses.
	 * @param text a status ({@code 429}), a class ({@code 5xx}) or a range
	 * ({@code 400-499})
	 * @return the pattern
	 * @throws IllegalArgumentException if it is none of these
	 */
	public static HttpStatusPattern valueOf(String text) {
		Matcher matcher = TEXT.matcher(text.trim());
		if (matcher.matches()) {
			if (matcher.group(1) != null) {
				int first = Integer.parseInt(matcher.group(1)) * 100;
				return new HttpStatusPattern(first, first + 99);
			}
			int from = Integer.parseInt(matcher.group(2));
			int to = (matcher.group(3) != null) ? Integer.parseInt(matcher.group(3)) : from;
			if (from <= to) {
				return new HttpStatusPattern(from, to);
			}
		}
		throw new IllegalArgumentException(
				"Invalid pattern of HTTP statuses '" + LogText.oneLine(text) + "': " + REQUIREMENT + ". " + BOUNDS);
	}

	/**
	 * Reads a single status, as a file gives it without quotes.
	 * @param status the status
	 * @return the pattern
	 * @throws IllegalArgumentException if it is not from 100 to 599
	 */
	public static HttpStatusPattern valueOf(Integer status) {
		return valueOf(status.toString());
	}

	static boolean anyMatches(List<HttpStatusPattern> patterns, int status) {
		for (HttpStatusPattern pattern : patterns) {
			if (pattern.from <= status && status <= pattern.to) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether each of these statuses is one of others, too.
	 * @param others the others
	 * @return whether they are all there
	 */
	public boolean isWithin(List<HttpStatusPattern> others) {
		return IntStream.rangeClosed(this.from, this.to).allMatch((status) -> anyMatches(others, status));
	}

	@Override
	public String toString() {
		return (this.from != this.to) ? this.from + "-" + this.to : Integer.toString(this.from);
	}

}
