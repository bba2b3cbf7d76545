/**
 * Customers, so that there is something to watch.
 */
@NullMarked
package dev.breaker.sample.traffic;

import org.jspecify.annotations.NullMarked;
