/**
 * What circuit breakers take over a restart of their application, by a file.
 */
@NullMarked
package dev.breaker.spring.restore;

import org.jspecify.annotations.NullMarked;
