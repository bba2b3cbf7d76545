package dev.breaker;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The probes of one half-open period: those under way, in the order of their admission,
 * and the counts of those that came back. What is under way and what is recorded never
 * exceed the permitted number together. Once there is a verdict nothing changes it, and
 * whoever looks next carries it out.
 */
final class Probes extends SpinLock {

	private @Nullable Probe oldest;

	private @Nullable Probe newest;

	private int underWay;

	private int recorded;

	private int failed;

	private int slow;

	private int consecutiveFailures;

	private @Nullable Reason verdict;

	private long lostAt;

	/** Takes a place, if one is free. */
	@Nullable Probe take(Period period, long now) {
		Probe probe = new Probe(period);
		lock();
		try {
			if (this.verdict != null || this.underWay + this.recorded >= period.rules.permittedProbes) {
				return null;
			}
			link(probe, now);
			this.underWay++;
			return probe;
		}
		finally {
			unlock();
		}
	}

	/** Frees a place: the call was not made, or counts as nothing. */
	private void giveBack(Probe probe) {
		lock();
		try {
			end(probe);
		}
		finally {
			unlock();
		}
	}

	private void record(Probe probe, boolean failed, boolean slow, Rules rules) {
		lock();
		try {
			if (!end(probe) || this.verdict != null) {
				return;
			}
			this.recorded++;
			this.failed += failed ? 1 : 0;
			this.slow += slow ? 1 : 0;
			this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
			this.verdict = rules.verdict(this.recorded, this.failed, this.slow);
		}
		finally {
			unlock();
		}
	}

	/**
	 * What the probes decided, if they did. Time decides too: a probe that does not come
	 * back is lost.
	 */
	@Nullable Reason verdict(long now, Rules rules) {
		lock();
		try {
			if (this.verdict == null && this.oldest != null && now - this.oldest.admitted >= rules.maxProbeNanos) {
				this.verdict = Reason.PROBES_LOST;
				this.lostAt = this.oldest.admitted + rules.maxProbeNanos;
			}
			return this.verdict;
		}
		finally {
			unlock();
		}
	}

	/** When the first probe was lost, after a verdict of {@link Reason#PROBES_LOST}. */
	long lostAt() {
		return this.lostAt;
	}

	/** The rules changed: those that came back may be enough now. */
	void reassess(Rules rules) {
		lock();
		try {
			if (this.verdict == null) {
				this.verdict = rules.verdict(this.recorded, this.failed, this.slow);
			}
		}
		finally {
			unlock();
		}
	}

	Figures figures(Rules rules) {
		lock();
		try {
			return new Figures(this.recorded, this.failed, this.slow, this.consecutiveFailures,
					Math.max(0, rules.permittedProbes - this.recorded));
		}
		finally {
			unlock();
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

	private boolean end(Probe probe) {
		if (probe.ended) {
			return false;
		}
		probe.ended = true;
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
		return true;
	}

	/**
	 * A place among the probes.
	 */
	static final class Probe implements Ticket {

		private final Period period;

		private long admitted;

		private boolean ended;

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

		void record(boolean failed, boolean slow, Rules rules) {
			Objects.requireNonNull(this.period.probes).record(this, failed, slow, rules);
		}

	}

}
