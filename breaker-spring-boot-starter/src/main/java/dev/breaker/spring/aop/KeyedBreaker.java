package dev.breaker.spring.aop;

import java.util.concurrent.atomic.AtomicLong;

import dev.breaker.CircuitBreaker;
import dev.breaker.Snapshot;
import dev.breaker.State;

/**
 * The breaker of one key, and when it was last asked for.
 */
final class KeyedBreaker {

	final String key;

	final CircuitBreaker breaker;

	final KeyedGroup group;

	private final AtomicLong used;

	/** By what time it is queued. Only whoever holds the lock reads or writes it. */
	long queued;

	KeyedBreaker(String key, CircuitBreaker breaker, KeyedGroup group, long now) {
		this.key = key;
		this.breaker = breaker;
		this.group = group;
		this.used = new AtomicLong(now);
		this.queued = now;
	}

	void use(long now) {
		// Opaque: nothing else is read by its light, and a call should not pay for more.
		this.used.setOpaque(now);
	}

	long used() {
		return this.used.getOpaque();
	}

	/** Whether a new breaker would be just the same. */
	boolean isClean() {
		Snapshot snapshot = this.breaker.snapshot();
		return (snapshot.state() == State.CLOSED || snapshot.lastChange() == null) && snapshot.failedCalls() == 0
				&& snapshot.slowCalls() == 0 && snapshot.consecutiveFailures() == 0;
	}

}
