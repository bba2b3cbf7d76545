package dev.breaker.spring.signal;

import java.time.Duration;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Gives signals to breakers and groups by their name. Safe for use by many threads.
 */
public final class NamedSignals {

	private final CircuitBreakerRegistry registry;

	/**
	 * Creates an instance.
	 * @param registry the breakers
	 */
	public NamedSignals(CircuitBreakerRegistry registry) {
		this.registry = registry;
	}

	/**
	 * Gives a signal to the breaker of a name, and to the group of that name.
	 * @param name the name
	 * @param source what gives it
	 * @param reason why; {@code null} for none
	 * @param ttl how long it lives, above zero
	 * @return whether there is a breaker or a group of that name
	 */
	public boolean signal(String name, String source, @Nullable String reason, Duration ttl) {
		CircuitBreakerGroup group = this.registry.findGroup(name).orElse(null);
		CircuitBreaker breaker = this.registry.find(name).orElse(null);
		if (group != null) {
			group.signal(source, reason, ttl);
		}
		if (breaker != null) {
			breaker.signal(source, reason, ttl);
		}
		return group != null || breaker != null;
	}

	/**
	 * Takes the signal of a source back, from the breaker of a name and from the group of
	 * that name.
	 * @param name the name
	 * @param source what gave it
	 * @return whether there is a breaker or a group of that name
	 */
	public boolean clear(String name, String source) {
		CircuitBreakerGroup group = this.registry.findGroup(name).orElse(null);
		CircuitBreaker breaker = this.registry.find(name).orElse(null);
		if (group != null) {
			group.clearSignal(source);
		}
		if (breaker != null) {
			breaker.clearSignal(source);
		}
		return group != null || breaker != null;
	}

}
