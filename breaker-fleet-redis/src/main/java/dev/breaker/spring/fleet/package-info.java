/**
 * A fleet in Spring Boot: joins it before the first call and leaves it at the end, and
 * shows it to the endpoint, to health and to meters.
 */
@NullMarked
package dev.breaker.spring.fleet;

import org.jspecify.annotations.NullMarked;
