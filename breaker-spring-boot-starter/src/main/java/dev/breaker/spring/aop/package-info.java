/**
 * Puts annotated methods behind their circuit breakers.
 */
@NullMarked
package dev.breaker.spring.aop;

import org.jspecify.annotations.NullMarked;
