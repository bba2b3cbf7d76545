package dev.breaker.spring.http;

import java.io.IOException;
import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.ThrowingSupplier;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientResponseException;

/**
 * Guards the requests of a {@code RestClient} or {@code RestTemplate}. A call lasts until
 * the head of the answer is there: its status decides, and reading its body is no part of
 * it. A refusal is thrown before a connection is made. Safe for use by many threads.
 */
public final class CircuitBreakerClientHttpRequestInterceptor implements ClientHttpRequestInterceptor {

	private final HttpClientBreakers breakers;

	/**
	 * Makes an interceptor, for any number of clients.
	 * @param breakers finds the breaker of a request
	 */
	public CircuitBreakerClientHttpRequestInterceptor(HttpClientBreakers breakers) {
		this.breakers = breakers;
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		HttpClientEntry entry = this.breakers.find(request.getURI());
		if (entry == null) {
			return execution.execute(request, body);
		}
		CircuitBreaker breaker = this.breakers.breaker(entry, request.getURI());
		this.breakers.warnOfTimeLimit(entry, breaker.config());
		Call call = new Call(breaker, request, body, execution);
		try {
			return breaker.outermost().call(call);
		}
		catch (RuntimeException ex) {
			// The caller gets what happened, in whatever form the breaker was told of it.
			if (call.thrown != null) {
				throw call.thrown;
			}
			if (call.response != null) {
				return call.response;
			}
			throw ex;
		}
	}

	private static final class Call implements ThrowingSupplier<ClientHttpResponse, IOException> {

		private final CircuitBreaker breaker;

		private final HttpRequest request;

		private final byte[] body;

		private final ClientHttpRequestExecution execution;

		private @Nullable ClientHttpResponse response;

		private @Nullable IOException thrown;

		Call(CircuitBreaker breaker, HttpRequest request, byte[] body, ClientHttpRequestExecution execution) {
			this.breaker = breaker;
			this.request = request;
			this.body = body;
			this.execution = execution;
		}

		@Override
		public ClientHttpResponse get() throws IOException {
			ClientHttpResponse answer = execute();
			HttpStatusCode status = status(answer);
			RuntimeException told = ExceptionForms.ofAnswer(this.breaker, status, () -> exceptionOf(answer, status),
					() -> new HttpStatusException(status.value(), answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER),
							this.request.getMethod(), this.request.getURI()));
			if (told == null) {
				return answer;
			}
			this.response = answer;
			throw told;
		}

		private ClientHttpResponse execute() throws IOException {
			try {
				return this.execution.execute(this.request, this.body);
			}
			catch (IOException ex) {
				CircuitBreakerConfig config = this.breaker.config();
				if (ExceptionForms.areNamed(config) && ExceptionForms.choose(config,
						List.of(ex, exceptionOf(ex))) instanceof RuntimeException told) {
					this.thrown = ex;
					throw told;
				}
				throw ex;
			}
		}

		/** As clients make it for their callers. */
		private ResourceAccessException exceptionOf(IOException thrown) {
			return new ResourceAccessException(
					"I/O error on " + HttpStatusException.describe(this.request.getMethod(), this.request.getURI())
							+ ": " + thrown.getMessage(),
					thrown);
		}

		/** As clients make it for their callers, without the body, which they read. */
		private static RestClientResponseException exceptionOf(ClientHttpResponse answer, HttpStatusCode status) {
			String text = (status instanceof HttpStatus known) ? known.getReasonPhrase() : "";
			return status.is4xxClientError()
					? HttpClientErrorException.create(status, text, answer.getHeaders(), new byte[0], null)
					: HttpServerErrorException.create(status, text, answer.getHeaders(), new byte[0], null);
		}

		/**
		 * An answer whose status cannot be read reaches no caller that would close it.
		 */
		private static HttpStatusCode status(ClientHttpResponse answer) throws IOException {
			boolean read = false;
			try {
				HttpStatusCode status = answer.getStatusCode();
				read = true;
				return status;
			}
			finally {
				if (!read) {
					answer.close();
				}
			}
		}

	}

}
