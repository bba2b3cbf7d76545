package dev.breaker.spring.actuate;

import java.util.List;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventStore;
import dev.breaker.spring.event.EventStream;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@link Endpoint @Endpoint} that shows the last events of the circuit breakers.
 */
@Endpoint(id = "circuitbreakerevents", defaultAccess = Access.READ_ONLY)
public class CircuitBreakerEventsEndpoint {

	private final CircuitBreakerRegistry registry;

	private final EventStore events;

	public CircuitBreakerEventsEndpoint(CircuitBreakerRegistry registry, EventStore events) {
		this.registry = registry;
		this.events = events;
	}

	/**
	 * The events of all breakers.
	 * @return the events, the newest last
	 */
	@ReadOperation
	public EventsDescriptor events() {
		return describe(this.events.all());
	}

	/**
	 * The events of one breaker, or of all keys of a group.
	 * @param name the name
	 * @return the events, the newest last, or {@code null} where there is no such breaker
	 */
	@ReadOperation
	public @Nullable EventsDescriptor eventsOf(@Selector String name) {
		List<BreakerEvent> found = this.events.of(name);
		boolean known = !found.isEmpty() || this.registry.find(name).isPresent()
				|| this.registry.findGroup(name).isPresent();
		return known ? describe(found) : null;
	}

	private EventsDescriptor describe(List<BreakerEvent> found) {
		return new EventsDescriptor(found, StreamDescriptor.of(stream()));
	}

	@Nullable EventStream stream() {
		return this.events.stream();
	}

	String unknown(String name) {
		return CircuitBreakersEndpoint.unknown(name, this.registry);
	}

	/**
	 * Description of events.
	 *
	 * @param events the events, the newest last
	 * @param stream the clients that follow them; {@code null} where the store has no
	 * stream
	 */
	public record EventsDescriptor(List<BreakerEvent> events,
			@Nullable StreamDescriptor stream) implements OperationResponseBody {
	}

	/**
	 * Description of the stream of events.
	 *
	 * @param clients how many clients follow it
	 * @param dropped how many events did not get to a client because it was too slow, the
	 * sum over all clients since the start
	 */
	public record StreamDescriptor(int clients, long dropped) {

		static @Nullable StreamDescriptor of(@Nullable EventStream stream) {
			return (stream != null) ? new StreamDescriptor(stream.clients(), stream.dropped()) : null;
		}

	}

}
