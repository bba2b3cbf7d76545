/**
 * The fleet's protocol on Redis: {@link dev.breaker.fleet.redis.RedisFleetTransport}
 * sends exchanges, {@code exchange.lua} carries them out.
 */
@NullMarked
package dev.breaker.fleet.redis;

import org.jspecify.annotations.NullMarked;
