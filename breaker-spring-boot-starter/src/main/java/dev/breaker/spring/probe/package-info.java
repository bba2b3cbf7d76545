/**
 * Dark probes: what can probe, and when it does.
 */
@NullMarked
package dev.breaker.spring.probe;

import org.jspecify.annotations.NullMarked;
