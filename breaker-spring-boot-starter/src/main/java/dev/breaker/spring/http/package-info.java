/**
 * HTTP: what a status counts as, and the guards of HTTP clients.
 */
@NullMarked
package dev.breaker.spring.http;

import org.jspecify.annotations.NullMarked;
