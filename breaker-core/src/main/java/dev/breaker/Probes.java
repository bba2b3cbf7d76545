package dev.breaker;

import java.util.Objects;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The probes of one half-open period: those under way, in the order of their admission,
 * the counts of those that came back, and the rules that judge them. What is under way
 * and what is recorded never exceed the permitted number together. Once there is a
 * decision nothing changes it, and the next look carries it out. While a gate shares the
 * probes it gives out the places, and there is no decision here.
 */
final class Probes extends SpinLock implements Admitting {

	private Rules rules;

	/** What gives out the places while it shares them; null where these here do. */
	private @Nullable GuardedGate gate;

	private boolean rulesReplaced;

	/** When the present rules replaced others, or a gate was last seen to judge. */
	private long ruledSince;

	private @Nullable Probe oldest;

	private @Nullable Probe newest;

	private int underWay;

	/** Those under way that count as slow: they are recorded too. */
	private int hung;

	/** Those that counted as slow and were given back: how they ended is not known. */
	private int unknown;

	private int recorded;

	private int failed;

	private int slow;

	private int consecutiveFailures;

	private @Nullable Decision decision;

	private boolean anyTaken;

	/** When the first place was taken. */
	private long firstTaken;

	private boolean fruitlessTold;

	Probes(Rules rules, @Nullable GuardedGate gate) {
		this.rules = rules;
		this.gate = gate;
	}

	/**
	 * Takes a place, if one is free. A call inside a probe on the same thread belongs to
	 * that and needs none.
	 * @param caller the thread whose calls are inside this one from now on, or null where
	 * it does not belong to one thread
	 */
	@Nullable Admission take(Period period, @Nullable Thread caller, long now) {
		Probe probe = new Probe(period, caller, false);
		lock();
		try {
			Probe around = around(Thread.currentThread());
			if (around != null) {
				return new Admission.Nested(around);
			}
			return (!this.rules.darkProbes && link(probe, now)) ? probe : null;
		}
		finally {
			this.held = 0;
		}
	}

	/** Whether a call that this thread begins now gets a place, or needs none. */
	boolean hasPlace() {
		lock();
		try {
			return around(Thread.currentThread()) != null || (!this.rules.darkProbes && hasFreePlace());
		}
		finally {
			this.held = 0;
		}
	}

	/** Takes a place for a probe that no user waits for, if one is free. */
	@Nullable Probe takeDark(Period period, long now) {
		Probe probe = new Probe(period, null, true);
		lock();
		try {
			around(null);
			return link(probe, now) ? probe : null;
		}
		finally {
			this.held = 0;
		}
	}

	/** Admits a call inside a probe, and no other one. */
	@Nullable Admission nest() {
		lock();
		try {
			Probe around = around(Thread.currentThread());
			return (around != null) ? new Admission.Nested(around) : null;
		}
		finally {
			this.held = 0;
		}
	}

	/**
	 * The probe under way that the thread is inside of; null where it is inside of none.
	 * Frees the places of those that are over on its way.
	 */
	private @Nullable Probe around(@Nullable Thread thread) {
		if (this.decision != null) {
			return null;
		}
		Probe other = this.oldest;
		while (other != null) {
			Probe after = other.after;
			if (other.over) {
				free(other);
			}
			else if (thread != null && other.has(thread)) {
				return other;
			}
			other = after;
		}
		return null;
	}

	/**
	 * Frees a place: the call was not made, or counts as nothing. One that counts as slow
	 * already stays recorded, as one that has neither failed nor succeeded: where the
	 * number of successes decides, a gate has its place back.
	 * @param late whether the period is over, so that no gate hears of it
	 */
	private void giveBack(Probe probe, boolean late) {
		lock();
		try {
			probe.gate = late ? null : probe.gate;
			free(probe);
		}
		finally {
			this.held = 0;
		}
	}

	private void free(Probe probe) {
		if (probe.lost) {
			return;
		}
		end(probe);
		this.unknown += probe.hung ? 1 : 0;
		GuardedGate from = probe.gate;
		if (from != null && this.decision == null) {
			if (probe.hung && !this.rules.successesCloseProbes()) {
				from.recorded(false, true);
			}
			else {
				from.giveBack();
			}
		}
	}

