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

	/**
	 * With its time, and the threads inside, where that is needed: a call without is the
	 * smaller object.
	 */
	private final Admission admission;

	/** Whether threads inside are listed as such, for all calls of the breaker. */
	private final boolean nests;

	@SuppressWarnings("UnusedVariable") // swapped by its handle
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
		try {
			Admission admission = live.judge(null, nests && live.outermost().isInside());
			given = admission;
			boolean refused = admission instanceof Admission.Refusal;
			Admission held = (!refused && live.timed(admission)) ? new Admission.Timed(admission, live.start(admission))
					: admission;
			this.nests = nests && !refused && !(admission instanceof Admission.Nested);
			this.admission = this.nests ? new Admission.Nesting(held) : held;
			if (refused) {
				live.exit();
			}
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (given instanceof Probes.Probe probe) {
				probe.over = true;
			}
			GroupMember place = live.member;
			if (place != null) {
				place.endUncounted = true;
				place.group.queue.stackEnded = true;
			}
			throw ex;
		}
	}

	/**
	 * Records a call that has ended before a permit was asked for. Where none is to be
	 * had, nothing is recorded, and no refusal is counted or told.
	 * @param breaker the breaker
	 * @param nests whether the call can be inside of another one of its breaker
	 * @param thrown what it threw, or {@code null} where it returned {@code null}
	 * @return what a fallback of the call is given, without the exceptions that the JDK
	 * wraps around it, or {@code null} where none runs
	 */
	protected static @Nullable Throwable ended(CircuitBreaker breaker, boolean nests, @Nullable Throwable thrown) {
		CircuitBreaker live = breaker.entered(false);
		Admission given = null;
		boolean exited = false;
		try {
			try {
				Admission admission = live.admit(null, nests && live.outermost().isInside());
				given = admission;
				boolean refused = admission instanceof Admission.Refusal;
				if (thrown == null) {
					if (!refused) {
						live.returned(admission, null, 0, CircuitBreaker.UNREAD);
					}
					return null;
				}
				Outcome outcome = refused ? live.outcomeOf(admission, thrown, false)
						: live.threw(admission, thrown, 0, CircuitBreaker.UNREAD);
				return outcome.fallsBack() ? CallClassifier.unwrap(thrown) : null;
			}
			finally {
				live.exit();
				exited = true;
			}
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (given instanceof Probes.Probe probe) {
				probe.over = true;
			}
			GroupMember place = live.member;
			if (!exited && place != null) {
				place.endUncounted = true;
				place.group.queue.stackEnded = true;
			}
			throw ex;
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
	 * @return for {@link #leave(CallEntry)}: what the thread has taken; {@code null}
	 * where it is inside already, or none of it matters
	 */
	protected final @Nullable CallEntry enter() {
		CallEntry first = entries();
		if (first == null) {
			return null;
		}
		Thread me = Thread.currentThread();
		if (first.has(me)) {
			return null;
		}
		CallEntry entry = first.take(me);
		try {
			if (this.nests) {
				this.breaker.outermost().enter(entry);
			}
			if (first instanceof UnpermittedCalls.Unpermitted call) {
				call.calls.enter(entry);
			}
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			OutermostCalls.Inside other = entry.other;
			if (other != null) {
				other.over = true;
				entry.other = null;
			}
			entry.thread = null;
			throw ex;
		}
		return entry;
	}

	/**
	 * The thread comes out of the guarded work that it went into, on the same thread and
	 * in the order of the stack.
	 * @param entry what the thread has taken, and gives back
	 */
	protected final void leave(@Nullable CallEntry entry) {
		if (entry == null) {
			return;
		}
		OutermostCalls outermost = this.breaker.outermost;
		try {
			if (this.nests && outermost != null) {
				outermost.leave(entry);
			}
		}
		finally {
			entry.out = false;
			entry.thread = null;
		}
		if (admission() instanceof UnpermittedCalls.Unpermitted call) {
			call.calls.forget(entry);
		}
	}

	/**
	 * The thread does for a while what is none of the guarded work, such as that of a
	 * subscriber, although it may have come out of the guarded work.
	 * @return for {@link #stepIn(CallEntry)}: what the thread has taken, or {@code null}
	 * where it did not go into this call
	 */
	protected final @Nullable CallEntry stepOut() {
		CallEntry first = entries();
		CallEntry entry = (first != null) ? first.of(Thread.currentThread()) : null;
		if (entry != null) {
			OutermostCalls outermost = this.breaker.outermost;
			if (this.nests && outermost != null) {
				outermost.leave(entry);
			}
			entry.out = true;
		}
		return entry;
	}

	/**
	 * The thread goes on with the guarded work.
	 * @param entry what {@link #stepOut()} gave
	 */
	protected final void stepIn(@Nullable CallEntry entry) {
		if (entry != null) {
			entry.out = false;
			if (this.nests) {
				this.breaker.outermost().enter(entry);
			}
			if (admission() instanceof UnpermittedCalls.Unpermitted call) {
				call.calls.enter(entry);
			}
		}
	}

	/** Of the threads that are inside; null where that matters to none. */
	private @Nullable CallEntry entries() {
		Admission given = admission();
		if (given instanceof Probes.Probe probe) {
			return probe;
		}
		if (given instanceof UnpermittedCalls.Unpermitted call) {
			return call;
		}
		return (this.admission instanceof Admission.Nesting nesting) ? nesting : null;
	}

	/**
	 * The call gave its one result, which the {@code recordResult} rule judges.
	 * @param result the result
	 */
	protected final void returned(@Nullable Object result) {
		end(End.RETURNED, result);
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
		end(End.JUDGED, verdict);
	}

	/**
	 * The call threw. The exception rules may still ignore it, or take it for a success
	 * or for nothing.
	 * @param thrown what it threw
	 * @return what a fallback of the call is given, without the exceptions that the JDK
	 * wraps around it, or {@code null} where none runs
	 */
	protected final @Nullable Throwable threw(Throwable thrown) {
		Outcome outcome = end(End.THREW, thrown);
		return (outcome != null && outcome.fallsBack()) ? CallClassifier.unwrap(thrown) : null;
	}

	/**
	 * The call was given up before it had a result. Where it was slow by then it is
	 * recorded as a slow success, so that timeouts of callers are seen; else nothing is
	 * recorded, and a probe's place is free again.
	 */
	protected final void cancelled() {
		end(End.CANCELLED, null);
	}

	/**
	 * The call was given up by an exception that says so, as {@link #cancelled()}; where
	 * a rule names that exception, the rule is obeyed.
	 * @param thrown what was thrown
	 */
	protected final void cancelled(Throwable thrown) {
		end(End.CANCELLED, thrown);
	}

	/**
	 * The first end gives the permit back.
	 * @param with the result, the verdict, or what was thrown
	 * @return what was thrown counts as, where it counts; {@code null} else, and where
	 * the call has ended before
	 */
	private @Nullable Outcome end(End how, @Nullable Object with) {
		Admission given = admission();
		if (!ENDED.compareAndSet(this, false, true)) {
			return null;
		}
		boolean exited = false;
		try {
			try {
				return record(given, how, with);
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

	private @Nullable Outcome record(Admission given, End how, @Nullable Object with) {
		long end = now();
		long elapsed = elapsed(end);
		switch (how) {
			case RETURNED -> this.breaker.returned(given, with, elapsed, end);
			case JUDGED -> {
				if (with == OutcomeRule.Verdict.IGNORED) {
					this.breaker.ignored(given, elapsed);
				}
				else {
					this.breaker.ended(given, with == OutcomeRule.Verdict.FAILURE, elapsed, end);
				}
			}
			case THREW, CANCELLED -> {
				if (with instanceof Throwable thrown
						&& (how == End.THREW || this.breaker.counts(this.admission, thrown))) {
					return this.breaker.threw(given, thrown, elapsed, end);
				}
				this.breaker.abandoned(given, elapsed, end);
			}
		}
		return null;
	}

	private Admission admission() {
		Admission held = held();
		return (held instanceof Admission.Timed timed) ? timed.admission() : held;
	}

	private Admission held() {
		return (this.admission instanceof Admission.Nesting nesting) ? nesting.admission : this.admission;
	}

	private long now() {
		return (held() instanceof Admission.Timed) ? this.breaker.nanoClock().read() : CircuitBreaker.UNREAD;
	}

	private long elapsed(long end) {
		return (held() instanceof Admission.Timed timed) ? CircuitBreaker.elapsed(timed.start(), end) : 0;
	}

	private enum End {

		RETURNED, JUDGED, THREW, CANCELLED

	}

}
