package dev.breaker.spring.actuate;

import java.io.IOException;

import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventSink;
import dev.breaker.spring.stream.SseSink;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonWriter;
import org.springframework.http.codec.ServerSentEvent;

/**
 * Takes events to a client as messages, whose data is JSON, which is one line whatever
 * the texts in it are.
 */
final class EventMessages implements EventSink {

	private static final JsonWriter<BreakerEvent> writer = JsonWriter.of((members) -> {
		members.add("time", BreakerEvent::time);
		members.add("circuitBreaker", BreakerEvent::circuitBreaker);
		members.add("type", BreakerEvent::type);
		members.add("from", BreakerEvent::from).whenNotNull();
		members.add("to", BreakerEvent::to).whenNotNull();
		members.add("reason", BreakerEvent::reason).whenNotNull();
		members.add("exception", BreakerEvent::exception).whenNotNull();
		members.add("elapsed", BreakerEvent::elapsed).whenNotNull();
		members.add("comment", BreakerEvent::comment).whenNotNull();
		members.add("actor", BreakerEvent::actor).whenNotNull();
		members.add("enforced", BreakerEvent::enforced).whenNotNull();
	});

	private final SseSink client;

	EventMessages(SseSink client) {
		this.client = client;
	}

	/** As the endpoint shows the event. */
	@Override
	public void event(String id, BreakerEvent event) throws IOException {
		this.client.send(ServerSentEvent.builder(writer.writeToString(event)).id(id).build());
	}

	/** Has no id, since it is no place to go on from. */
	@Override
	public void dropped(@Nullable Long count) throws IOException {
		this.client.send(ServerSentEvent.builder("{\"count\":" + count + "}").event("dropped").build());
	}

	/** No message for the client, which goes on behind the id after a reconnection. */
	@Override
	public void heartbeat(String id) throws IOException {
		this.client.send(ServerSentEvent.<String>builder().id(id).comment("").build());
	}

	@Override
	public boolean isReady() {
		return this.client.isReady();
	}

	@Override
	public void flush() throws IOException {
		this.client.flush();
	}

	@Override
	public void end() {
		this.client.end();
	}

}
