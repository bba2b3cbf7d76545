package dev.breaker.sample.partner;

/**
 * What the partner offers.
 *
 * @param offer in its words
 */
public record Offer(String offer) {
}
