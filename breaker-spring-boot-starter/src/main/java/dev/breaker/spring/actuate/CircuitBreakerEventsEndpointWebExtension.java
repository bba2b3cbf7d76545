package dev.breaker.spring.actuate;

import dev.breaker.spring.actuate.CircuitBreakerEventsEndpoint.EventsDescriptor;
import dev.breaker.spring.event.EventStream;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.http.MediaType;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} for the
 * {@link CircuitBreakerEventsEndpoint}: 404 for a breaker that is not there, and the stream
 * of events for clients that accept {@code text/event-stream}. A name with slashes is the
 * rest of the path.
 */
@EndpointWebExtension(endpoint = CircuitBreakerEventsEndpoint.class)
@RegisterReflectionForBinding(ErrorDescriptor.class)
public class CircuitBreakerEventsEndpointWebExtension {

	private final CircuitBreakerEventsEndpoint delegate;

	private final @Nullable EventStreams streams;

	/**
	 * Creates an extension that streams nothing.
	 * @param delegate the endpoint
	 */
	public CircuitBreakerEventsEndpointWebExtension(CircuitBreakerEventsEndpoint delegate) {
		this(delegate, null);
	}

	/**
	 * Creates an extension.
	 * @param delegate the endpoint
	 * @param streams answers requests for a stream; {@code null} where the web framework
	 * has none
	 */
	public CircuitBreakerEventsEndpointWebExtension(CircuitBreakerEventsEndpoint delegate,
			@Nullable EventStreams streams) {
		this.delegate = delegate;
		this.streams = streams;
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

	/**
	 * The events of all breakers as they happen.
	 * @param lastEventId the id of what the client got last, which the header
	 * {@code Last-Event-ID} says
	 * @return what the web framework makes a stream of, or an error
	 */
	@ReadOperation(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	public Object stream(@Nullable String lastEventId) {
		return follow(null, lastEventId);
	}

	@ReadOperation(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	public Object streamOf(@Selector String name, @Nullable String lastEventId) {
		return follow(name, lastEventId);
	}

	@ReadOperation(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	public Object streamOfNameWithSlashes(@Nullable String lastEventId,
			@Selector(match = Match.ALL_REMAINING) String... name) {
		return follow(String.join("/", name), lastEventId);
	}

	private Object follow(@Nullable String name, @Nullable String lastEventId) {
		EventStream stream = this.delegate.stream();
		if (this.streams == null || stream == null) {
			return EventStreams.error(ErrorDescriptor.notAcceptable(
					"Events are streamed by Spring MVC and WebFlux, and where the EventStore has a stream. Accept application/json"));
		}
		if (name != null && this.delegate.eventsOf(name) == null) {
			return EventStreams.error(ErrorDescriptor.notFound(this.delegate.unknown(name)));
		}
		return this.streams.answer(stream, name, lastEventId);
	}

}
