/**
 * Finds and runs what is done instead of a call that was refused or that failed.
 */
@NullMarked
package dev.breaker.spring.fallback;

import org.jspecify.annotations.NullMarked;
