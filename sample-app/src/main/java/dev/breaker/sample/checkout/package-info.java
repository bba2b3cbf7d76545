/**
 * Placing an order: goods are set aside first, then the customer is charged.
 */
@NullMarked
package dev.breaker.sample.checkout;

import org.jspecify.annotations.NullMarked;
