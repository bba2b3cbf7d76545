/**
 * Spring tests of applications with circuit breakers.
 */
@NullMarked
package dev.breaker.spring.test;

import org.jspecify.annotations.NullMarked;
