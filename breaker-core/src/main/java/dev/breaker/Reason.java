package dev.breaker;

/**
 * Why a circuit breaker changed its state.
 */
public enum Reason {

	/** The failure rate of the window reached its threshold. */
	FAILURE_RATE,

	/** The slow-call rate of the window reached its threshold. */
	SLOW_CALL_RATE,

	/** As many calls in a row failed as the threshold says. */
	CONSECUTIVE_FAILURES,

	/** The wait in {@link State#OPEN} was over, that of a command too. */
	WAIT_ELAPSED,

	/** The probes can no longer fail, or enough succeeded: the breaker closed. */
	PROBES_SUCCEEDED,

	/** The probes can no longer succeed: the breaker opened again. */
	PROBES_FAILED,

	/** A probe did not come back in time: the breaker opened again. */
	PROBES_LOST,

	/** A command of an operator or of the application. */
	COMMAND,

	/**
	 * The hold of a command was over, in {@link State#FORCED_OPEN} or
	 * {@link State#DISABLED}.
	 */
	HOLD_ELAPSED,

	/** A signal from elsewhere lives: see {@link CircuitBreaker#signal}. */
	SIGNAL,

	/** A fleet decided so, see {@link CircuitBreaker#follow(FleetDecision)}. */
	FLEET,

	/**
	 * The state of an earlier breaker was restored, see
	 * {@link CircuitBreaker#restore(ExportedState)}.
	 */
	RESTORED

}
