package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * What ends a period by the rules or by time. A call that decides is told to the
 * listeners before the change that follows from it, also where another thread carries
 * that out.
 */
final class Decision {

	final Reason reason;

	/** The counts that led to it, of a window. */
	final @Nullable WindowCounts counts;

	/**
	 * The thread whose call decided by its end; null where a call under way, time or a
	 * new config did.
	 */
	final @Nullable Thread by;

	private final boolean timed;

	private final long time;

	/**
	 * Whether a call under way has decided, and it was not said yet which one. Guarded by
	 * the lock of the calls in flight.
	 */
	boolean unclaimed;

	/**
	 * Whether the deciding call was told. Written as a field, not by a call: near the end
	 * of a stack a call can fail, and the news would stay held back for good.
	 */
	volatile boolean told;

	/** How long to stay open, where the other side asked for a wait of its own. */
	volatile long wait = Period.BY_RULES;

	private Decision(Reason reason, @Nullable WindowCounts counts, @Nullable Thread by, boolean timed, long time) {
		this.reason = reason;
		this.counts = counts;
		this.by = by;
		this.timed = timed;
		this.time = time;
		this.told = by == null;
	}

	/** The call that this thread records decides. */
	static Decision ofCall(Reason reason, @Nullable WindowCounts counts) {
		return new Decision(reason, counts, Thread.currentThread(), false, 0);
	}

	/** A call under way decides by being slow, at that reading of the clock. */
	static Decision ofHungCall(Reason reason, @Nullable WindowCounts counts, long time) {
		Decision decision = new Decision(reason, counts, null, true, time);
		decision.unclaimed = true;
		decision.told = false;
		return decision;
	}

	/** A new config decides on what was recorded before. */
	static Decision ofConfig(Reason reason) {
		return new Decision(reason, null, null, false, 0);
	}

	/** Time decided, at that reading of the clock. */
	static Decision ofTime(Reason reason, long time) {
		return new Decision(reason, null, null, true, time);
	}

	@Override
	public String toString() {
		return (this.counts != null) ? this.reason + " " + this.counts : this.reason.toString();
	}

	/** When it took effect: what time decided does so however late it is found. */
	long time(long now) {
		return this.timed ? this.time : now;
	}

}
