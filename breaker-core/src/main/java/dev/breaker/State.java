package dev.breaker;

/**
 * What a circuit breaker does with calls at this moment. Where it does not
 * {@linkplain CircuitBreakerConfig.Builder#enforce enforce}, calls that would be refused
 * are let through and counted.
 */
public enum State {

	/** Calls pass and are counted. */
	CLOSED,

	/** Calls are refused until the wait is over. */
	OPEN,

	/**
	 * A few calls, the probes, pass; their outcome decides between {@link #CLOSED} and
	 * {@link #OPEN}.
	 */
	HALF_OPEN,

	/** Calls are refused until an operator's command, or the end of its hold. */
	FORCED_OPEN,

	/**
	 * Calls pass and are recorded nowhere, until an operator's command, or the end of its
	 * hold.
	 */
	DISABLED,

	/**
	 * Calls pass and are counted, and nothing opens the breaker, until an operator's
	 * command.
	 */
	METRICS_ONLY;

	/**
	 * Whether calls are refused in this state, where the breaker
	 * {@linkplain CircuitBreakerConfig.Builder#enforce enforces}. {@link #HALF_OPEN},
	 * which admits probes, is not among them.
	 * @return {@code true} for {@link #OPEN} and {@link #FORCED_OPEN}
	 */
	public boolean refuses() {
		return this == OPEN || this == FORCED_OPEN;
	}

}
