/**
 * The sample's soak test.
 */
@NullMarked
package dev.breaker.sample.soak;

import org.jspecify.annotations.NullMarked;
