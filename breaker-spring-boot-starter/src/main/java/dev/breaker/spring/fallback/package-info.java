/**
 * Finds, at start, what an annotation's {@code fallbackMethod} names, and runs it.
 */
@NullMarked
package dev.breaker.spring.fallback;

import org.jspecify.annotations.NullMarked;
