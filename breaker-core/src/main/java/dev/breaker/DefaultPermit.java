package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * An admission in the hands of a user, given back at most once.
 */
final class DefaultPermit implements Permit {

	private static final VarHandle ENDED = FieldHandle.of(MethodHandles.lookup(), "ended", boolean.class);

	private final CircuitBreaker breaker;

	private final Admission admission;

	/** Whether it was given back. */
	volatile boolean ended;

	DefaultPermit(CircuitBreaker breaker, Admission admission) {
		this.breaker = breaker;
		this.admission = admission;
	}

	@Override
	public void success(@Nullable Object result, long elapsedNanos) {
		end(End.RETURNED, result, null, Math.max(0, elapsedNanos), CircuitBreaker.UNREAD);
	}

	@Override
	public void failure(Throwable thrown, long elapsedNanos) {
		end(End.THREW, null, thrown, Math.max(0, elapsedNanos), CircuitBreaker.UNREAD);
	}

	@Override
	public void ended(@Nullable Throwable failure, long elapsedNanos) {
		end(End.JUDGED, null, failure, Math.max(0, elapsedNanos), CircuitBreaker.UNREAD);
	}

	@Override
	public <X extends Throwable> void run(ThrowingRunnable<X> work) throws X {
		Thread me = Thread.currentThread();
		if (!(this.admission instanceof Probes.Probe probe) || probe.has(me)) {
			work.run();
			return;
		}
		CallEntry entry = probe.take(me);
		try {
			work.run();
		}
		finally {
			// A write, not a call: the stack may end.
			entry.thread = null;
		}
	}

	@Override
	public void release() {
		end(End.RELEASED, null, null, 0, CircuitBreaker.UNREAD);
	}

	/**
	 * Gives it back, unless that was done.
	 * @return what a call that threw counts as, {@code NOTHING} of another; {@code null}
	 * where it was given back before
	 */
	@Nullable Outcome end(End how, @Nullable Object result, @Nullable Throwable thrown, long elapsed, long end) {
		if (!ENDED.compareAndSet(this, false, true)) {
			return null;
		}
		boolean exited = false;
		try {
			try {
				return record(how, result, thrown, elapsed, end);
			}
			finally {
				this.breaker.exit();
				exited = true;
			}
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (this.admission instanceof Probes.Probe probe) {
				probe.over = true;
			}
			GroupMember place = this.breaker.member;
			if (!exited && place != null) {
				place.endUncounted = true;
				place.group.queue.stackEnded = true;
			}
			throw ex;
		}
	}

	@SuppressWarnings("NullAway") // what a user throws at it is judged, null too
	private Outcome record(End how, @Nullable Object result, @Nullable Throwable thrown, long elapsed, long end) {
		switch (how) {
			case RETURNED -> this.breaker.returned(this.admission, result, elapsed, end);
			case THREW -> {
				return this.breaker.threw(this.admission, thrown, elapsed, end);
			}
			case JUDGED -> {
				if (thrown != null) {
					this.breaker.failed(this.admission, thrown, elapsed, end);
				}
				else {
					this.breaker.ended(this.admission, false, elapsed, end);
				}
			}
			case CANCELLED -> this.breaker.abandoned(this.admission, elapsed, end);
			case RELEASED -> this.breaker.release(this.admission);
		}
		return Outcome.NOTHING;
	}

	enum End {

		RETURNED, THREW, JUDGED, CANCELLED, RELEASED

	}

}
