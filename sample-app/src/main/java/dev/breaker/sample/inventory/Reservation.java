package dev.breaker.sample.inventory;

/**
 * Goods set aside for an order.
 *
 * @param warehouse where they lie
 * @param left how many there are still after that
 */
public record Reservation(String warehouse, int left) {
}
