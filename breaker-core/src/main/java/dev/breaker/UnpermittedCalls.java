package dev.breaker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * The calls that a breaker lets through because it does not enforce, and would have
 * refused otherwise: how many there were, and which threads are inside of one. What such
 * a thread calls through the same breaker would not have been called at all, so it
 * belongs to the call around it. Safe for use by many threads.
 */
final class UnpermittedCalls {

	/** Calls that would have been refused, since creation or reset. */
	final LongAdder total = new LongAdder();

	/**
	 * By each thread inside of a call, by what it is inside. An entry says itself whether
	 * the thread has left it: near the end of a stack it may stay here.
	 */
	private final Map<Thread, CallEntry> inside = new ConcurrentHashMap<>();

	/** Whether the present thread is inside of such a call. */
	boolean isInside() {
		Thread me = Thread.currentThread();
		CallEntry entry = this.inside.get(me);
		return entry != null && entry.thread == me && !entry.out;
	}

	/** The present thread goes into a call by that entry. */
	void enter(CallEntry entry) {
		this.inside.put(Thread.currentThread(), entry);
	}

	/** The present thread has left that entry. */
	void forget(CallEntry entry) {
		this.inside.remove(Thread.currentThread(), entry);
	}

	/**
	 * A call that would have been refused in its period. Its end is counted in the totals
	 * and told to the listeners, and decides nothing.
	 */
	static final class Unpermitted extends CallEntry implements Admission {

		private final Period period;

		private final @Nullable Thread caller;

		final UnpermittedCalls calls;

		/** Its place among the calls in flight, where these are tracked. */
		CallsInFlight.@Nullable Call call;

		/**
		 * Admits a call.
		 * @param caller the thread whose calls are inside this one from {@link #begin()}
		 * on, or null where it does not belong to one thread
		 */
		Unpermitted(Period period, @Nullable Thread caller, UnpermittedCalls calls) {
			super(null);
			this.period = period;
			this.caller = caller;
			this.calls = calls;
		}

		@Override
		public Period period() {
			return this.period;
		}

		/** What its thread calls from now on is inside of it. */
		void begin() {
			if (this.caller != null) {
				this.calls.enter(this);
				// Last, as a plain write: where the stack ends before, it is not inside.
				this.thread = this.caller;
			}
		}

		/** What its thread calls from now on is not inside of it. */
		void leave() {
			if (this.caller == Thread.currentThread()) {
				this.thread = null;
				this.calls.forget(this);
			}
		}

	}

}
