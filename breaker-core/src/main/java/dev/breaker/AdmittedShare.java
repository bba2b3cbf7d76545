package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Which share of its calls a closed period admits: less than all of them during a
 * {@link Ramp}, and, where the config says so, while too few succeed, see
 * {@link SuccessShare}. The smaller of the two holds. Refusals are spread evenly and
 * without chance: each call adds the share to a sum, and is admitted where that brings
 * the sum to, or past, a whole number. Safe for use by many threads.
 */
final class AdmittedShare implements Admitting {

	/** The share that is all calls. A power of two: only the rest of a sum matters. */
	static final long WHOLE = 1L << 32;

	/** Admits all calls and costs nothing, since it is known by identity. */
	static final AdmittedShare ALL = new AdmittedShare(null, null);

	private static final VarHandle SUM = FieldHandle.of(MethodHandles.lookup(), "sum", long.class);

	private final @Nullable Ramp ramp;

	private final @Nullable SuccessShare successes;

	/** The shares of all calls so far. The first call is admitted, whatever its share. */
	@SuppressWarnings("UnusedVariable") // added to by its handle
	private volatile long sum = WHOLE - 1;

	private AdmittedShare(@Nullable Ramp ramp, @Nullable SuccessShare successes) {
		this.ramp = ramp;
		this.successes = successes;
	}

	/** That of a closed period, {@link #ALL} where nothing is refused. */
	static AdmittedShare of(@Nullable Ramp ramp, Rules rules, SlidingWindow window) {
		SuccessShare successes = rules.refusesShare() ? new SuccessShare(rules, window) : null;
		return (ramp != null || successes != null) ? new AdmittedShare(ramp, successes) : ALL;
	}

	/** A share as it is counted, cut and not rounded. */
	static long of(double share) {
		return (share < 1) ? (long) (share * WHOLE) : WHOLE;
	}

	boolean isRamping() {
		return this.ramp != null;
	}

	boolean isRampOver(long now) {
		return this.ramp != null && this.ramp.isOver(now);
	}

	/** Whether a call may be refused. */
	boolean isLimited() {
		return this.ramp != null || (this.successes != null && this.successes.isLimited());
	}

	/**
	 * Admits a call of the breaker of that name to the period that has this share, or
	 * refuses it.
	 */
	Admission admit(String name, Period period, long now) {
		long share = at(now);
		if (share == WHOLE) {
			return period;
		}
		long place = ((long) SUM.getAndAdd(this, share) + share) & (WHOLE - 1);
		if (place < share) {
			return period;
		}
		Limit limit = limit(share, now);
		// The places of the refused calls spread those that come back over the ramp.
		long remaining = (this.ramp != null && limit.byRamp) ? this.ramp.nanosUntil(place, now) : 0;
		return new Admission.Refusal(name, period, remaining, limit);
	}

	private long at(long now) {
		return Math.min((this.ramp != null) ? this.ramp.share(now) : WHOLE,
				(this.successes != null) ? this.successes.share(now) : WHOLE);
	}

	/** Why not all calls are admitted at that moment; null where they are. */
	@Nullable Limit limit(long now) {
		long share = at(now);
		return (share != WHOLE) ? limit(share, now) : null;
	}

	private Limit limit(long share, long now) {
		boolean byRamp = this.ramp != null && share == this.ramp.share(now);
		return new Limit((float) (100.0 * share / WHOLE), byRamp,
				(this.ramp != null && byRamp) ? this.ramp.nanosUntil(WHOLE, now) : 0);
	}

	/** The rules that judge a window which only the share of a ramp gets into. */
	Rules judge(Rules rules, long now) {
		return (this.ramp != null) ? rules.judging(this.ramp.share(now)) : rules;
	}

	/** A call failed, and is in the window. */
	void failed() {
		if (this.successes != null) {
			this.successes.failed();
		}
	}

	/**
	 * That not all calls are admitted, and why.
	 *
	 * @param percent the share that is admitted
	 * @param byRamp whether the ramp after closing says so, and not that too few calls
	 * succeed
	 * @param nanosLeft of the ramp
	 */
	record Limit(float percent, boolean byRamp, long nanosLeft) implements Restriction {

		/** A share that is not all of them is never shown as if it was. */
		private static final float MOST_SHOWN = 99.9f;

		@Override
		public String toString() {
			return text(true);
		}

		String text(boolean enforced) {
			float shown = Math.min(MOST_SHOWN, Math.round(this.percent * 10) / 10f);
			return (enforced ? "admits " : "would admit ") + PlainText.percent(shown) + " of calls" + (this.byRamp
					? " during its recovery ramp, all in " + PlainText.duration(Duration.ofNanos(this.nanosLeft))
					: ", since too few succeed");
		}

	}

}
