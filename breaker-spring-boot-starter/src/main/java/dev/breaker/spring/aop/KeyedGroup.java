package dev.breaker.spring.aop;

import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;

/**
 * The breakers of one name, by key.
 */
final class KeyedGroup {

	private static final String OVERFLOW = "_overflow";

	final String name;

	final CircuitBreakerConfig config;

	final ConcurrentHashMap<String, KeyedBreaker> breakers = new ConcurrentHashMap<>();

	private final KeyedBreakers all;

	/** Whether somebody was told that keys share a breaker. Guarded by the lock. */
	boolean overflowLogged;

	KeyedGroup(String name, CircuitBreakerConfig config, KeyedBreakers all) {
		this.name = name;
		this.config = config;
		this.all = all;
	}

	CircuitBreaker get(String key) {
		KeyedBreaker keyed = this.breakers.get(key);
		if (keyed == null) {
			return this.all.make(this, key);
		}
		keyed.use(this.all.now());
		return keyed.breaker;
	}

	String nameOf(String key) {
		return this.name + ":" + key;
	}

	String overflowName() {
		return nameOf(OVERFLOW);
	}

}