	/** Records a probe, and returns what the probes have decided, if they have. */
	private @Nullable Decision record(Probe probe, boolean failed, boolean slow) {
		lock();
		try {
			if (probe.lost) {
				return this.decision;
			}
			end(probe);
			if (this.decision == null) {
				count(probe, failed, slow);
				Reason verdict = judged(shared());
				this.decision = (verdict != null) ? Decision.ofCall(verdict, null) : null;
			}
			return this.decision;
		}
		finally {
			this.held = 0;
		}
	}

	/** Counts how a probe has ended, here and at the gate that its place is of. */
	private void count(Probe probe, boolean failed, boolean slow) {
		if (!probe.hung) {
			this.recorded++;
			this.slow += slow ? 1 : 0;
		}
		this.failed += failed ? 1 : 0;
		this.consecutiveFailures = failed ? this.consecutiveFailures + 1 : 0;
		GuardedGate from = probe.gate;
		if (from != null) {
			from.recorded(failed, slow || probe.hung);
		}
	}

	/**
	 * Records a probe that is under way and slow, unless time or the other probes have
	 * decided before. It keeps its place, since how it ends is not known; a gate hears of
	 * it at its end.
	 * @param due the moment from which it is slow
	 * @return what the probes have decided, if they have
	 */
	private @Nullable Decision recordHung(Probe probe, long due) {
		lock();
		try {
			GuardedGate sharing = shared();
			if (this.decision == null && !probe.over) {
				this.decision = lost(sharing, due);
			}
			if (this.decision == null && !probe.over && !probe.lost) {
				probe.hung = true;
				this.hung++;
				this.recorded++;
				this.slow++;
				Reason verdict = judged(sharing);
				this.decision = (verdict != null) ? Decision.ofHungCall(verdict, null, due) : null;
			}
			return this.decision;
		}
		finally {
			this.held = 0;
		}
	}

	/** What the probes have decided, unless a gate judges them. */
	private @Nullable Reason judged(@Nullable GuardedGate sharing) {
		if (sharing != null) {
			return null;
		}
		// Where successes are counted, what is not known is none.
		int unsuccessful = this.failed + (this.rules.successesCloseProbes() ? this.unknown : 0);
		return this.rules.probeRules(this.recorded).verdict(this.recorded, unsuccessful, this.slow, this.hung);
	}

	/**
	 * What the probes decided, if they did: those that came back may be enough under a
	 * new config, or once no gate shares them. Time decides too: a probe that does not
	 * come back is lost.
	 */
	@Nullable Decision decision(long now) {
		lock();
		try {
			while (this.oldest != null && this.oldest.over) {
				free(this.oldest);
			}
			if (this.decision == null) {
				GuardedGate sharing = shared();
				Reason verdict = judged(sharing);
				this.decision = (verdict != null) ? Decision.ofConfig(verdict) : lost(sharing, now);
			}
			return this.decision;
		}
		finally {
			this.held = 0;
		}
	}

	/**
	 * What comes of a probe that does not come back: these are lost, unless a gate judges
	 * them.
	 */
	private @Nullable Decision lost(@Nullable GuardedGate sharing, long now) {
		if (sharing != null) {
			failOverdue(now);
			return null;
		}
		Probe first = this.oldest;
		return (first != null && isOverdue(first, now)) ? Decision.ofTime(Reason.PROBES_LOST, lostAt(first)) : null;
	}

	/** A gate waits for no probe that does not come back: it counts as failed. */
	private void failOverdue(long now) {
		this.ruledSince = this.rulesReplaced ? NanoClock.later(this.ruledSince, now) : now;
		this.rulesReplaced = true;
		Probe probe = this.oldest;
		while (probe != null && isOverdue(probe, now)) {
			Probe after = probe.after;
			if (probe.gate != null) {
				end(probe);
				probe.lost = true;
				count(probe, true, false);
			}
			probe = after;
		}
	}

	private boolean isOverdue(Probe probe, long now) {
		return now - probe.admitted >= this.rules.maxProbeNanos;
	}

	/** When it was lost: no sooner than the rule came that says so. */
	private long lostAt(Probe probe) {
		long lost = probe.admitted + this.rules.maxProbeNanos;
		return this.rulesReplaced ? NanoClock.later(this.ruledSince, lost) : lost;
	}

	/**
	 * Whether places have been taken for longer than a probe may last, and no probe was
	 * recorded. True once.
	 */
	boolean isFruitless(long now) {
		lock();
		try {
			boolean fruitless = this.anyTaken && this.recorded == 0 && !this.fruitlessTold
					&& now - this.firstTaken >= this.rules.maxProbeNanos && shared() == null;
			this.fruitlessTold |= fruitless;
			return fruitless;
		}
		finally {
			this.held = 0;
		}
	}

