package dev.breaker.fleet;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Which nodes ask the store for places, and which look after them, where that need not be
 * all at once. It is left to chance, so that nodes need not agree on it. Changed by the
 * engine alone.
 *
 * <p>
 * In a large fleet some nodes ask first: all of them would ask in vain but for a few. And
 * where the store is slow to answer, or does not answer, a node asks for places of fewer
 * breakers in one exchange: each such answer halves their share, and each quick one
 * doubles it. Else a store with more to do than it can would stay so, since what it does
 * not answer in time is asked for again.
 */
final class Turns {

	/** Of the nodes of a fleet, so many look each time whether probes are decided. */
	private static final int LOOKERS = 16;

	/** So many nodes ask first for each place of which nothing is known. */
	private static final int ASKERS = 8;

	/** So many breakers ask in each exchange, however busy the store is. */
	private static final int LEAST_ASKING = 10;

	private static final double SMALLEST_SHARE = 1.0 / 64;

	private final long heartbeat;

	private final RandomGenerator random;

	private int live;

	private double share = 1;

	Turns(Duration heartbeat, RandomGenerator random) {
		this.heartbeat = heartbeat.toNanos();
		this.random = random;
	}

	/** An exchange was answered after so many nanoseconds, while so many nodes live. */
	void answered(long took, int live) {
		this.live = live;
		if (took <= this.heartbeat / 8) {
			this.share = Math.min(1, this.share * 2);
		}
		else if (took > this.heartbeat / 4) {
			failed();
		}
	}

	/** An exchange has failed. */
	void failed() {
		this.share = Math.max(SMALLEST_SHARE, this.share / 2);
	}

	/** Whether the store is spared a question about one of so many breakers. */
	boolean isSpared(int breakers) {
		double asking = Math.max(this.share, (double) LEAST_ASKING / Math.max(1, breakers));
		return asking < 1 && this.random.nextDouble() >= asking;
	}

	/**
	 * Whether this node asks for places of which nothing is known.
	 * @param places how many there are at most
	 * @param passed how often it has let others ask first: each time its chance doubles
	 */
	boolean isFirst(int places, int passed) {
		double chance = Math.scalb((double) ASKERS * places / Math.max(1, this.live), passed);
		return chance >= 1 || this.random.nextDouble() < chance;
	}

	/** Whether this node looks whether probes are decided. */
	boolean isLooker() {
		return this.live <= LOOKERS || this.random.nextInt(this.live) < LOOKERS;
	}

}
