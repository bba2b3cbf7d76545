/**
 * The payment service, which an order can do without for a while.
 */
@NullMarked
package dev.breaker.sample.payment;

import org.jspecify.annotations.NullMarked;
