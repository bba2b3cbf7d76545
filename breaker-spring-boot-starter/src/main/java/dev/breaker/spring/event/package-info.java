/**
 * News of circuit breakers: the log line, the application event, and the events that are
 * kept for operators.
 */
@NullMarked
package dev.breaker.spring.event;

import org.jspecify.annotations.NullMarked;
