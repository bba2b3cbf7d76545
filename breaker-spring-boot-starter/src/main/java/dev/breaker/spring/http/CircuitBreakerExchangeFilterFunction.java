package dev.breaker.spring.http;

import java.time.Duration;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.OutcomeRule.Verdict;
import dev.breaker.Permit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Guards the requests of a {@code WebClient}. Permission is taken with each subscription,
 * and a refusal is an error signal. A call lasts until the head of the answer is there;
 * its cancellation records nothing, unless it was slow by then. Safe for use by many
 * threads.
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
		try {
			return next.exchange(request)
				.doOnSuccess(call::answered)
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
			int status = response.statusCode().value();
			if (HttpOutcomeRule.of(this.breaker).judge(status) == Verdict.SUCCESS) {
				this.permit.success(response, elapsed());
				return;
			}
			String retryAfter = response.headers().asHttpHeaders().getFirst(HttpHeaders.RETRY_AFTER);
			this.permit.failure(
					new HttpStatusException(status, retryAfter, this.request.method().name(), this.request.url()),
					elapsed());
		}

		void failed(Throwable thrown) {
			this.permit.failure(thrown, elapsed());
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
