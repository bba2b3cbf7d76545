/**
 * What benchmarks reach of the dashboard, which has no public types for it.
 */
@NullMarked
package dev.breaker.spring.dashboard;

import org.jspecify.annotations.NullMarked;
