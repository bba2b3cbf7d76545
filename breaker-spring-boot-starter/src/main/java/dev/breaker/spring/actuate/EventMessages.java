package dev.breaker.spring.actuate;

import dev.breaker.spring.event.BreakerEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.json.JsonWriter;
import org.springframework.http.codec.ServerSentEvent;

/**
 * The messages of the stream of events. Their data is JSON, which is one line whatever
 * the texts in it are.
 */
final class EventMessages {

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

	private EventMessages() {
	}

	/** As the endpoint shows the event. */
	static ServerSentEvent<String> event(String id, BreakerEvent event) {
		return ServerSentEvent.builder(writer.writeToString(event)).id(id).build();
	}

	/** Has no id, since it is no place to go on from. */
	static ServerSentEvent<String> dropped(@Nullable Long count) {
		return ServerSentEvent.builder("{\"count\":" + count + "}").event("dropped").build();
	}

	/** No message for the client, which goes on behind the id after a reconnection. */
	static ServerSentEvent<String> heartbeat(String id) {
		return ServerSentEvent.<String>builder().id(id).comment("").build();
	}

	/** As text; WebFlux writes the same. */
	static String text(ServerSentEvent<String> message) {
		String data = message.data();
		return message.format() + ((data != null) ? data + "\n\n" : "\n");
	}

}
