package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * How many probes a half-open breaker admits, and what they decide. Immutable, and safe
 * for use by many threads.
 *
 * @param permitted how many there are
 * @param successesToClose at how many successes to close, or {@link #NEVER} where rates
 * decide
 * @param failuresToOpen at how many failures to open, or {@link #NEVER}; without effect
 * where the number of successes decides
 * @param slowCallsToOpen at how many slow calls to open, or {@link #NEVER}; without
 * effect where the number of successes decides
 * @param slowCallRateToOpen where the number of successes decides: at which share of slow
 * calls in those that were recorded to open all the same, in percent, or {@link #NEVER}
 * @param dark whether no call of a user is a probe; such probes run one at a time
 * @see CircuitBreakerConfig#probeRules()
 */
public record ProbeRules(int permitted, int successesToClose, int failuresToOpen, int slowCallsToOpen,
		double slowCallRateToOpen, boolean dark) {

	/** A number that no count of probes, and no percentage of them, reaches. */
	public static final int NEVER = Integer.MAX_VALUE;

	/**
	 * Rules whose rate of slow calls is that of so many of all that are permitted.
	 * @param permitted how many there are
	 * @param successesToClose at how many successes to close, or {@link #NEVER}
	 * @param failuresToOpen at how many failures to open, or {@link #NEVER}
	 * @param slowCallsToOpen at how many slow calls to open, or {@link #NEVER}
	 * @param dark whether no call of a user is a probe
	 */
	public ProbeRules(int permitted, int successesToClose, int failuresToOpen, int slowCallsToOpen, boolean dark) {
		this(permitted, successesToClose, failuresToOpen, slowCallsToOpen,
				(slowCallsToOpen != NEVER) ? 100.0 * slowCallsToOpen / permitted : NEVER, dark);
	}

	/**
	 * What so many recorded probes decide.
	 * @param recorded how many were recorded
	 * @param failed how many of these failed
	 * @param slow how many of these were slow
	 * @param hung how many of these count as slow and are still under way
	 * @return {@link Reason#PROBES_SUCCEEDED}, {@link Reason#PROBES_FAILED}, or
	 * {@code null} while either end is possible
	 */
	public @Nullable Reason verdict(int recorded, int failed, int slow, int hung) {
		int toCome = Math.max(0, this.permitted - recorded);
		if (this.successesToClose != NEVER) {
			int successes = recorded - failed - hung;
			if (successes >= this.successesToClose) {
				return (100.0 * slow / recorded >= this.slowCallRateToOpen) ? Reason.PROBES_FAILED
						: Reason.PROBES_SUCCEEDED;
			}
			return (successes + hung + toCome < this.successesToClose) ? Reason.PROBES_FAILED : null;
		}
		if (failed >= this.failuresToOpen || slow >= this.slowCallsToOpen) {
			return Reason.PROBES_FAILED;
		}
		// Subtracted, since NEVER has nothing above it.
		boolean canStillFail = toCome + hung >= this.failuresToOpen - failed || toCome >= this.slowCallsToOpen - slow;
		return canStillFail ? null : Reason.PROBES_SUCCEEDED;
	}

}
