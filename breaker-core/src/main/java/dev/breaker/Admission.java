package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a call that asks to be made. One that is admitted carries the period that
 * admitted it, so that its result cannot count in another one.
 */
sealed interface Admission permits Period, Probes.Probe, CallsInFlight.Tracked, Admission.Nested, Admission.Nesting,
		Admission.Refusal, UnpermittedCalls.Unpermitted {

	Period period();

	/**
	 * The call is made inside a call of the same breaker, and belongs to it: it is
	 * recorded nowhere.
	 *
	 * @param around the probe that it is inside of, or the period where it is inside of
	 * another call
	 */
	record Nested(Admission around) implements Admission {

		@Override
		public Period period() {
			return this.around.period();
		}

		/** Whether no user waits for what it gives. */
		boolean isInDarkProbe() {
			return this.around instanceof Probes.Probe probe && probe.dark;
		}

	}

	/**
	 * The call is admitted, and calls of its breaker that threads make inside of it
	 * belong to it.
	 */
	final class Nesting extends CallEntry implements Admission {

		final Admission admission;

		Nesting(Admission admission) {
			super(null);
			this.admission = admission;
		}

		@Override
		public Period period() {
			return this.admission.period();
		}

	}

	/**
	 * The call is not admitted by the breaker of that name, by this period and for so
	 * many nanoseconds more; the limit is null where the period admits none.
	 */
	record Refusal(String name, Period period, long remaining,
			AdmittedShare.@Nullable Limit limit) implements Admission, CallState {

		Refusal(String name, Period period, long remaining) {
			this(name, period, remaining, null);
		}

		@Override
		public boolean hasReturned() {
			return false;
		}

		CallNotPermittedException toException() {
			StateChange change = this.period.lastChange();
			return new CallNotPermittedException(this.name, this.period.state, this.remaining,
					(change != null) ? change.reason() : null, this.period.lastFailureType(), restriction());
		}

		private @Nullable Restriction restriction() {
			return (this.limit != null) ? this.limit
					: this.period.rules.darkProbes ? Restriction.DarkProbes.ONLY : null;
		}

	}

}
