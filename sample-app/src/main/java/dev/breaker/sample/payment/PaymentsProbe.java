package dev.breaker.sample.payment;

import dev.breaker.sample.faults.RemoteService;
import dev.breaker.sample.faults.RemoteServices;
import dev.breaker.spring.CircuitBreakerProbe;

import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Finds out whether the payment service is well again, so that no order is risked.
 */
@Component
class PaymentsProbe implements CircuitBreakerProbe {

	private final RestClient http;

	private final RemoteService payments;

	PaymentsProbe(RestClient.Builder http, RemoteServices services) {
		this.http = http.build();
		this.payments = services.get("payments");
	}

	@Override
	public void probe() {
		this.http.get().uri(this.payments.url() + RemoteService.HEALTH).retrieve().toBodilessEntity();
	}

}
