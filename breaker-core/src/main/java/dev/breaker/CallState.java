package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * How a {@link GuardedCall} stands: what admitted it, what it has given so far, and
 * whether it has ended.
 */
sealed interface CallState permits CallState.OfPeriod, CallState.Own, CallState.Ended, CallState.Refused {

	/** Whether the call has given its one result. */
	boolean hasReturned();

	/**
	 * That of all calls which their period alone admitted, and of which neither time nor
	 * results matter to a rule or a listener: a call needs no object but its own.
	 */
	final class OfPeriod implements CallState {

		final CircuitBreaker breaker;

		final Period period;

		OfPeriod(CircuitBreaker breaker, Period period) {
			this.breaker = breaker;
			this.period = period;
		}

		@Override
		public boolean hasReturned() {
			return false;
		}

	}

	/**
	 * That of one call. Safe for use by many threads.
	 */
	final class Own implements CallState {

		private static final VarHandle PHASE = FieldHandle.of(MethodHandles.lookup(), "phase", int.class);

		// Of several results, the higher one counts.

		private static final int IGNORED = 1;

		private static final int SUCCESS = 2;

		private static final int FAILURE = 3;

		private static final int ENDED = 4;

		/** That it gave its one result. */
		private static final int RETURNED = 8;

		final CircuitBreaker breaker;

		/**
		 * With the threads inside, where they are listed for all calls of the breaker.
		 */
		final Admission admission;

		/**
		 * When it began; {@link CircuitBreaker#UNREAD} where its time does not matter.
		 */
		private final long start;

		private volatile int phase;

		Own(CircuitBreaker breaker, Admission admission, long start) {
			this.breaker = breaker;
			this.admission = admission;
			this.start = start;
		}

		/** What admitted it. */
		Admission admission() {
			return (this.admission instanceof Admission.Nesting nesting) ? nesting.admission : this.admission;
		}

		/** Whether threads inside are listed as such, for all calls of the breaker. */
		boolean nests() {
			return this.admission instanceof Admission.Nesting;
		}

		/** Of the threads that are inside; null where that matters to none. */
		@Nullable CallEntry entries() {
			Admission given = admission();
			if (given instanceof Probes.Probe probe) {
				return probe;
			}
			if (given instanceof UnpermittedCalls.Unpermitted call) {
				return call;
			}
			return (this.admission instanceof Admission.Nesting nesting) ? nesting : null;
		}

		long now() {
			return (this.start != CircuitBreaker.UNREAD) ? this.breaker.nanoClock().read() : CircuitBreaker.UNREAD;
		}

		long elapsed(long end) {
			return (this.start != CircuitBreaker.UNREAD) ? CircuitBreaker.elapsed(this.start, end) : 0;
		}

		@Override
		public boolean hasReturned() {
			return (this.phase & RETURNED) != 0;
		}

		/** Whether no further result can change what the call counts as. */
		boolean isSettled() {
			return this.phase >= FAILURE;
		}

		/** It gave one of several results, which counts as that, unless it has ended. */
		void emit(OutcomeRule.Verdict verdict) {
			int given = switch (verdict) {
				case IGNORED -> IGNORED;
				case SUCCESS -> SUCCESS;
				case FAILURE -> FAILURE;
			};
			int present = this.phase;
			while (present < given && !PHASE.compareAndSet(this, present, given)) {
				present = this.phase;
			}
		}

		/**
		 * Ends it.
		 * @param returning whether by its one result
		 * @return whether it had not ended before
		 */
		boolean end(boolean returning) {
			int present = this.phase;
			while (!PHASE.compareAndSet(this, present, ENDED | present | (returning ? RETURNED : 0))) {
				present = this.phase;
			}
			return present < ENDED;
		}

		/** What it counts as by the results that it gave. */
		OutcomeRule.Verdict verdict() {
			return switch (this.phase & FAILURE) {
				case IGNORED -> OutcomeRule.Verdict.IGNORED;
				case FAILURE -> OutcomeRule.Verdict.FAILURE;
				default -> OutcomeRule.Verdict.SUCCESS;
			};
		}

	}

	/**
	 * What {@link OfPeriod} comes to.
	 */
	enum Ended implements CallState {

		WITH_RESULT, WITHOUT_RESULT;

		@Override
		public boolean hasReturned() {
			return this == WITH_RESULT;
		}

	}

	/**
	 * The call is not to be made.
	 */
	record Refused(String name, Admission.Refusal refusal) implements CallState {

		@Override
		public boolean hasReturned() {
			return false;
		}

	}

}
