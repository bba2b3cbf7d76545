package dev.breaker.spring.http;

import java.net.URI;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;

/**
 * Tells a breaker that the answer to a request counts as a failure, or as nothing. The
 * caller never sees it, but gets the answer. Without a stack trace.
 */
final class HttpStatusException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final int status;

	private final @Nullable String retryAfter;

	HttpStatusException(int status, @Nullable String retryAfter, HttpMethod method, URI uri) {
		super(status + " from " + describe(method, uri), null, false, false);
		this.status = status;
		this.retryAfter = retryAfter;
	}

	/** A request, without the user's name and password and without the query. */
	static String describe(HttpMethod method, URI uri) {
		String path = uri.getRawPath();
		return method.name() + " " + uri.getScheme() + "://" + HttpHostPattern.host(uri)
				+ ((uri.getPort() >= 0) ? ":" + uri.getPort() : "") + ((path != null) ? path : "");
	}

	int status() {
		return this.status;
	}

	@Nullable String retryAfter() {
		return this.retryAfter;
	}

}
