package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * A change of state or a reset, for the listeners. Linked to what came before it until it
 * is told, so that what is kept of a period that is over is its news alone.
 */
final class News {

	/** What each breaker begins with; it is never told. */
	static final News NONE = new News(0, null, false, null, null);

	/** Counts the news of one breaker. */
	final long number;

	final @Nullable StateChange change;

	final boolean reset;

	/** What must have been told first; null once this is told. */
	@Nullable Decision decision;

	/** Null once this is told. Touched by the thread that tells. */
	@Nullable News before;

	private News(long number, @Nullable StateChange change, boolean reset, @Nullable Decision decision,
			@Nullable News before) {
		this.number = number;
		this.change = change;
		this.reset = reset;
		this.decision = decision;
		this.before = before;
	}

	News followedBy(@Nullable StateChange change, boolean reset, @Nullable Decision decision) {
		return new News(this.number + 1, change, reset, decision, this);
	}

	/** Whether what must come before it was told. */
	boolean isReady() {
		Decision first = this.decision;
		return first == null || first.told;
	}

}
