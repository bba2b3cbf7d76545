package dev.breaker.fleet;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.breaker.ProbeGate;

/**
 * The places for probes of one breaker that are leased to this node, in one epoch of the
 * fleet. Calls take them and give results; the engine puts leased places in and takes out
 * what came of them. There is a new gate for each epoch, and for each stay of the breaker
 * in HALF_OPEN, so that nothing of an earlier one counts in a later one.
 *
 * <p>
 * Calls touch atomic fields alone. The engine is woken by the first call that finds no
 * place after the last demand, and by results, of which there are no more than places.
 */
final class SharedGate implements ProbeGate {

	/** More places than that are not asked for in one epoch. */
	static final int MOST_PLACES = 1 << 20;

	private static final int BITS = 21;

	private static final long MASK = (1L << BITS) - 1;

	private final Link link;

	private final Runnable wake;

	private final AtomicInteger free = new AtomicInteger();

	/** Calls that found no place since the last demand. */
	private final AtomicInteger missed = new AtomicInteger();

	/** How many were recorded, failed and slow, in 21 bits each. */
	private final AtomicLong outcomes = new AtomicLong();

	private volatile boolean retired;

	/**
	 * Makes a gate without places.
	 * @param wake wakes the engine
	 */
	SharedGate(Link link, Runnable wake) {
		this.link = link;
		this.wake = wake;
	}

	@Override
	public boolean isShared() {
		return !this.retired && this.link.holds();
	}

	@Override
	public boolean hasPlace() {
		return this.free.get() > 0;
	}

	@Override
	public boolean tryTake() {
		int places = this.free.get();
		while (places > 0) {
			if (this.free.compareAndSet(places, places - 1)) {
				return true;
			}
			places = this.free.get();
		}
		if (this.missed.get() < MOST_PLACES && this.missed.getAndIncrement() == 0) {
			this.wake.run();
		}
		return false;
	}

	@Override
	public void giveBack() {
		this.free.incrementAndGet();
	}

	@Override
	public void recorded(boolean failed, boolean slow) {
		this.outcomes.getAndAdd(1 + (failed ? 1L << BITS : 0) + (slow ? 1L << (2 * BITS) : 0));
		this.wake.run();
	}

	/** Places are leased. */
	void add(int places) {
		this.free.addAndGet(places);
	}

	/** Takes all places out that are not taken. */
	int takeUnused() {
		return this.free.getAndSet(0);
	}

	int unused() {
		return this.free.get();
	}

	/** Whether a call has asked in vain since the last demand. */
	boolean isMissed() {
		return this.missed.get() > 0;
	}

	/** How many calls have asked in vain since the last demand; a new count begins. */
	int takeMissed() {
		return this.missed.getAndSet(0);
	}

	/** The demand was not served, and is to be made again. */
	void missAgain(int calls) {
		this.missed.addAndGet(calls);
	}

	/** What was recorded since this was last asked. */
	Outcomes takeOutcomes() {
		long taken = this.outcomes.getAndSet(0);
		return new Outcomes((int) (taken & MASK), (int) ((taken >> BITS) & MASK), (int) ((taken >> (2 * BITS)) & MASK));
	}

	/** No longer shares anything. */
	void retire() {
		this.retired = true;
	}

	/**
	 * How probes ended.
	 */
	record Outcomes(int recorded, int failed, int slow) {
	}

}
