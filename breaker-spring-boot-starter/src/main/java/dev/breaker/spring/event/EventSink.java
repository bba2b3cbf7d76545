package dev.breaker.spring.event;

import java.io.IOException;

import dev.breaker.spring.stream.StreamSink;
import org.jspecify.annotations.Nullable;

/**
 * Takes the events of an {@link EventStream} to one client.
 */
public interface EventSink extends StreamSink {

	/**
	 * Something happened.
	 * @param id says where the stream goes on after this event
	 * @param event the event
	 * @throws IOException if the client is gone
	 */
	void event(String id, BreakerEvent event) throws IOException;

	/**
	 * Events are missing before the next one.
	 * @param count how many, or {@code null} where that is not known
	 * @throws IOException if the client is gone
	 */
	void dropped(@Nullable Long count) throws IOException;

	/**
	 * Nothing happened for a while.
	 * @param id says where the stream goes on
	 * @throws IOException if the client is gone
	 */
	void heartbeat(String id) throws IOException;

}