	/**
	 * Goes on under other rules and another gate, if the swap that brings them takes
	 * effect. It does so under the lock, so that no place is taken and nothing judged by
	 * rules that are none of the present period's.
	 */
	boolean under(Rules other, @Nullable GuardedGate otherGate, long now, BooleanSupplier swap) {
		lock();
		try {
			boolean swapped = swap.getAsBoolean();
			if (swapped) {
				this.rules = other;
				this.gate = otherGate;
				this.rulesReplaced = true;
				this.ruledSince = now;
			}
			return swapped;
		}
		finally {
			this.held = 0;
		}
	}

	WindowCounts counts() {
		lock();
		try {
			return new WindowCounts(this.recorded, this.failed, this.slow, this.consecutiveFailures,
					Math.max(0, this.rules.permittedProbes - this.recorded));
		}
		finally {
			this.held = 0;
		}
	}

	/** Whether no probe is under way. */
	boolean isIdle() {
		lock();
		try {
			return this.underWay == 0;
		}
		finally {
			this.held = 0;
		}
	}

	/** Whether a gate gives out the places and judges the probes now. */
	boolean isShared() {
		lock();
		try {
			return shared() != null;
		}
		finally {
			this.held = 0;
		}
	}

	private @Nullable GuardedGate shared() {
		GuardedGate present = this.gate;
		return (present != null && present.isShared()) ? present : null;
	}

	private boolean hasFreePlace() {
		GuardedGate present = shared();
		return (present != null) ? this.decision == null && present.hasPlace() : isPlaceFree();
	}

	private boolean takePlace(Probe probe) {
		GuardedGate present = shared();
		if (present == null) {
			return isPlaceFree();
		}
		probe.gate = present;
		return this.decision == null && present.tryTake();
	}

	private boolean isPlaceFree() {
		return this.decision == null && this.underWay - this.hung + this.recorded < this.rules.permittedProbes;
	}

	/** Gives the probe a place, unless all are taken, or there is a decision. */
	private boolean link(Probe probe, long now) {
		if (!takePlace(probe)) {
			return false;
		}
		Probe last = this.newest;
		// In order of admission, also where two threads read the clock in another order.
		probe.admitted = (last != null) ? NanoClock.later(last.admitted, now) : now;
		probe.before = last;
		if (last == null) {
			this.oldest = probe;
		}
		else {
			last.after = probe;
		}
		this.newest = probe;
		this.underWay++;
		if (!this.anyTaken) {
			this.anyTaken = true;
			this.firstTaken = now;
		}
		return true;
	}

	private void end(Probe probe) {
		this.underWay--;
		this.hung -= probe.hung ? 1 : 0;
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
	static final class Probe extends CallEntry implements Admission {

		private final Period period;

		/** Whether it is no call of a user. */
		final boolean dark;

		/**
		 * Whether its call is over. One that has its place still met the end of a stack,
		 * where nothing can be called, only written.
		 */
		volatile boolean over;

		private long admitted;

		/** Whether it counts as slow before its end. */
		private boolean hung;

		/** What its place is of; null where it is one of the permitted number. */
		private @Nullable GuardedGate gate;

		/** Whether a gate waited for it in vain: it has no place, and is recorded. */
		private boolean lost;

		/** Its place among the calls in flight, where these are tracked. */
		CallsInFlight.@Nullable Call call;

		private @Nullable Probe before;

		private @Nullable Probe after;

		Probe(Period period, @Nullable Thread caller, boolean dark) {
			super(caller);
			this.period = period;
			this.dark = dark;
		}

		@Override
		public Period period() {
			return this.period;
		}

		void giveBack() {
			Objects.requireNonNull(this.period.probes()).giveBack(this, false);
		}

		/** As {@link #giveBack()}, after the end of its period. */
		void giveBackLate() {
			Objects.requireNonNull(this.period.probes()).giveBack(this, true);
		}

		@Nullable Decision record(boolean failed, boolean slow) {
			return Objects.requireNonNull(this.period.probes()).record(this, failed, slow);
		}

		@Nullable Decision recordHung(long due) {
			return Objects.requireNonNull(this.period.probes()).recordHung(this, due);
		}

	}

}
