package dev.breaker.fleet;

import java.util.function.LongSupplier;

/**
 * Whether the store counts this node as living, as far as the node can know: it does so
 * for a while after each exchange that it has answered. Time is that of this process
 * alone. Written by the engine, read by calls.
 */
final class Link {

	private final LongSupplier nanoTime;

	private volatile long end;

	Link(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.end = nanoTime.getAsLong();
	}

	boolean holds() {
		return this.end - this.nanoTime.getAsLong() > 0;
	}

	void holdUntil(long end) {
		this.end = end;
	}

}
