/**
 * What tests of code with circuit breakers need: a clock moved by hand, assertions,
 * helpers that open, trip and await, a listener that records, and an ArchUnit rule.
 */
@NullMarked
package dev.breaker.test;

import org.jspecify.annotations.NullMarked;
