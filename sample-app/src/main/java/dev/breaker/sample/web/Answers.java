package dev.breaker.sample.web;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/**
 * Makes an answer that breaks off the same to callers as a connection that breaks: a
 * {@link RestClientException}.
 */
@Component
public class Answers implements RestClientCustomizer {

	/**
	 * Has bodies read before they are parsed, for a parser would call one that breaks off
	 * a wrong one.
	 */
	@Override
	public void customize(RestClient.Builder http) {
		http.bufferContent((uri, method) -> true);
	}

	/**
	 * The body of an answer that must have one.
	 * @param <T> its type
	 * @param body the body, or {@code null} where the answer has none
	 * @return the body
	 * @throws RestClientException if there is none
	 */
	public static <T> T required(@Nullable T body) {
		if (body == null) {
			throw new RestClientException("The answer has no body");
		}
		return body;
	}

}
