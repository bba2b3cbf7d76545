package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * One call that begins in one place and ends in another. An adapter to a library of
 * asynchronous work extends it, so that a call needs no object but the adapter's own. The
 * permit is taken when it is made, and given back by the first of its ends, which records
 * it; further ends do nothing. It is timed, from when it was made to its end, where the
 * rules or a listener of the breaker need that.
 *
 * <p>
 * Safe for use by several threads: the first one to end it wins.
 */
public abstract class GuardedCall {

	private static final VarHandle ENDED = FieldHandle.of(MethodHandles.lookup(), "ended", boolean.class);

	private final CircuitBreaker breaker;

	/** With its time where that is needed: a call without is the smaller object. */
	private final Admission admission;

	/** Whether its thread is listed as one that is inside of a call. */
	private final boolean nests;

	private volatile boolean ended;

	/**
	 * Asks for a permit.
	 * @param breaker the breaker
	 * @param nests whether the call can be inside of another one of its breaker, or have
	 * others inside, as those of {@link CircuitBreaker#outermost()}
	 */
	protected GuardedCall(CircuitBreaker breaker, boolean nests) {
		CircuitBreaker live = breaker.entered(false);
		this.breaker = live;
		Admission given = null;
		boolean admitted = false;
		try {
			Admission admission = live.judge(null, nests && live.outermost().isInside());
			given = admission;
			boolean refused = admission instanceof Admission.Refusal;
			this.nests = nests && !refused && !(admission instanceof Admission.Nested);
			this.admission = (!refused && live.timed(admission))
					? new Admission.Timed(admission, live.nanoClock().read()) : admission;
			admitted = !refused;
		}
		finally {
			if (!admitted) {
				boolean exited = false;
				try {
					live.exit();
					exited = true;
				}
				finally {
					// Where it is not refused, it is the end of the stack.
					if (given instanceof Probes.Probe probe) {
						probe.over = true;
					}
					GroupMember place = live.member;
					if (!exited && place != null) {
						place.endUncounted = true;
						place.group.queue.stackEnded = true;
					}
				}
			}
		}
	}

	/**
	 * Why the call is not to be made. One that was refused has no end.
	 * @return a new exception, or {@code null} where it is admitted
	 */
	protected final @Nullable CallNotPermittedException refusal() {
		return (this.admission instanceof Admission.Refusal refusal) ? refusal.toException(this.breaker.name()) : null;
	}

	/**
	 * The thread goes into the guarded work: calls of the same breaker that it makes
	 * there are inside of this one.
	 */
	protected final void enter() {
		if (this.nests) {
			this.breaker.outermost().enter();
		}
		if (admission() instanceof Probes.Probe probe) {
			probe.enter();
		}
	}

	/**
	 * The thread comes out of the guarded work.
	 * @return whether it was inside
	 */
	protected final boolean leave() {
		boolean inside = this.nests && this.breaker.outermost().leave();
		if (admission() instanceof Probes.Probe probe) {
			inside |= probe.leaveIfInside();
		}
		return inside;
	}

	/**
	 * The call gave its one result, which the {@code recordResult} rule judges.
	 * @param result the result
	 */
	protected final void returned(@Nullable Object result) {
		Admission given = admission();
		if (this.ended || !ENDED.compareAndSet(this, false, true)) {
			return;
		}
		boolean exited = false;
		try {
			try {
				long end = now();
				this.breaker.returned(given, result, elapsed(end), end);
			}
			finally {
				this.breaker.exit();
				exited = true;
			}
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (given instanceof Probes.Probe probe) {
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

	/**
	 * Asks the {@code recordResult} rule about one of several results.
	 * @param result the result
	 * @return whether it makes the call a failure
	 */
	protected final boolean isFailure(@Nullable Object result) {
		return this.breaker.isRecordedFailure(admission(), result);
	}

	/**
	 * The call gave all its results.
	 * @param failed whether one of them makes it a failure
	 */
	protected final void ended(boolean failed) {
		Admission given = admission();
		if (this.ended || !ENDED.compareAndSet(this, false, true)) {
			return;
		}
		boolean exited = false;
		try {
			try {
				long end = now();
				this.breaker.ended(given, failed, elapsed(end), end);
			}
			finally {
				this.breaker.exit();
				exited = true;
			}
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (given instanceof Probes.Probe probe) {
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

	/**
	 * The call threw. The exception rules may still ignore it, or take it for a success
	 * or for nothing.
	 * @param thrown what it threw
	 * @return what a fallback of the call is given, without the exceptions that the JDK
	 * wraps around it, or {@code null} where none runs
	 */
	protected final @Nullable Throwable threw(Throwable thrown) {
		Outcome outcome = end(false, thrown);
		return (outcome != null && outcome.fallsBack()) ? CallClassifier.unwrap(thrown) : null;
	}

	/**
	 * The call was given up before it had a result. Where it was slow by then it is
	 * recorded as a slow success, so that timeouts of callers are seen; else nothing is
	 * recorded, and a probe's place is free again.
	 */
	protected final void cancelled() {
		end(true, null);
	}

	/**
	 * The call was given up by an exception that says so, as {@link #cancelled()}; where
	 * a rule names that exception, the rule is obeyed.
	 * @param thrown what was thrown
	 */
	protected final void cancelled(Throwable thrown) {
		end(true, thrown);
	}

	/**
	 * The call threw, or was cancelled.
	 * @return what one that threw counts as; {@code null} where it has ended before
	 */
	private @Nullable Outcome end(boolean cancelled, @Nullable Throwable thrown) {
		Admission given = admission();
		if (this.ended || !ENDED.compareAndSet(this, false, true)) {
			return null;
		}
		boolean exited = false;
		try {
			try {
				return record(given, cancelled, thrown);
			}
			finally {
				this.breaker.exit();
				exited = true;
			}
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (given instanceof Probes.Probe probe) {
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

	private Outcome record(Admission given, boolean cancelled, @Nullable Throwable thrown) {
		long end = now();
		long elapsed = elapsed(end);
		if (thrown != null && (!cancelled || this.breaker.counts(given, thrown))) {
			return this.breaker.threw(given, thrown, elapsed, end);
		}
		this.breaker.abandoned(given, elapsed, end);
		return Outcome.NOTHING;
	}

	private Admission admission() {
		return (this.admission instanceof Admission.Timed timed) ? timed.admission() : this.admission;
	}

	private long now() {
		return (this.admission instanceof Admission.Timed) ? this.breaker.nanoClock().read() : CircuitBreaker.UNREAD;
	}

	private long elapsed(long end) {
		return (this.admission instanceof Admission.Timed timed) ? CircuitBreaker.elapsed(timed.start(), end) : 0;
	}

}
