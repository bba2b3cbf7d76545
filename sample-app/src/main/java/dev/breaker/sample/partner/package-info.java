/**
 * The offers of a partner, which nothing replaces when they cannot be had.
 */
@NullMarked
package dev.breaker.sample.partner;

import org.jspecify.annotations.NullMarked;
