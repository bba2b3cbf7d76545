package dev.breaker.spring.http;

import java.io.IOException;

import dev.breaker.CircuitBreaker;
import dev.breaker.OutcomeRule.Verdict;
import dev.breaker.ThrowingSupplier;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

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
		Call call = new Call(breaker, request, body, execution);
		try {
			return breaker.outermost().call(call);
		}
		catch (HttpStatusException ex) {
			ClientHttpResponse response = call.response;
			if (response == null) {
				throw ex;
			}
			return response;
		}
	}

	private static final class Call implements ThrowingSupplier<ClientHttpResponse, IOException> {

		private final CircuitBreaker breaker;

		private final HttpRequest request;

		private final byte[] body;

		private final ClientHttpRequestExecution execution;

		private @Nullable ClientHttpResponse response;

		Call(CircuitBreaker breaker, HttpRequest request, byte[] body, ClientHttpRequestExecution execution) {
			this.breaker = breaker;
			this.request = request;
			this.body = body;
			this.execution = execution;
		}

		@Override
		public ClientHttpResponse get() throws IOException {
			ClientHttpResponse answer = this.execution.execute(this.request, this.body);
			int status = status(answer);
			if (HttpOutcomeRule.of(this.breaker).judge(status) == Verdict.SUCCESS) {
				return answer;
			}
			this.response = answer;
			throw new HttpStatusException(status, answer.getHeaders().getFirst(HttpHeaders.RETRY_AFTER),
					this.request.getMethod().name(), this.request.getURI());
		}

		/**
		 * An answer whose status cannot be read reaches no caller that would close it.
		 */
		private static int status(ClientHttpResponse answer) throws IOException {
			boolean read = false;
			try {
				int status = answer.getStatusCode().value();
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
