package dev.breaker.spring.http;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.breaker.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Hosts of requests: {@code inventory.example}, {@code *.partner.example},
 * {@code localhost:8081}. An asterisk stands for any characters; case does not matter. A
 * pattern without a port matches every port.
 */
public final class HttpHostPattern {

	/** What can be written, for messages. */
	public static final String REQUIREMENT = "must be a host such as inventory.example, *.example or localhost:8081, without scheme and path";

	private static final int ANY_PORT = -1;

	private static final int HIGHEST_PORT = 65_535;

	private static final Pattern TEXT = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._*-]+)(?::([0-9]{1,5}))?");

	private static final Pattern AUTHORITY = Pattern.compile("(?:.*@)?(.*?)(?::([0-9]{1,5}))?");

	private final String text;

	private final String host;

	/** Null where there is no asterisk. */
	private final @Nullable Pattern pattern;

	private final int port;

	private HttpHostPattern(String text, String host, int port) {
		this.text = text;
		this.host = host;
		this.port = port;
		this.pattern = host.contains("*") ? Pattern.compile(
				Arrays.stream(host.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")),
				Pattern.CASE_INSENSITIVE) : null;
	}

	/**
	 * Reads a pattern.
	 * @param text the pattern
	 * @return the pattern
	 * @throws IllegalArgumentException if it is no pattern of hosts
	 */
	public static HttpHostPattern valueOf(String text) {
		Matcher matcher = TEXT.matcher(text.trim());
		if (matcher.matches()) {
			int port = (matcher.group(2) != null) ? Integer.parseInt(matcher.group(2)) : ANY_PORT;
			if (port != 0 && port <= HIGHEST_PORT) {
				return new HttpHostPattern(text.trim(), matcher.group(1), port);
			}
		}
		throw new IllegalArgumentException("Invalid pattern of hosts '" + LogText.oneLine(text) + "': " + REQUIREMENT);
	}

	boolean matches(URI uri) {
		String given = host(uri);
		boolean same = (this.pattern != null) ? this.pattern.matcher(given).matches()
				: this.host.equalsIgnoreCase(given);
		return same && (this.port == ANY_PORT || this.port == port(uri));
	}

	/**
	 * The host in lower case; empty where there is none. To {@link URI} a name with an
	 * underscore is no host.
	 */
	static String host(URI uri) {
		String host = uri.getHost();
		if (host == null) {
			Matcher authority = authority(uri);
			host = authority.matches() ? authority.group(1) : "";
		}
		return host.toLowerCase(Locale.ROOT);
	}

	private static Matcher authority(URI uri) {
		String authority = uri.getRawAuthority();
		return AUTHORITY.matcher((authority != null) ? authority : "");
	}

	private static int port(URI uri) {
		if (uri.getPort() >= 0) {
			return uri.getPort();
		}
		Matcher authority = authority(uri);
		if (authority.matches() && authority.group(2) != null) {
			return Integer.parseInt(authority.group(2));
		}
		return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
