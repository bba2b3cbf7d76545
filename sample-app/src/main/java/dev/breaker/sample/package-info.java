/**
 * A small shop whose calls to other services are guarded by circuit breakers.
 */
@NullMarked
package dev.breaker.sample;

import org.jspecify.annotations.NullMarked;
