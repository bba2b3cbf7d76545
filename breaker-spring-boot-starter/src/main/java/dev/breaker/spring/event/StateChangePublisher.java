package dev.breaker.spring.event;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerListener;
import dev.breaker.HookFailures;
import dev.breaker.LogText;
import dev.breaker.StateChange;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Publishes each change of state as a {@link CircuitBreakerStateChangedEvent}, until the
 * context has closed.
 */
public final class StateChangePublisher implements CircuitBreakerListener {

	private static final Logger logger = LoggerFactory.getLogger(StateChangePublisher.class);

	private static final ResolvableType EVENT_TYPE = ResolvableType.forClass(CircuitBreakerStateChangedEvent.class);

	private final ApplicationContext context;

	private final ApplicationEventPublisher publisher;

	/**
	 * Creates a publisher.
	 * @param context the context whose listeners hear of the changes
	 * @param parentPublishes whether a publisher of the parent context does the same for
	 * the listeners there; if not, they hear what is published here, as of all events
	 */
	public StateChangePublisher(ApplicationContext context, boolean parentPublishes) {
		this.context = context;
		this.publisher = parentPublishes ? this::publishHere : context;
	}

	@Override
	public void onStateChange(CircuitBreaker breaker, StateChange change) {
		try {
			this.publisher.publishEvent(new CircuitBreakerStateChangedEvent(breaker, change));
		}
		catch (Throwable ex) {
			if (!isOver()) {
				HookFailures.log(logger,
						"An event listener of the application failed at the change of circuit breaker '{}' from {} to {}",
						LogText.oneLine(breaker.name()), change.from(), change.to(), ex);
			}
		}
	}

	private void publishHere(Object event) {
		this.context
			.getBean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
					ApplicationEventMulticaster.class)
			.multicastEvent((CircuitBreakerStateChangedEvent) event, EVENT_TYPE);
	}

	private boolean isOver() {
		return this.context instanceof ConfigurableApplicationContext configurable
				&& (configurable.isClosed() || !configurable.isActive());
	}

}
