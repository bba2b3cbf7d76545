package dev.breaker.spring.http;

import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Paths of requests: {@code /items/*}, {@code /api/**}. One asterisk stands for any
 * characters within a segment, two for any characters, and between slashes for no segment
 * too: {@code /api/**} matches {@code /api}, {@code /**}{@code /stock} matches
 * {@code /stock}. Compared with the decoded path, without the query; a slash that is
 * encoded stays within its segment.
 */
public final class HttpPathPattern {

	/** What can be written, for messages. */
	public static final String REQUIREMENT = "must be a path such as /api/** or /items/*/stock: it begins with a slash, has no query and no {variable}, and is decoded (a space is a space, not %20)";

	private static final Pattern TEXT = Pattern.compile("/[^\\p{Cntrl}?#{}]*");

	private static final Pattern ENCODED = Pattern.compile("%[0-9A-Fa-f]{2}");

	private static final Pattern PART = Pattern.compile("/\\*\\*(?=/|$)|\\*\\*|\\*|[^*/]+|/");

	private static final Pattern ENCODED_SLASH = Pattern.compile("%2F", Pattern.CASE_INSENSITIVE);

	private final String text;

	private final Pattern pattern;

	private HttpPathPattern(String text) {
		this.text = text;
		StringBuilder regex = new StringBuilder();
		Matcher parts = PART.matcher(text);
		while (parts.find()) {
			regex.append(switch (parts.group()) {
				case "/**" -> "(?:/.*)?";
				case "**" -> ".*";
				case "*" -> "[^/]*";
				default -> Pattern.quote(parts.group());
			});
		}
		this.pattern = Pattern.compile(regex.toString(), Pattern.DOTALL);
	}

	/**
	 * Reads a pattern.
	 * @param text the pattern
	 * @return the pattern
	 * @throws IllegalArgumentException if it is no pattern of paths
	 */
	public static HttpPathPattern valueOf(String text) {
		if (!TEXT.matcher(text.trim()).matches() || ENCODED.matcher(text).find()) {
			throw new IllegalArgumentException(
					"Invalid pattern of paths '" + LogText.oneLine(text) + "': " + REQUIREMENT);
		}
		return new HttpPathPattern(text.trim());
	}

	boolean matches(URI uri) {
		String path = uri.getRawPath();
		if (path == null || !ENCODED_SLASH.matcher(path).find()) {
			return matches(uri.getPath());
		}
		// No pattern has a NUL, which asterisks stand for as for every other character.
		return matches(URI.create(ENCODED_SLASH.matcher(uri.toString()).replaceAll("%00")).getPath());
	}

	boolean matches(@Nullable String path) {
		return this.pattern.matcher((path == null || path.isEmpty()) ? "/" : path).matches();
	}

	@Override
	public String toString() {
		return this.text;
	}

}
