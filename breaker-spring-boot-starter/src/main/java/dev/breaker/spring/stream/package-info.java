/**
 * Streams of server-sent events, as Spring MVC and WebFlux answer with them.
 */
@NullMarked
package dev.breaker.spring.stream;

import org.jspecify.annotations.NullMarked;
