package dev.breaker.spring;

import dev.breaker.CircuitBreaker;
import dev.breaker.StateChange;

import org.springframework.context.ApplicationEvent;

/**
 * A circuit breaker changed its state, or was told a command for the state that it is in,
 * with {@code from} and {@code to} the same, where that or the last change has a comment
 * or an actor. Published once for each, after the fact and in order, on the thread that
 * caused it or on one that changed the same breaker at that time; what happens while the
 * context starts (the first ten thousand changes), when it has started. An
 * {@code @EventListener} should be quick, or {@code @Async}.
 */
public class CircuitBreakerStateChangedEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	private final transient StateChange stateChange;

	/**
	 * Creates an event.
	 * @param circuitBreaker the breaker that changed
	 * @param stateChange from, to, why and when
	 */
	public CircuitBreakerStateChangedEvent(CircuitBreaker circuitBreaker, StateChange stateChange) {
		super(circuitBreaker);
		this.stateChange = stateChange;
	}

	/**
	 * The breaker that changed. By now it may have gone on to another state:
	 * {@link #getStateChange()} is the news.
	 * @return the breaker
	 */
	public CircuitBreaker getCircuitBreaker() {
		return (CircuitBreaker) getSource();
	}

	/**
	 * The name of the breaker that changed.
	 * @return the name
	 */
	public String getCircuitBreakerName() {
		return getCircuitBreaker().name();
	}

	/**
	 * From, to, why and when.
	 * @return the change
	 */
	public StateChange getStateChange() {
		return this.stateChange;
	}

	@Override
	public String toString() {
		return "CircuitBreakerStateChangedEvent[" + getCircuitBreakerName() + ": " + this.stateChange.from() + " -> "
				+ this.stateChange.to() + " (" + this.stateChange.reason()
				+ (this.stateChange.enforced() ? "" : ", not enforced") + ")]";
	}

}
