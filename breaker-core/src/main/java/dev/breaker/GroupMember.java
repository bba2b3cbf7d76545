package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * The place of a breaker in its group.
 */
final class GroupMember {

	final CircuitBreakerGroup group;

	/** Null of the breaker that keys share. */
	final @Nullable String key;

	final CircuitBreaker breaker;

	GroupMember(CircuitBreakerGroup group, @Nullable String key, String name) {
		this.group = group;
		this.key = key;
		this.breaker = new CircuitBreaker(name, group.config(), this);
	}

	/**
	 * A call begins: the breaker that it is for, which counts it as under way until
	 * {@link #exit()}.
	 */
	CircuitBreaker enter() {
		return this.breaker;
	}

	/** As {@link #enter()}, for a command, which is for no other key. */
	CircuitBreaker enterByCommand() {
		return this.breaker;
	}

	/** A call that was entered has ended, or was refused. */
	void exit() {
	}

	/** Its state, or what is under way, has changed. */
	void changed() {
	}

	/** The breaker to look at. */
	CircuitBreaker live() {
		return this.breaker;
	}

}
