package dev.breaker;

import java.util.Objects;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The probes of one half-open period: those under way, in the order of their admission,
 * the counts of those that came back, and the rules that judge them. What is under way
 * and what is recorded never exceed the permitted number together. Once there is a
 * verdict nothing changes it, and whoever looks next carries it out.
 */
final class Probes extends SpinLock {

	private Rules rules;

	private @Nullable Probe oldest;

	private @Nullable Probe newest;

	private int underWay;

	private int recorded;

	private int failed;

	private int slow;

	private int consecutiveFailures;

	private @Nullable Reason verdict;

	private long lostAt;

	Probes(Rules rules) {
		this.rules = rules;
	}

	/** Takes a place, if one is free. */
	@Nullable Probe take(Period period, long now) {
		Probe probe = new Probe(period);
		lock();
		try {
			if (this.verdict != null || this.underWay + this.recorded >= this.rules.permittedProbes) {
				return null;
			}
			link(probe, now);
			this.underWay++;
			return probe;
		}
		finally {
			this.held = 0;
		}
	}

	/** Frees a place: the call was not made, or counts as nothing. */
	private void giveBack(Probe probe) {
		lock();
		try {
			end(probe);
		}
		finally {
			this.held = 0;
		}
	}

	private void record(Probe probe, boolean failed, boolean slow) {
		lock();
		try {
			end(probe);
			if (this.verdict != null) {
				return;
			}
			this.recorded++;
			this.failed += failed ? 1 : 0;
			this.slow += slow ? 1 : 0;
			this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
			this.verdict = judged();
		}
		finally {
			this.held = 0;
		}
	}

	private @Nullable Reason judged() {
		return this.rules.verdict(this.recorded, this.failed, this.slow);
	}

	/**
	 * What the probes decided, if they did: those that came back may be enough under a
	 * new config. Time decides too: a probe that does not come back is lost.
	 */
	@Nullable Reason verdict(long now) {
		lock();
		try {
			if (this.verdict == null) {
				this.verdict = judged();
			}
			if (this.verdict == null && this.oldest != null && now - this.oldest.admitted >= this.rules.maxProbeNanos) {
				this.verdict = Reason.PROBES_LOST;
				this.lostAt = this.oldest.admitted + this.rules.maxProbeNanos;
			}
			return this.verdict;
		}
		finally {
			this.held = 0;
		}
	}

	/** When the first probe was lost, after a verdict of {@link Reason#PROBES_LOST}. */
	long lostAt() {
		return this.lostAt;
	}

	/**
	 * Goes on under other rules, if the swap that brings them takes effect. It does so
	 * under the lock, so that no place is taken and nothing judged by rules that are none
	 * of the present period's.
	 */
	boolean under(Rules other, BooleanSupplier swap) {
		lock();
		try {
			boolean swapped = swap.getAsBoolean();
			if (swapped) {
				this.rules = other;
			}
			return swapped;
		}
		finally {
			this.held = 0;
		}
	}

	Figures figures() {
		lock();
		try {
			return new Figures(this.recorded, this.failed, this.slow, this.consecutiveFailures,
					Math.max(0, this.rules.permittedProbes - this.recorded));
		}
		finally {
			this.held = 0;
		}
	}

	private void link(Probe probe, long now) {
		Probe last = this.newest;
		// In order of admission, also where two threads read the clock in another order.
		probe.admitted = (last != null && now - last.admitted < 0) ? last.admitted : now;
		probe.before = last;
		if (last == null) {
			this.oldest = probe;
		}
		else {
			last.after = probe;
		}
		this.newest = probe;
	}

	private void end(Probe probe) {
		this.underWay--;
		Probe before = probe.before;
		Probe after = probe.after;
		if (before == null) {
			this.oldest = after;
		}
		else {
			before.after = after;
		}
		if (after == null) {
			this.newest = before;
		}
		else {
			after.before = before;
		}
		probe.before = null;
		probe.after = null;
	}

	/**
	 * A place among the probes, given back once.
	 */
	static final class Probe implements Ticket {

		private final Period period;

		private long admitted;

		private @Nullable Probe before;

		private @Nullable Probe after;

		Probe(Period period) {
			this.period = period;
		}

		@Override
		public Period period() {
			return this.period;
		}

		void giveBack() {
			Objects.requireNonNull(this.period.probes).giveBack(this);
		}

		void record(boolean failed, boolean slow) {
			Objects.requireNonNull(this.period.probes).record(this, failed, slow);
		}

	}

}
