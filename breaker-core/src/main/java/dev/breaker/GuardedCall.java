package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

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
						place.group.stackEnded = true;
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
		end(End.RETURNED, result, null);
	}

	/**
	 * Asks the rules about one of several results.
	 * @param result the result
	 * @return what it counts as
	 */
	protected final OutcomeRule.Verdict judge(@Nullable Object result) {
		return this.breaker.judgeOne(admission(), result);
	}

	/**
	 * The call gave all its results.
	 * @param verdict what it counts as by them: where one of them is a failure a failure,
	 * else where one is a success a success
	 */
	protected final void ended(OutcomeRule.Verdict verdict) {
		end(switch (verdict) {
			case SUCCESS -> End.SUCCEEDED;
			case FAILURE -> End.FAILED;
			case IGNORED -> End.IGNORED;
		}, null, null);
	}

	/**
	 * The call threw. The exception rules may still ignore it, or take it for a success
	 * or for nothing.
	 * @param thrown what it threw
	 * @return what a fallback of the call is given, without the exceptions that the JDK
	 * wraps around it, or {@code null} where none runs
	 */
	protected final @Nullable Throwable threw(Throwable thrown) {
		Outcome outcome = end(End.THREW, null, thrown);
		return (outcome != null && outcome.fallsBack()) ? CallClassifier.unwrap(thrown) : null;
	}

	/**
	 * The call was given up before it had a result. Where it was slow by then it is
	 * recorded as a slow success, so that timeouts of callers are seen; else nothing is
	 * recorded, and a probe's place is free again.
	 */
	protected final void cancelled() {
		end(End.CANCELLED, null, null);
	}

	/**
	 * The call was given up by an exception that says so, as {@link #cancelled()}; where
	 * a rule names that exception, the rule is obeyed.
	 * @param thrown what was thrown
	 */
	protected final void cancelled(Throwable thrown) {
		end(End.CANCELLED, null, thrown);
	}

	/** What one that threw counts as; null where it has ended before. */
	private @Nullable Outcome end(End how, @Nullable Object result, @Nullable Throwable thrown) {
		Admission given = admission();
		if (this.ended || !ENDED.compareAndSet(this, false, true)) {
			return null;
		}
		boolean exited = false;
		try {
			try {
				return record(how, given, result, thrown);
			}
			finally {
				this.breaker.exit();
				exited = true;
			}
		}
		finally {
			// Also at the end of the stack, where nothing can be called, only written.
			if (given instanceof Probes.Probe probe) {
				probe.over = true;
			}
			GroupMember place = this.breaker.member;
			if (!exited && place != null) {
				place.endUncounted = true;
				place.group.stackEnded = true;
			}
		}
	}

	private Outcome record(End how, Admission given, @Nullable Object result, @Nullable Throwable thrown) {
		long end = now();
		long elapsed = elapsed(end);
		switch (how) {
			case RETURNED -> this.breaker.returned(given, result, elapsed, end);
			case SUCCEEDED -> this.breaker.ended(given, false, elapsed, end);
			case FAILED -> this.breaker.ended(given, true, elapsed, end);
			case IGNORED -> this.breaker.ignored(given, elapsed);
			case THREW -> {
				return this.breaker.threw(given, Objects.requireNonNull(thrown), elapsed, end);
			}
			case CANCELLED -> {
				if (thrown != null && this.breaker.counts(given, thrown)) {
					return this.breaker.threw(given, thrown, elapsed, end);
				}
				this.breaker.abandoned(given, elapsed, end);
			}
		}
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

	/**
	 * The ways in which a call ends.
	 */
	private enum End {

		RETURNED, SUCCEEDED, FAILED, IGNORED, THREW, CANCELLED

	}

}
