package dev.breaker;

/**
 * Where the probes come from that decide, while a breaker is {@link State#HALF_OPEN},
 * between closed and open.
 */
public enum ProbeSource {

	/** The calls of users: a few of them pass. */
	CALLS,

	/**
	 * Dark probes, for which no user waits, by {@link CircuitBreaker#tryAcquireProbe()}.
	 * All calls are refused until these have decided.
	 */
	DARK

}
