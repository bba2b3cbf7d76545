package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which share of the calls is admitted by what succeeds in a window: all of them, but for
 * those by which the calls exceed a multiple of the successes. Safe for use by many
 * threads. The window is only looked at while it has failures.
 */
final class SuccessShare {

	private static final VarHandle FAILURES = FieldHandle.of(MethodHandles.lookup(), "failures", int.class);

	private final Rules rules;

	private final SlidingWindow window;

	/**
	 * Counts the failures that the window has got. Begins with one, since a window that
	 * was there before may have some.
	 */
	private volatile int failures = 1;

	/** How many there were when the window was last seen without one. */
	private volatile int failuresWhenClean;

	SuccessShare(Rules rules, SlidingWindow window) {
		this.rules = rules;
		this.window = window;
	}

	/** A call failed. Told after the window has it, so that it is not overlooked. */
	void failed() {
		FAILURES.getAndAdd(this, 1);
	}

	boolean isLimited() {
		return this.failures != this.failuresWhenClean;
	}

	long share(long now) {
		int seen = this.failures;
		if (seen == this.failuresWhenClean) {
			return AdmittedShare.WHOLE;
		}
		WindowCounts counts = this.window.counts(now, this.rules);
		if (counts.failed() == 0) {
			this.failuresWhenClean = seen;
			return AdmittedShare.WHOLE;
		}
		return this.rules.shareBySuccesses(counts);
	}

}
