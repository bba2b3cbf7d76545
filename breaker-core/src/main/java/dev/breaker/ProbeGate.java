package dev.breaker;

/**
 * Gives out the places of the probes of a half-open breaker in agreement with other
 * processes, which send probes to the same service. An extension point: see
 * {@link CircuitBreaker#probeGate(ProbeGate)}. It is called by the threads that make
 * calls, many at a time, under a lock of the breaker: no method may wait, allocate much,
 * call the breaker, or throw. What one throws is logged, and counts as {@code false}.
 *
 * <p>
 * A place that was taken comes back once, to the gate that gave it, by
 * {@link #giveBack()} or {@link #recorded}: also where another gate was set or the probes
 * are no longer shared meanwhile, but only as long as the breaker stays half-open. Of
 * probes that come back after that, no gate is told. A gate for each round of probes
 * tells the results of one from those of another.
 */
public interface ProbeGate {

	/**
	 * Whether it gives out the places and judges the probes at this moment. The breaker
	 * then decides nothing by them, and waits for {@link CircuitBreaker#follow}. Where it
	 * does not, the breaker gives out its own places and judges all probes that were
	 * recorded, those of the gate too, as without a gate.
	 * @return whether the probes are shared
	 */
	boolean isShared();

	/**
	 * Whether there is a place. Nothing is taken. Asked only while shared.
	 * @return whether {@link #tryTake()} would give one now
	 */
	boolean hasPlace();

	/**
	 * Takes a place, where there is one; where not, a call has asked for one. Asked only
	 * while shared.
	 * @return whether a place was taken
	 */
	boolean tryTake();

	/**
	 * A place that was taken was not used: its call was not made, or counts as nothing.
	 */
	void giveBack();

	/**
	 * A probe was recorded. One that, while shared, has not come back within
	 * {@link CircuitBreakerConfig#maxWaitDurationInHalfOpenState()} is recorded as
	 * failed, by the first look at the breaker after that.
	 * @param failed whether it failed
	 * @param slow whether it was slow
	 */
	void recorded(boolean failed, boolean slow);

}
