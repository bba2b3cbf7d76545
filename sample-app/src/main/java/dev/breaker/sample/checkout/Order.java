package dev.breaker.sample.checkout;

import dev.breaker.sample.inventory.Reservation;
import dev.breaker.sample.payment.Payment;

/**
 * An order that the shop has accepted.
 *
 * @param sku the article
 * @param reservation the goods
 * @param payment the money
 */
record Order(String sku, Reservation reservation, Payment payment) {
}
