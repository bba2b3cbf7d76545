/**
 * The answer of a web application to a request that a circuit breaker refused: 503 with
 * {@code Retry-After} and problem details.
 */
@NullMarked
package dev.breaker.spring.web;

import org.jspecify.annotations.NullMarked;
