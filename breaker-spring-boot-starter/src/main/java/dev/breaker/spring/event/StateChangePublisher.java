package dev.breaker.spring.event;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.StateChange;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes each change of state as a {@link CircuitBreakerStateChangedEvent}.
 */
public final class StateChangePublisher implements CircuitBreakerListener {

	private final ApplicationEventPublisher publisher;

	public StateChangePublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		this.publisher.publishEvent(new CircuitBreakerStateChangedEvent(breaker, change));
	}

}
