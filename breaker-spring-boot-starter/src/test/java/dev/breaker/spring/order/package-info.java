/**
 * Annotated methods that bear other annotations too: what is counted, retried, rolled
 * back, cached, denied and observed.
 */
@NullMarked
package dev.breaker.spring.order;

import org.jspecify.annotations.NullMarked;
