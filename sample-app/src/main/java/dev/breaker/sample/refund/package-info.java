/**
 * Refunds, by two layers that both retry: what {@code docs/resilience-stack.md}
 * recommends.
 */
@NullMarked
package dev.breaker.sample.refund;

import org.jspecify.annotations.NullMarked;
