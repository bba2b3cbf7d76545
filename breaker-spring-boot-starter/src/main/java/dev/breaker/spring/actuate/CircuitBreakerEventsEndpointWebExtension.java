package dev.breaker.spring.actuate;

import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint.EventsDescriptor;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the
 * {@link CircuitBreakerEventsEndpoint}: 404 for a breaker that is not there. A name with
 * slashes is the rest of the path.
 */
@EndpointWebExtension(endpoint = CircuitBreakerEventsEndpoint.class)
@RegisterReflectionForBinding(ErrorDescriptor.class)
public class CircuitBreakerEventsEndpointWebExtension {

	private final CircuitBreakerEventsEndpoint delegate;

	public CircuitBreakerEventsEndpointWebExtension(CircuitBreakerEventsEndpoint delegate) {
		this.delegate = delegate;
	}

	@ReadOperation
	public WebEndpointResponse<Object> eventsOf(@Selector String name) {
		EventsDescriptor events = this.delegate.eventsOf(name);
		return (events != null) ? new WebEndpointResponse<>(events)
				: ErrorDescriptor.notFound(this.delegate.unknown(name)).toResponse();
	}

	@ReadOperation
	public WebEndpointResponse<Object> eventsOfNameWithSlashes(@Selector(match = Match.ALL_REMAINING) String... name) {
		return eventsOf(String.join("/", name));
	}

}
