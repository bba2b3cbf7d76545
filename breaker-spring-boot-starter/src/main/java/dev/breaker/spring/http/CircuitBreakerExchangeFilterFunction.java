package dev.breaker.spring.http;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.Permit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.reactive.function.client.WebClientResponseException;

/**
 * Guards the requests of a {@code WebClient}. Permission is taken with each subscription,
 * and a refusal is an error signal. A call lasts until the head of the answer is there;
 * its cancellation records nothing, unless it was slow by then. It ends with a
 * {@code TimeoutException} where it takes longer than the {@code timeLimit} of the
 * breaker. Safe for use by many threads.
 */
public final class CircuitBreakerExchangeFilterFunction implements ExchangeFilterFunction {

	private final HttpClientBreakers breakers;

	/**
	 * Makes a filter, for any number of clients.
	 * @param breakers finds the breaker of a request
	 */
	public CircuitBreakerExchangeFilterFunction(HttpClientBreakers breakers) {
		this.breakers = breakers;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		HttpClientEntry entry = this.breakers.find(request.url());
		return (entry != null) ? Mono.defer(() -> exchange(entry, request, next)) : next.exchange(request);
	}

	private Mono<ClientResponse> exchange(HttpClientEntry entry, ClientRequest request, ExchangeFunction next) {
		CircuitBreaker breaker = this.breakers.breaker(entry, request.url());
		Permit permit;
		try {
			permit = breaker.acquire();
		}
		catch (CallNotPermittedException ex) {
			return Mono.error(ex);
		}
		Call call = new Call(breaker, permit, request);
		Duration limit = breaker.config().timeLimit();
		try {
			Mono<ClientResponse> answer = next.exchange(request);
			return ((limit != null) ? answer.timeout(limit) : answer).doOnSuccess(call::answered)
				.doOnError(call::failed)
				.doOnCancel(call::cancelled);
		}
		catch (Throwable ex) {
			call.failed(ex);
			throw ex;
		}
	}

	private static final class Call {

		private static final long UNREAD = Long.MIN_VALUE;

		/** By the name of their package, since Netty need not be there. */
		private static final String TIMEOUTS_OF_NETTY = "io.netty.handler.timeout.";

		private final CircuitBreaker breaker;

		private final Permit permit;

		private final ClientRequest request;

		private final long start;

		Call(CircuitBreaker breaker, Permit permit, ClientRequest request) {
			this.breaker = breaker;
			this.permit = permit;
			this.request = request;
			this.start = now();
		}

		void answered(@Nullable ClientResponse response) {
			if (response == null) {
				this.permit.success(null, elapsed());
				return;
			}
			HttpStatusCode status = response.statusCode();
			HttpHeaders headers = response.headers().asHttpHeaders();
			RuntimeException told = ExceptionForms.ofAnswer(this.breaker, status, () -> exceptionOf(status, headers),
					() -> new HttpStatusException(status.value(), headers.getFirst(HttpHeaders.RETRY_AFTER),
							this.request.method(), this.request.url()));
			if (told == null) {
				this.permit.success(response, elapsed());
			}
			else {
				this.permit.failure(told, elapsed());
			}
		}

		/** As clients make it for their callers, without the body, which they read. */
		private static WebClientResponseException exceptionOf(HttpStatusCode status, HttpHeaders headers) {
			String text = (status instanceof HttpStatus known) ? known.getReasonPhrase() : "";
			return WebClientResponseException.create(status, text, headers, new byte[0], null, null);
		}

		void failed(Throwable thrown) {
			CircuitBreakerConfig config = this.breaker.config();
			boolean severalForms = thrown instanceof WebClientRequestException && ExceptionForms.areNamed(config);
			this.permit.failure(severalForms ? ExceptionForms.choose(config, forms(thrown)) : thrown, elapsed());
		}

		/**
		 * What callers get, what the transport threw, and what other transports throw for
		 * a timeout.
		 */
		private static List<Throwable> forms(Throwable thrown) {
			List<Throwable> forms = new ArrayList<>();
			forms.add(thrown);
			Throwable cause = thrown.getCause();
			if (cause != null) {
				forms.add(cause);
			}
			if (cause instanceof TimeoutException
					|| (cause != null && cause.getClass().getName().startsWith(TIMEOUTS_OF_NETTY))) {
				forms.add(new SocketTimeoutException(cause.toString()));
			}
			return forms;
		}

		void cancelled() {
			Duration slow = this.breaker.config().slowCallDurationThreshold();
			long elapsed = elapsed();
			if (slow != null && Duration.ofNanos(elapsed).compareTo(slow) > 0) {
				this.permit.success(null, elapsed);
			}
			else {
				this.permit.release();
			}
		}

		private long elapsed() {
			long end = now();
			return (this.start != UNREAD && end != UNREAD) ? end - this.start : 0;
		}

		/** The clock is the application's, and what it throws must not reach a call. */
		private long now() {
			try {
				return this.breaker.config().nanoClock().getAsLong();
			}
			catch (Throwable ex) {
				return UNREAD;
			}
		}

	}

}
