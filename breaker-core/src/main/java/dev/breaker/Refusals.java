package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * Counts the calls that a breaker has refused, and has the {@link UnpermittedCalls} of
 * one that did not enforce. One object, which is no larger than the counter alone: most
 * breakers have no such call.
 */
final class Refusals extends LongAdder {

	private static final long serialVersionUID = 1L;

	private static final VarHandle UNPERMITTED = FieldHandle.of(MethodHandles.lookup(), "unpermitted",
			UnpermittedCalls.class);

	/** Null as long as there was none. */
	private transient volatile @Nullable UnpermittedCalls unpermitted;

	/** The calls that are let through although they are not permitted. */
	UnpermittedCalls unpermitted() {
		UnpermittedCalls present = this.unpermitted;
		while (present == null) {
			UNPERMITTED.compareAndSet(this, null, new UnpermittedCalls());
			present = this.unpermitted;
		}
		return present;
	}

	/** Whether the present thread is inside of such a call. */
	boolean isInsideUnpermitted() {
		UnpermittedCalls present = this.unpermitted;
		return present != null && present.isInside();
	}

	/** How many calls would have been refused. */
	long unpermittedSum() {
		UnpermittedCalls present = this.unpermitted;
		return (present != null) ? present.total.sum() : 0;
	}

	@Override
	public void reset() {
		super.reset();
		UnpermittedCalls present = this.unpermitted;
		if (present != null) {
			present.total.reset();
		}
	}

}
