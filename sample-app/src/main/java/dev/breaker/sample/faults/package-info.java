/**
 * The remote services, played by HTTP servers in this process, and the switch for what is
 * wrong with them.
 */
@NullMarked
package dev.breaker.sample.faults;

import org.jspecify.annotations.NullMarked;
