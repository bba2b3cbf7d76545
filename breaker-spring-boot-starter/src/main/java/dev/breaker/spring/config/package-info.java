/**
 * From the environment's {@code breaker.*} properties to the config of each circuit
 * breaker.
 */
@NullMarked
package dev.breaker.spring.config;

import org.jspecify.annotations.NullMarked;
