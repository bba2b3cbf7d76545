package dev.breaker;

/**
 * A call was not admitted, by this period and for so many nanoseconds more.
 */
record Refusal(Period period, long remaining) implements Ticket {

	CallNotPermittedException toException(String name) {
		StateChange change = this.period.lastChange;
		return new CallNotPermittedException(name, this.period.state, this.remaining,
				(change != null) ? change.reason() : null, this.period.lastFailure());
	}

}
