package dev.breaker.spring.stream;

import java.io.EOFException;

import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.server.ResponseStatusException;

/**
 * The {@link SseStreams} of WebFlux. A client takes as many messages as its connection
 * asks for, which is one at a time where the response is an {@link SseResponse}.
 */
public final class WebFluxSseStreams extends SseStreams {

	@Override
	public Object open(Source source) {
		Flux<ServerSentEvent<String>> messages = Flux.create((sink) -> {
			try {
				StreamSubscription subscription = source.subscribe(new Client(sink));
				sink.onDispose(subscription::close);
				sink.onRequest((count) -> subscription.drain());
			}
			catch (IllegalStateException ex) {
				sink.error(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, ex.getMessage(), ex));
			}
		}, FluxSink.OverflowStrategy.ERROR);
		// Spring Boot collects a Flux that is no body of a response.
		return new WebEndpointResponse<Object>(messages, MediaType.TEXT_EVENT_STREAM);
	}

	private static final class Client implements SseSink {

		private final FluxSink<ServerSentEvent<String>> messages;

		Client(FluxSink<ServerSentEvent<String>> messages) {
			this.messages = messages;
		}

		@Override
		public boolean isReady() {
			return !this.messages.isCancelled() && this.messages.requestedFromDownstream() > 0;
		}

		@Override
		public void send(ServerSentEvent<String> message) {
			this.messages.next(message);
		}

		@Override
		public void flush() {
			// WebFlux writes each message at once.
		}

		@Override
		public void end() {
			if (isReady()) {
				this.messages.complete();
			}
			else {
				// The end would wait behind what is not read.
				this.messages.error(new EOFException("The client has not read what it was sent"));
			}
		}

	}

}
