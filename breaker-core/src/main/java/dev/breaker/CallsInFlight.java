package dev.breaker;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The calls of one breaker that are under way, in the order in which they began, where
 * {@link CircuitBreakerConfig.Builder#countHungCalls} says so. One that takes longer than
 * the slow-call threshold counts as slow by the first look after that, and once: there is
 * no timer. A call links and unlinks itself under the lock; whether the oldest one is due
 * is seen without.
 *
 * <p>
 * The list holds calls weakly: one whose permit is lost leaves it when the collector has
 * taken the permit, and so does one whose end met the end of a stack.
 */
final class CallsInFlight extends SpinLock {

	private final ReferenceQueue<Admission> lost = new ReferenceQueue<>();

	private @Nullable Call oldest;

	private @Nullable Call newest;

	/**
	 * The oldest call that has not counted as slow; all before it have. Written under the
	 * lock.
	 */
	private volatile @Nullable Call uncounted;

	/**
	 * What has counted and was not told, the oldest first. Written under the lock.
	 */
	private volatile @Nullable Hung untold;

	private @Nullable Hung newestUntold;

	/** What threads tell at this moment, in no order. */
	private @Nullable Hung beingTold;

	private int size;

	private boolean rulesReplaced;

	/** When the present rules replaced others. */
	private long ruledSince;

	/** A call begins that is permitted, and no probe. */
	Tracked begin(Period period, long now) {
		Tracked tracked = new Tracked(period, now);
		Call call = new Call(tracked, this);
		tracked.call = call;
		link(call, now);
		return tracked;
	}

	/** A probe begins, which has its place among the probes. */
	void begin(Probes.Probe probe, long now) {
		Call call = new Call(probe, this);
		probe.call = call;
		link(call, now);
	}

	/** A call begins that is not permitted, and made all the same. */
	void begin(UnpermittedCalls.Unpermitted unpermitted, long now) {
		Call call = new Call(unpermitted, this);
		unpermitted.call = call;
		link(call, now);
	}

	private void link(Call call, long now) {
		// One for each call that begins: as many were lost at most.
		forgetLost();
		lock();
		try {
			Call last = this.newest;
			// In order of their beginning, also where two threads read the clock in
			// another order.
			call.start = (last != null) ? NanoClock.later(last.start, now) : now;
			call.before = last;
			if (last == null) {
				this.oldest = call;
			}
			else {
				last.after = call;
			}
			this.newest = call;
			this.size++;
			call.linked = true;
			if (this.uncounted == null) {
				this.uncounted = call;
			}
		}
		finally {
			this.held = 0;
		}
	}

	/** Takes out a call whose permit is lost. */
	private boolean forgetLost() {
		Call gone = (Call) this.lost.poll();
		if (gone == null) {
			return false;
		}
		end(gone);
		return true;
	}

	/**
	 * A call is over.
	 * @return whether it has counted as slow
	 */
	private boolean end(Call call) {
		lock();
		try {
			unlink(call);
			return call.counted;
		}
		finally {
			this.held = 0;
		}
	}

	private void unlink(Call call) {
		if (!call.linked) {
			return;
		}
		Call before = call.before;
		Call after = call.after;
		if (this.uncounted == call) {
			this.uncounted = after;
		}
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
		call.before = null;
		call.after = null;
		call.linked = false;
		this.size--;
	}

	/** Whether a call is slow by now and has not counted. */
	boolean isDue(long now, long slowNanos) {
		Call call = this.uncounted;
		return call != null && now - call.start > slowNanos;
	}

	/**
	 * Counts the oldest call that is slow by now and has not counted. It is recorded
	 * under the lock, so that its end finds it recorded, and is to be told.
	 * @return whether there is one
	 */
	boolean count(CircuitBreaker breaker, long now, long slowNanos) {
		Hung hung = new Hung();
		lock();
		try {
			while (true) {
				Call call = this.uncounted;
				if (call == null || now - call.start <= slowNanos) {
					return false;
				}
				Admission admission = call.get();
				if (admission == null) {
					unlink(call);
					continue;
				}
				if (call.counted) {
					// The stack has ended while it was recorded.
					this.uncounted = call.after;
					continue;
				}
				// The first moment at which it is slow, and no sooner than the rule came
				// that says so.
				long slow = call.start + slowNanos + 1;
				long due = this.rulesReplaced ? NanoClock.later(this.ruledSince, slow) : slow;
				hung.elapsed = now - call.start;
				call.counted = true;
				Decision decision = breaker.recordHung(admission, due);
				if (decision != null && decision.unclaimed) {
					decision.unclaimed = false;
					hung.decided = decision;
				}
				Hung before = this.newestUntold;
				if (before == null) {
					this.untold = hung;
				}
				else {
					before.next = hung;
				}
				this.newestUntold = hung;
				// Now: until then, other looks see it as due, and wait.
				this.uncounted = call.after;
				return true;
			}
		}
		finally {
			this.held = 0;
		}
	}

	/**
	 * Takes out the oldest call that has counted and was not told: it is the caller's to
	 * tell. One at a time, so that a listener that blocks holds no others back.
	 * @return null where there is none, and for a thread that is telling already: it goes
	 * on when its listener has returned
	 */
	@Nullable Hung takeUntold() {
		if (this.untold == null) {
			return null;
		}
		Thread me = Thread.currentThread();
		lock();
		try {
			Hung taken = this.untold;
			if (taken == null || isTelling(me)) {
				return null;
			}
			this.untold = taken.next;
			if (taken.next == null) {
				this.newestUntold = null;
			}
			taken.teller = me;
			taken.next = this.beingTold;
			this.beingTold = taken;
			return taken;
		}
		finally {
			this.held = 0;
		}
	}

	/** Forgets what has been told on the way. */
	private boolean isTelling(Thread thread) {
		Hung before = null;
		for (Hung hung = this.beingTold; hung != null; hung = hung.next) {
			if (hung.teller == thread) {
				return true;
			}
			if (hung.teller != null) {
				before = hung;
			}
			else if (before != null) {
				before.next = hung.next;
			}
			else {
				this.beingTold = hung.next;
			}
		}
		return false;
	}

	/** Another threshold may say from now on when a call is slow. */
	void ruled(long now) {
		lock();
		try {
			this.rulesReplaced = true;
			this.ruledSince = now;
		}
		finally {
			this.held = 0;
		}
	}

	Figures figures(long now) {
		boolean forgotten;
		do {
			forgotten = forgetLost();
		}
		while (forgotten);
		int calls;
		long elapsed;
		lock();
		try {
			Call first = this.oldest;
			calls = this.size;
			elapsed = (first != null) ? now - first.start : 0;
		}
		finally {
			this.held = 0;
		}
		return new Figures(calls, Duration.ofNanos(Math.max(0, elapsed)));
	}

	/**
	 * That a call has counted as slow. Written under the lock of the list, read by the
	 * thread that takes it out.
	 */
	static final class Hung {

		/** How long the call had taken by then. */
		long elapsed;

		/** What it has decided. */
		@Nullable Decision decided;

		/**
		 * Written under the lock, and null by that thread when it has told this. Others
		 * may see that late, and look for themselves alone.
		 */
		@Nullable Thread teller;

		@Nullable Hung next;

	}

	/**
	 * How many calls are under way, and for how long the oldest of them.
	 */
	record Figures(int calls, Duration oldest) {

		/** Where they are not tracked. */
		static final Figures NONE = new Figures(0, Duration.ZERO);

	}

	/**
	 * The call is admitted, and in the list.
	 */
	static final class Tracked implements Admission {

		private final Period period;

		/** The reading of the clock from which its time runs. */
		final long start;

		private @Nullable Call call;

		Tracked(Period period, long start) {
			this.period = period;
			this.start = start;
		}

		@Override
		public Period period() {
			return this.period;
		}

	}

	/**
	 * The place of a call in the list. Guarded by its lock.
	 */
	static final class Call extends WeakReference<Admission> {

		private final CallsInFlight calls;

		private long start;

		private @Nullable Call before;

		private @Nullable Call after;

		private boolean linked;

		private boolean counted;

		Call(Admission admission, CallsInFlight calls) {
			super(admission, calls.lost);
			this.calls = calls;
		}

		/**
		 * An admitted call is over.
		 * @return whether it has counted as slow before
		 */
		static boolean end(Admission admission) {
			Call call = (admission instanceof Tracked tracked) ? tracked.call
					: (admission instanceof Probes.Probe probe) ? probe.call
							: (admission instanceof UnpermittedCalls.Unpermitted unpermitted) ? unpermitted.call : null;
			return call != null && call.calls.end(call);
		}

	}

}
