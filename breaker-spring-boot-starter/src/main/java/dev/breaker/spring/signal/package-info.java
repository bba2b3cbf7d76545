/**
 * What opens circuit breakers from elsewhere: application events, the health of the
 * application, and other breakers.
 */
@NullMarked
package dev.breaker.spring.signal;

import org.jspecify.annotations.NullMarked;
