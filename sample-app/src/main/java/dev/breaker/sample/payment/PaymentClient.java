package dev.breaker.sample.payment;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.sample.faults.RemoteService;
import dev.breaker.sample.faults.RemoteServices;
import dev.breaker.sample.web.Answers;

import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Charges customers. An annotated method with a fallback: when the payment service is
 * away, orders are accepted and paid later.
 */
@Component
public class PaymentClient {

	private final RestClient http;

	private final RemoteService payments;

	PaymentClient(RestClient.Builder http, RemoteServices services) {
		this.http = http.build();
		this.payments = services.get("payments");
	}

	/**
	 * Charges the customer for an article.
	 * @param sku the article
	 * @return paid, or to be paid later
	 */
	@CircuitBreaker(name = "payments", fallbackMethod = "payLater")
	public Payment charge(String sku) {
		Charge charge = this.http.post().uri(this.payments.url() + "/charges/{sku}", sku).retrieve().body(Charge.class);
		return Payment.paid(Answers.required(charge).receipt());
	}

	// The breaker refused: the payment service was not asked
	Payment payLater(CallNotPermittedException refusal) {
		return Payment.later("The payment service was not asked: " + refusal.getMessage());
	}

	// It was asked, and failed
	Payment payLater(Exception failure) {
		return Payment.later("The payment service failed: " + failure.getMessage());
	}

	private record Charge(String receipt) {
	}

}
