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
 * Safe for use by several threads that get it from each other safely: the first one to
 * end it wins.
 */
public abstract class GuardedCall {

	private static final VarHandle STATE = FieldHandle.of(MethodHandles.lookup(), "state", CallState.class);

	/** The only field: what most calls need besides is shared by them. */
	private CallState state;

	/**
	 * Asks for a permit.
	 * @param breaker the breaker
	 * @param nests whether the call can be inside of another one of its breaker, or have
	 * others inside, as those of {@link CircuitBreaker#outermost()}
	 */
	protected GuardedCall(CircuitBreaker breaker, boolean nests) {
		this(breaker, nests, false);
	}

	/**
	 * Asks for a permit.
	 * @param endsOnce whether {@link #claim} decides which of its ends is the first, and
	 * results are told one at a time
	 */
	GuardedCall(CircuitBreaker breaker, boolean nests, boolean endsOnce) {
		CircuitBreaker live = breaker.entered(false);
		Admission given = null;
		try {
			Admission admission = live.judge(null, nests && live.outermost().isInside());
			given = admission;
			if (admission instanceof Admission.Refusal refusal) {
				live.exit();
				this.state = refusal;
			}
			else {
				this.state = admitted(live, admission, nests && !(admission instanceof Admission.Nested), endsOnce);
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

	/** Whether {@link #claim} decides which of its ends is the first. */
	final boolean endsOnce() {
		CallState present = this.state;
		return (present instanceof CallState.OfPeriod ofPeriod) ? ofPeriod.endsOnce
				: present instanceof CallState.Own own && own.endsOnce();
	}

	private static CallState admitted(CircuitBreaker breaker, Admission admission, boolean nests, boolean endsOnce) {
		boolean timed = breaker.timed(admission);
		if (admission instanceof Period period && !nests && !timed && !period.rules.resultsJudged) {
			CallState.OfPeriod calls = period.calls(breaker);
			return endsOnce ? Objects.requireNonNull(calls.following) : calls;
		}
		return new CallState.Own(breaker, nests ? new Admission.Nesting(admission) : admission,
				// A reading that is that very number is taken for the next one.
				timed ? Math.max(breaker.start(admission), CircuitBreaker.UNREAD + 1) : CircuitBreaker.UNREAD,
				endsOnce);
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
		return (this.state instanceof Admission.Refusal refusal) ? refusal.toException() : null;
	}

	/**
	 * The thread goes into the guarded work: calls of the same breaker that it makes
	 * there are inside of this one.
	 * @return for {@link #leave(CallEntry)}: what the thread has taken; {@code null}
	 * where it is inside already, or none of it matters
	 */
	protected final @Nullable CallEntry enter() {
		CallEntry first;
		if (!(this.state instanceof CallState.Own own) || (first = own.entries()) == null) {
			return null;
		}
		Thread me = Thread.currentThread();
		if (first.has(me)) {
			return null;
		}
		CallEntry entry = first.take(me);
		try {
			goIn(own, entry);
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

	private static void goIn(CallState.Own own, CallEntry entry) {
		if (own.nests()) {
			own.breaker.outermost().enter(entry);
		}
		if (own.admission() instanceof UnpermittedCalls.Unpermitted call) {
			call.calls.enter(entry);
		}
	}

	private static void goOut(CallState.Own own, CallEntry entry) {
		OutermostCalls outermost = own.breaker.outermost;
		if (own.nests() && outermost != null) {
			outermost.leave(entry);
		}
	}

	/**
	 * The thread comes out of the guarded work that it went into, on the same thread and
	 * in the order of the stack.
	 * @param entry what the thread has taken, and gives back
	 */
	protected final void leave(@Nullable CallEntry entry) {
		if (entry == null || !(this.state instanceof CallState.Own own)) {
			return;
		}
		try {
			goOut(own, entry);
		}
		finally {
			entry.out = false;
			entry.thread = null;
		}
		if (own.admission() instanceof UnpermittedCalls.Unpermitted call) {
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
		if (!(this.state instanceof CallState.Own own)) {
			return null;
		}
		CallEntry first = own.entries();
		CallEntry entry = (first != null) ? first.of(Thread.currentThread()) : null;
		if (entry != null) {
			goOut(own, entry);
			entry.out = true;
		}
		return entry;
	}

	/**
	 * The thread goes on with the guarded work.
	 * @param entry what {@link #stepOut()} gave
	 */
	protected final void stepIn(@Nullable CallEntry entry) {
		if (entry != null && this.state instanceof CallState.Own own) {
			entry.out = false;
			goIn(own, entry);
		}
	}

	/**
	 * The call gave its one result, which the {@code recordResult} rule judges.
	 * @param result the result
	 */
	protected final void returned(@Nullable Object result) {
		end(End.RETURNED, result);
	}

	/**
	 * The call gave one of several results, which the rules judge: where one of them is a
	 * failure the call is one, else where one is a success it is that.
	 * @param result the result
	 */
	protected final void emitted(@Nullable Object result) {
		CallState present = this.state;
		if (present instanceof CallState.Own own) {
			if (!own.isSettled()) {
				own.given();
				own.emit(own.breaker.judgeOne(own.admission(), result));
			}
		}
		else if (present instanceof CallState.OfPeriod ofPeriod && ofPeriod.endsOnce && !ofPeriod.hasEmitted()) {
			this.state = Objects.requireNonNull(ofPeriod.following);
		}
	}

	/**
	 * Lets the first of several ends of a call that ends once do so.
	 * @param signalled whether the source has signalled its end
	 * @return whether the call had not ended before
	 */
	boolean claim(boolean signalled) {
		return true;
	}

	/**
	 * Whether the call has given its one result, also after another end.
	 * @return whether it has
	 */
	protected final boolean hasReturned() {
		return this.state.hasReturned();
	}

	/**
	 * The call gave all its results. Without any it is a success.
	 */
	protected final void completed() {
		end(End.COMPLETED, null);
	}

	/**
	 * The call threw. The exception rules may still ignore it, or take it for a success
	 * or for nothing.
	 * @param thrown what it threw
	 * @return what a fallback of the call is given, without the exceptions that the JDK
	 * wraps around it, or {@code null} where none runs
	 */
	protected final @Nullable Throwable threw(Throwable thrown) {
		return threw(End.THREW, thrown);
	}

	/** As {@link #threw(Throwable)}, where the source has signalled that it failed. */
	final @Nullable Throwable signalled(Throwable thrown) {
		return threw(End.FAILED, thrown);
	}

	private @Nullable Throwable threw(End how, Throwable thrown) {
		Outcome outcome = end(how, thrown);
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
	 * @param with the result, or what was thrown
	 * @return what was thrown counts as, where it counts; {@code null} else, and where
	 * the call has ended before
	 */
	private @Nullable Outcome end(End how, @Nullable Object with) {
		CallState ended = endState(how);
		// Nothing is called from here on before the end of the stack is caught.
		CircuitBreaker breaker;
		Admission given;
		if (ended instanceof CallState.OfPeriod ofPeriod) {
			breaker = ofPeriod.breaker;
			given = ofPeriod.period;
		}
		else if (ended instanceof CallState.Own own) {
			breaker = own.breaker;
			given = (own.admission instanceof Admission.Nesting nesting) ? nesting.admission : own.admission;
		}
		else {
			return null;
		}
		boolean exited = false;
		try {
			try {
				return record(breaker, given, ended, how, with);
			}
			finally {
				breaker.exit();
				exited = true;
			}
		}
		catch (Throwable ex) {
			// The end of the stack: nothing can be called, only written.
			if (given instanceof Probes.Probe probe) {
				probe.over = true;
			}
			GroupMember place = breaker.member;
			if (!exited && place != null) {
				place.endUncounted = true;
				place.group.queue.stackEnded = true;
			}
			throw ex;
		}
	}

	/**
	 * Lets one of those that end the call do so.
	 * @return the state that it ended in, or {@code null} where there is nothing to end
	 */
	private @Nullable CallState endState(End how) {
		boolean returning = how == End.RETURNED;
		CallState present = this.state;
		if (present instanceof CallState.Own own) {
			if (!own.endsOnce()) {
				return own.end(returning) ? own : null;
			}
			return claim(how.isSignalled()) ? own : null;
		}
		while (present instanceof CallState.OfPeriod before) {
			if (before.endsOnce) {
				return claim(how.isSignalled()) ? this.state : null;
			}
			CallState.Ended after = returning ? CallState.Ended.WITH_RESULT : CallState.Ended.WITHOUT_RESULT;
			if (STATE.compareAndSet(this, before, after)) {
				return before;
			}
			present = (CallState) STATE.getVolatile(this);
		}
		if (returning && present == CallState.Ended.WITHOUT_RESULT) {
			this.state = CallState.Ended.WITH_RESULT;
		}
		return null;
	}

	private static @Nullable Outcome record(CircuitBreaker breaker, Admission given, CallState ended, End how,
			@Nullable Object with) {
		CallState.Own own = (ended instanceof CallState.Own ofCall) ? ofCall : null;
		if (own != null && own.endsOnce()) {
			own.settle();
		}
		long end = (own != null) ? own.now() : CircuitBreaker.UNREAD;
		long elapsed = (own != null) ? own.elapsed(end) : 0;
		switch (how) {
			case RETURNED -> breaker.returned(given, with, elapsed, end);
			case COMPLETED -> complete(breaker, given, own, elapsed, end);
			case THREW, FAILED, CANCELLED -> {
				if (with instanceof Throwable thrown && (how != End.CANCELLED || breaker.counts(given, thrown))) {
					return breaker.threw(given, thrown, elapsed, end);
				}
				if (how == End.CANCELLED && ended.hasEmitted()) {
					complete(breaker, given, own, elapsed, end);
				}
				else {
					breaker.abandoned(given, elapsed, end);
				}
			}
		}
		return null;
	}

	private static void complete(CircuitBreaker breaker, Admission given, CallState.@Nullable Own own, long elapsed,
			long end) {
		OutcomeRule.Verdict verdict = (own != null) ? own.verdict() : OutcomeRule.Verdict.SUCCESS;
		if (verdict == OutcomeRule.Verdict.IGNORED) {
			breaker.ignored(given, elapsed);
		}
		else {
			breaker.ended(given, verdict == OutcomeRule.Verdict.FAILURE, elapsed, end);
		}
	}

	private enum End {

		RETURNED, COMPLETED, THREW, FAILED, CANCELLED;

		private boolean isSignalled() {
			return this == COMPLETED || this == FAILED;
		}

	}

}
