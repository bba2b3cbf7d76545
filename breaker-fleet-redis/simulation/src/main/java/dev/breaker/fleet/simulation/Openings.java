package dev.breaker.fleet.simulation;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.State;
import dev.breaker.StateChange;

/**
 * Counts what the breakers of all nodes do, by the number in their names.
 */
final class Openings implements CircuitBreakerListener {

	private final AtomicIntegerArray opened;

	private final AtomicIntegerArray halfOpened;

	private final AtomicLongArray last;

	Openings(int breakers) {
		this.opened = new AtomicIntegerArray(breakers);
		this.halfOpened = new AtomicIntegerArray(breakers);
		this.last = new AtomicLongArray(breakers);
	}

	static String name(int breaker) {
		return "service-" + breaker;
	}

	private static int number(CircuitBreaker breaker) {
		return Integer.parseInt(breaker.name().substring(breaker.name().lastIndexOf('-') + 1));
	}

	/** Counts a breaker anew. */
	void begin(int breaker) {
		this.opened.set(breaker, 0);
		this.halfOpened.set(breaker, 0);
		this.last.set(breaker, Long.MIN_VALUE);
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		if (change.from() == State.CLOSED && change.to() == State.OPEN) {
			this.last.accumulateAndGet(number(breaker), System.nanoTime(), Math::max);
			this.opened.incrementAndGet(number(breaker));
		}
		else if (change.to() == State.HALF_OPEN) {
			this.halfOpened.incrementAndGet(number(breaker));
		}
	}

	/** How many times it went from closed to open, over all nodes. */
	int opened(int breaker) {
		return this.opened.get(breaker);
	}

	/** How many times it went half-open, over all nodes. */
	int halfOpened(int breaker) {
		return this.halfOpened.get(breaker);
	}

	/** When the last node opened it, by {@link System#nanoTime()}. */
	long last(int breaker) {
		return this.last.get(breaker);
	}

}
