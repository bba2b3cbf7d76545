package dev.breaker.sample.partner;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.sample.faults.RemoteService;
import dev.breaker.sample.faults.RemoteServices;
import dev.breaker.sample.web.Answers;

import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Asks the partner. The annotation on the class guards each public method of it.
 */
@Component
@CircuitBreaker(name = "partner")
public class PartnerClient {

	private final RestClient http;

	private final RemoteService partner;

	PartnerClient(RestClient.Builder http, RemoteServices services) {
		this.http = http.build();
		this.partner = services.get("partner");
	}

	/**
	 * What the partner offers with an article.
	 * @param sku the article
	 * @return the offer
	 */
	public Offer offer(String sku) {
		Offer offer = this.http.get().uri(this.partner.url() + "/offers/{sku}", sku).retrieve().body(Offer.class);
		return Answers.required(offer);
	}

}
