package dev.breaker.spring.actuate;

import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventSink;
import dev.breaker.spring.event.EventStream;
import dev.breaker.spring.event.EventSubscription;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.server.ResponseStatusException;

/**
 * The {@link EventStreams} of WebFlux. A client takes as many messages as its connection
 * asks for.
 */
public final class WebFluxEventStreams extends EventStreams {

	@Override
	Object open(EventStream stream, @Nullable String name, @Nullable String lastEventId) {
		Flux<ServerSentEvent<String>> messages = Flux.create((sink) -> {
			try {
				EventSubscription subscription = stream.subscribe(name, lastEventId, new Client(sink));
				sink.onDispose(subscription::close);
				sink.onRequest((count) -> subscription.drain());
			}
			catch (IllegalStateException ex) {
				sink.error(
						new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, EventStreams.full().message(), ex));
			}
		}, FluxSink.OverflowStrategy.ERROR);
		return new WebEndpointResponse<Object>(messages, MediaType.TEXT_EVENT_STREAM);
	}

	private static final class Client implements EventSink {

		private final FluxSink<ServerSentEvent<String>> messages;

		Client(FluxSink<ServerSentEvent<String>> messages) {
			this.messages = messages;
		}

		@Override
		public boolean isReady() {
			return !this.messages.isCancelled() && this.messages.requestedFromDownstream() > 0;
		}

		@Override
		public void event(String id, BreakerEvent event) {
			this.messages.next(EventMessages.event(id, event));
		}

		@Override
		public void dropped(@Nullable Long count) {
			this.messages.next(EventMessages.dropped(count));
		}

		@Override
		public void heartbeat(String id) {
			this.messages.next(EventMessages.heartbeat(id));
		}

		@Override
		public void flush() {
			// WebFlux writes each message at once.
		}

		@Override
		public void end() {
			this.messages.complete();
		}

	}

}
