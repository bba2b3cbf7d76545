package dev.breaker.sample.inventory;

import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.sample.faults.RemoteService;
import dev.breaker.sample.faults.RemoteServices;
import dev.breaker.sample.web.Answers;

import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * Sets goods aside. One breaker a warehouse: while one is in trouble, the others go on
 * selling.
 */
@Component
public class InventoryClient {

	private final RestClient http;

	private final RemoteService inventory;

	InventoryClient(RestClient.Builder http, RemoteServices services) {
		this.http = http.build();
		this.inventory = services.get("inventory");
	}

	/**
	 * Sets one article aside. There is no fallback, for what is not in stock cannot be
	 * sold.
	 * @param warehouse where
	 * @param sku the article
	 * @return what was set aside
	 */
	@CircuitBreaker(name = "inventory", key = "#warehouse")
	public Reservation reserve(String warehouse, String sku) {
		Stock stock = this.http.post()
			.uri(this.inventory.url() + "/stock/{warehouse}/{sku}", warehouse, sku)
			.retrieve()
			.body(Stock.class);
		return new Reservation(warehouse, Answers.required(stock).left());
	}

	private record Stock(int left) {
	}

}
