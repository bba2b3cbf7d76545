package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * That a thread is inside of a call: what it took when it went in, so that it gives back
 * just that when it leaves. A call is the first of a chain of entries, of which each
 * thread that is inside has one of its own; an entry that was left is taken again.
 *
 * <p>
 * For adapters that extend {@link GuardedCall}. A thread changes the entry that it has,
 * and no other one.
 */
public abstract sealed class CallEntry
		permits Probes.Probe, Admission.Nesting, UnpermittedCalls.Unpermitted, CallEntry.Further {

	static final int NO_PLACE = -1;

	private static final VarHandle THREAD = FieldHandle.of(MethodHandles.lookup(), "thread", Thread.class);

	private static final VarHandle NEXT = FieldHandle.of(MethodHandles.lookup(), "next", CallEntry.class);

	/**
	 * The thread that has it. Taken by compare-and-set from null, given back by that
	 * thread, which writes the field and calls nothing: the stack may end. Each thread
	 * compares it with itself alone.
	 */
	volatile @Nullable Thread thread;

	private volatile @Nullable CallEntry next;

	/** Whether the thread has stepped out, and comes back. */
	boolean out;

	/** The place that it took among the threads inside of calls of the breaker. */
	int place = NO_PLACE;

	/** What it took where there was no place. */
	OutermostCalls.@Nullable Inside other;

	CallEntry(@Nullable Thread thread) {
		this.thread = thread;
	}

	/** Whether the thread is inside of the call. */
	final boolean has(Thread me) {
		return of(me) != null;
	}

	/** By what the thread is inside of the call. */
	final @Nullable CallEntry of(Thread me) {
		for (CallEntry entry = this; entry != null; entry = entry.next) {
			if (entry.thread == me && !entry.out) {
				return entry;
			}
		}
		return null;
	}

	/** Lets a thread in that is not inside. */
	final CallEntry take(Thread me) {
		CallEntry entry = this;
		while (true) {
			if (THREAD.compareAndSet(entry, null, me)) {
				return entry;
			}
			CallEntry after = entry.next;
			if (after == null) {
				CallEntry added = new Further(me);
				if (NEXT.compareAndSet(entry, null, added)) {
					return added;
				}
				after = entry.next;
			}
			entry = (after != null) ? after : this;
		}
	}

	/** That of one more thread. */
	static final class Further extends CallEntry {

		Further(Thread thread) {
			super(thread);
		}

	}

}
