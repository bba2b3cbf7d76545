package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * How a {@link GuardedCall} stands: what admitted it, what it has given so far, and
 * whether it has ended.
 */
sealed interface CallState permits CallState.OfPeriod, CallState.Own, CallState.Ended, Admission.Refusal {

	/** Whether the call has given its one result. */
	boolean hasReturned();

	/** Whether the call ends once, and has given one of several results. */
	default boolean hasEmitted() {
		return false;
	}

	/**
	 * That of all calls which their period alone admitted, and of which neither time nor
	 * results matter to a rule or a listener: a call needs no object but its own.
	 */
	final class OfPeriod implements CallState {

		final CircuitBreaker breaker;

		final Period period;

		final boolean endsOnce;

		/**
		 * That of calls which end once where this is of others, and of those among them
		 * that have given one of several results.
		 */
		final @Nullable OfPeriod following;

		private OfPeriod(CircuitBreaker breaker, Period period, boolean endsOnce, @Nullable OfPeriod following) {
			this.breaker = breaker;
			this.period = period;
			this.endsOnce = endsOnce;
			this.following = following;
		}

		static OfPeriod of(CircuitBreaker breaker, Period period) {
			OfPeriod emitted = new OfPeriod(breaker, period, true, null);
			return new OfPeriod(breaker, period, false, new OfPeriod(breaker, period, true, emitted));
		}

		@Override
		public boolean hasEmitted() {
			return this.following == null;
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

		private static final int ENDS_ONCE = 16;

		/**
		 * That it ends once, and gave one of several results, whatever that counts as.
		 */
		private static final int GAVE = 32;

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

		Own(CircuitBreaker breaker, Admission admission, long start, boolean endsOnce) {
			this.breaker = breaker;
			this.admission = admission;
			this.start = start;
			int fresh = endsOnce ? ENDS_ONCE : 0;
			PHASE.set(this, fresh);
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
			int present = this.phase;
			return (present & ENDED) != 0 || (present & FAILURE) == FAILURE;
		}

		boolean endsOnce() {
			return (this.phase & ENDS_ONCE) != 0;
		}

		@Override
		public boolean hasEmitted() {
			return (this.phase & GAVE) != 0;
		}

		/** It gives one of several results, which is not judged yet. */
		void given() {
			int present = this.phase;
			if ((present & (ENDS_ONCE | GAVE)) == ENDS_ONCE) {
				PHASE.setRelease(this, present | GAVE);
			}
		}

		/**
		 * It ended, which its adapter decided, and further results change nothing. One at
		 * this very moment counts or does not.
		 */
		void settle() {
			PHASE.setRelease(this, this.phase | ENDED);
		}

		/** It gave one of several results, which counts as that, unless it has ended. */
		void emit(OutcomeRule.Verdict verdict) {
			int given = switch (verdict) {
				case IGNORED -> IGNORED;
				case SUCCESS -> SUCCESS;
				case FAILURE -> FAILURE;
			};
			int present = this.phase;
			while ((present & ENDED) == 0 && (present & FAILURE) < given
					&& !PHASE.compareAndSet(this, present, (present & ~FAILURE) | given)) {
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
			return (present & ENDED) == 0;
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

}
