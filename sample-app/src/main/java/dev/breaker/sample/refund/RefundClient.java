package dev.breaker.sample.refund;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.sample.faults.RemoteService;
import dev.breaker.sample.faults.RemoteServices;
import dev.breaker.sample.web.Answers;

import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * Asks the payment service for refunds: the inner layer. A request has the client's
 * timeouts, each attempt is recorded by the breaker of the payment service, and an open
 * breaker ends the retry at once.
 */
@Component
public class RefundClient {

	/** How many times a request is repeated. */
	public static final int RETRIES = 2;

	private final RestClient http;

	private final RemoteService payments;

	RefundClient(RestClient.Builder http, RemoteServices services) {
		this.http = http.build();
		this.payments = services.get("payments");
	}

	/**
	 * Gives a payment back. A PUT, which may arrive twice and refunds once.
	 * @param receipt of the payment
	 * @return given back, or to be given back later where the breaker is open
	 */
	@Retryable(includes = { ResourceAccessException.class, HttpServerErrorException.class }, maxRetries = RETRIES,
			delay = 50, multiplier = 2, jitter = 20, maxDelay = 200)
	@CircuitBreaker(name = "payments", fallbackMethod = "refundLater")
	public Refund refund(String receipt) {
		Receipt refunded = this.http.put()
			.uri(this.payments.url() + "/refunds/{receipt}", receipt)
			.retrieve()
			.body(Receipt.class);
		return Refund.done(Answers.required(refunded).receipt());
	}

	Refund refundLater(CallNotPermittedException refusal) {
		return Refund.later("The payment service was not asked: " + refusal.getMessage());
	}

	private record Receipt(String receipt) {
	}

}
