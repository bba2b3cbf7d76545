/**
 * A fleet as large as is wanted, in one JVM and with a real Redis.
 */
@NullMarked
package dev.breaker.fleet.simulation;

import org.jspecify.annotations.NullMarked;
