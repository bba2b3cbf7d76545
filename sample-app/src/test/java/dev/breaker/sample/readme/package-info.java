/**
 * The blocks of README, compiled and run.
 */
package dev.breaker.sample.readme;
