package dev.breaker.sample.checkout;

import dev.breaker.sample.inventory.InventoryClient;
import dev.breaker.sample.inventory.Reservation;
import dev.breaker.sample.inventory.Warehouses;
import dev.breaker.sample.payment.Payment;
import dev.breaker.sample.payment.PaymentClient;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes orders. Goods come first: nobody is charged for what cannot be delivered.
 */
@RestController
class CheckoutController {

	private final Warehouses warehouses;

	private final InventoryClient inventory;

	private final PaymentClient payments;

	CheckoutController(Warehouses warehouses, InventoryClient inventory, PaymentClient payments) {
		this.warehouses = warehouses;
		this.inventory = inventory;
		this.payments = payments;
	}

	/**
	 * Orders one article. A GET, against the rules, so that a browser's address line is
	 * enough to try it.
	 * @param sku the article
	 * @param warehouse where it is to come from; by default where it lies
	 * @return 200 when paid, 202 when accepted and to be paid later
	 */
	@GetMapping("/checkout/{sku}")
	ResponseEntity<Order> checkout(@PathVariable String sku,
			@RequestParam(required = false) @Nullable String warehouse) {
		Reservation reservation = this.inventory.reserve(this.warehouses.find(sku, warehouse), sku);
		Payment payment = this.payments.charge(sku);
		HttpStatus status = (payment.status() == Payment.Status.PAID) ? HttpStatus.OK : HttpStatus.ACCEPTED;
		return ResponseEntity.status(status).body(new Order(sku, reservation, payment));
	}

}
