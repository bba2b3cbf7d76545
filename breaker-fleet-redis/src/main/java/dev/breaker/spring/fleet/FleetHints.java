package dev.breaker.spring.fleet;

import dev.breaker.fleet.redis.RedisFleetTransport;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Tells a native image of the scripts that Redis runs.
 */
final class FleetHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern(RedisFleetTransport.class.getPackageName().replace('.', '/') + "/*.lua");
	}

}
