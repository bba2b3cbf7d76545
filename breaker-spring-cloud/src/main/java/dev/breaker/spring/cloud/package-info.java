/**
 * Spring Cloud's circuit breaker API, on Breaker's circuit breakers.
 */
@NullMarked
package dev.breaker.spring.cloud;

import org.jspecify.annotations.NullMarked;
