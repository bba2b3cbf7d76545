package dev.breaker;

/**
 * How the share of admitted calls grows after closing: evenly with time, from its start
 * to all of them.
 *
 * @param closed when the breaker closed
 * @param nanos how long it takes
 * @param start the share at first, in parts of {@link AdmittedShare#WHOLE}
 */
record Ramp(long closed, long nanos, long start) {

	/** The share at that moment. */
	long share(long now) {
		long elapsed = elapsed(now);
		return (elapsed < this.nanos)
				? this.start + (long) ((double) (AdmittedShare.WHOLE - this.start) * elapsed / this.nanos)
				: AdmittedShare.WHOLE;
	}

	/** Whether all calls are admitted. At exactly its duration they are. */
	boolean isOver(long now) {
		return elapsed(now) >= this.nanos;
	}

	/** How long it takes from that moment until the share is as large as this one. */
	long nanosUntil(long share, long now) {
		double part = (double) (share - this.start) / (AdmittedShare.WHOLE - this.start);
		return Math.max(0, (long) Math.ceil(part * this.nanos) - elapsed(now));
	}

	private long elapsed(long now) {
		return Math.max(0, now - this.closed);
	}

}
