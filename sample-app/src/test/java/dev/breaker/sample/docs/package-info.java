/**
 * The blocks of README and of the pages under docs, compiled and run.
 */
package dev.breaker.sample.docs;
