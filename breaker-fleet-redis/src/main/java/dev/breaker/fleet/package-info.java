/**
 * How instances of a service share circuit breakers: each decides for itself, tells the
 * others, and follows what a quorum of them has decided. The protocol, without a store;
 * {@link dev.breaker.fleet.FleetTransport} brings it to one.
 */
@NullMarked
package dev.breaker.fleet;

import org.jspecify.annotations.NullMarked;
