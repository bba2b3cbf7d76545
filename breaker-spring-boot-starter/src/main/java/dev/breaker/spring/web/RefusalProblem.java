package dev.breaker.spring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.LogText;
import dev.breaker.State;
import dev.breaker.spring.fallback.RefusalFinder;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;

/**
 * What a client is told of a refusal, as {@code application/problem+json}. Says which
 * breaker refuses, and nothing of what made it open. Written without a message converter,
 * so that no library, no {@code Accept} header and no setting of the application can come
 * in between.
 *
 * @param retryAfter when to come back, in whole seconds, 1 or more
 * @param json the body, in ASCII
 */
record RefusalProblem(String retryAfter, String json) {

	private static final int MAX_CAUSES = 100;

	/**
	 * Looks for a refusal in what was thrown and in its causes. An exception around it
	 * that has a status of its own is the application's answer.
	 * @param thrown what was thrown
	 * @param path the path of the request
	 * @return the problem, or {@code null} where there is no refusal
	 */
	static @Nullable RefusalProblem of(Throwable thrown, String path) {
		CallNotPermittedException refusal = refusalIn(thrown);
		return (refusal != null) ? of(refusal.circuitBreakerName(), refusal.state(), refusal.retryAfter(), path) : null;
	}

	private static @Nullable CallNotPermittedException refusalIn(Throwable thrown) {
		Throwable candidate = thrown;
		for (int i = 0; candidate != null && i < MAX_CAUSES; i++) {
			if (candidate instanceof CallNotPermittedException refusal) {
				return refusal;
			}
			if (candidate instanceof ErrorResponse
					|| AnnotatedElementUtils.hasAnnotation(candidate.getClass(), ResponseStatus.class)) {
				return null;
			}
			candidate = RefusalFinder.causeOf(candidate);
		}
		return null;
	}

	/**
	 * Of a breaker that refuses calls.
	 * @param circuitBreaker its name
	 * @param state its state
	 * @param retryAfter how long until a call may pass; zero when due or unknown
	 * @param path the path of the request
	 * @return the problem
	 */
	static RefusalProblem of(String circuitBreaker, State state, Duration retryAfter, String path) {
		String name = LogText.oneLine(circuitBreaker);
		long seconds = wholeSeconds(retryAfter);
		String detail = "Circuit breaker '" + name + "' is " + state + " and refuses "
				+ ((state == State.CLOSED) ? "a share of the calls" : "calls");
		if (!retryAfter.isZero()) {
			detail += "; try again in " + seconds + " s";
		}
		String json = """
				{"type":"about:blank","title":"Service Unavailable","status":503,"detail":%s,"instance":%s,\
				"circuitBreaker":%s,"state":%s}""".formatted(quote(detail), quote(path), quote(name),
				quote(state.name()));
		return new RefusalProblem(Long.toString(seconds), json);
	}

	// The header knows whole seconds only, and 0 would invite at once
	private static long wholeSeconds(Duration wait) {
		return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
	}

	private static String quote(String text) {
		StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '"' || c == '\\') {
				quoted.append('\\').append(c);
			}
			else if (c >= ' ' && c <= '~') {
				quoted.append(c);
			}
			else {
				quoted.append("\\u%04x".formatted((int) c));
			}
		}
		return quoted.append('"').toString();
	}

	byte[] body() {
		return this.json.getBytes(StandardCharsets.US_ASCII);
	}

}
