/**
 * What a circuit breaker costs, beside its rivals and beside what cannot be had for less.
 */
@NullMarked
package dev.breaker.benchmarks;

import org.jspecify.annotations.NullMarked;
