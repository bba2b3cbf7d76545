package dev.breaker.spring.http;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import feign.FeignException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.ClassUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClientResponseException;

/**
 * Reads the status and {@code Retry-After} of results and exceptions that carry them.
 */
final class HttpAnswerReader {

	/** Of what carries no status. */
	static final int NO_STATUS = 0;

	private static final List<Library> LIBRARIES = libraries();

	private HttpAnswerReader() {
	}

	private static List<Library> libraries() {
		List<Library> libraries = new ArrayList<>();
		if (isPresent("org.springframework.http.ResponseEntity")) {
			libraries.add(new OfSpringWeb());
		}
		if (isPresent("org.springframework.web.reactive.function.client.ClientResponse")) {
			libraries.add(new OfWebClient());
		}
		if (isPresent("feign.FeignException")) {
			libraries.add(new OfFeign());
		}
		libraries.add(new OfJdk());
		return List.copyOf(libraries);
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, HttpAnswerReader.class.getClassLoader());
	}

	/** The status, or {@link #NO_STATUS}. */
	static int status(@Nullable Object result) {
		Object answer = answer(result);
		if (answer instanceof HttpStatusException told) {
			return told.status();
		}
		for (Library library : LIBRARIES) {
			int status = (answer != null) ? library.status(answer) : NO_STATUS;
			if (status > NO_STATUS) {
				return status;
			}
		}
		return NO_STATUS;
	}

	/** The header, of what carries a status. */
	static @Nullable String retryAfter(@Nullable Object result) {
		Object answer = answer(result);
		if (answer instanceof HttpStatusException told) {
			return told.retryAfter();
		}
		for (Library library : LIBRARIES) {
			if (answer != null && library.status(answer) > NO_STATUS) {
				return library.retryAfter(answer);
			}
		}
		return null;
	}

	/** An answer may be in an {@link Optional}. */
	private static @Nullable Object answer(@Nullable Object result) {
		return (result instanceof Optional<?> optional) ? optional.orElse(null) : result;
	}

	/**
	 * What a library calls an answer. Made only where the library is there.
	 */
	private interface Library {

		/** The status of an answer, or none above {@link #NO_STATUS}. */
		int status(Object answer);

		/** The header of an answer that has a status. */
		@Nullable String retryAfter(Object answer);

	}

	private static final class OfSpringWeb implements Library {

		@Override
		public int status(Object answer) {
			if (answer instanceof ResponseEntity<?> entity) {
				return entity.getStatusCode().value();
			}
			if (answer instanceof RestClientResponseException exception) {
				return exception.getStatusCode().value();
			}
			if (answer instanceof ErrorResponse error) {
				return error.getStatusCode().value();
			}
			if (answer instanceof ClientHttpResponse response) {
				try {
					return response.getStatusCode().value();
				}
				catch (IOException ex) {
					return NO_STATUS;
				}
			}
			return NO_STATUS;
		}

		@Override
		public @Nullable String retryAfter(Object answer) {
			HttpHeaders headers = (answer instanceof ResponseEntity<?> entity) ? entity.getHeaders()
					: (answer instanceof RestClientResponseException exception) ? exception.getResponseHeaders()
							: (answer instanceof ErrorResponse error) ? error.getHeaders()
									: ((ClientHttpResponse) answer).getHeaders();
			return (headers != null) ? headers.getFirst(HttpHeaders.RETRY_AFTER) : null;
		}

	}

	private static final class OfWebClient implements Library {

		@Override
		public int status(Object answer) {
			return (answer instanceof WebClientResponseException exception) ? exception.getStatusCode().value()
					: (answer instanceof ClientResponse response) ? response.statusCode().value() : NO_STATUS;
		}

		@Override
		public @Nullable String retryAfter(Object answer) {
			HttpHeaders headers = (answer instanceof WebClientResponseException exception) ? exception.getHeaders()
					: ((ClientResponse) answer).headers().asHttpHeaders();
			return headers.getFirst(HttpHeaders.RETRY_AFTER);
		}

	}

	private static final class OfFeign implements Library {

		@Override
		public int status(Object answer) {
			return (answer instanceof FeignException exception) ? exception.status() : NO_STATUS;
		}

		@Override
		public @Nullable String retryAfter(Object answer) {
			for (Map.Entry<String, Collection<String>> header : ((FeignException) answer).responseHeaders()
				.entrySet()) {
				if ("Retry-After".equalsIgnoreCase(header.getKey())) {
					return header.getValue().stream().findFirst().orElse(null);
				}
			}
			return null;
		}

	}

	private static final class OfJdk implements Library {

		@Override
		public int status(Object answer) {
			return (answer instanceof HttpResponse<?> response) ? response.statusCode() : NO_STATUS;
		}

		@Override
		public @Nullable String retryAfter(Object answer) {
			return ((HttpResponse<?>) answer).headers().firstValue("Retry-After").orElse(null);
		}

	}

}
