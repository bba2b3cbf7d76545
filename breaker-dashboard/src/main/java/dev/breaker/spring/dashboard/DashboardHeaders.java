package dev.breaker.spring.dashboard;

import java.util.Map;

/**
 * What each answer of the dashboard says to a browser: that the page consists of its own
 * files alone.
 */
final class DashboardHeaders {

	/** After Spring Security, whose token they tell. */
	static final int ORDER = -90;

	/** By their names. */
	static final Map<String, String> OF_ALL = Map.of("Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
					+ "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options", "nosniff", "Referrer-Policy", "no-referrer", "Cache-Control", "no-cache",
			// A proxy that collects an answer would keep events back.
			"X-Accel-Buffering", "no");

	/** The name of the header that a command needs. */
	static final String CSRF_HEADER_NAME = "X-Csrf-Header-Name";

	/** What stands in that header. */
	static final String CSRF_TOKEN = "X-Csrf-Token";

	private DashboardHeaders() {
	}

	/** Whether commands may need a token, by what the page asks for before one. */
	static boolean areWithToken(String resource) {
		return resource.equals("/" + DashboardPaths.LIVE);
	}

}
