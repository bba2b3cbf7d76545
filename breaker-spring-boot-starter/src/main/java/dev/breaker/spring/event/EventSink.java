package dev.breaker.spring.event;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * Takes the events of an {@link EventStream} to one client. Called by one thread at a
 * time, though not always by the same one; none of its methods may wait.
 */
public interface EventSink {

	/**
	 * Whether the client can take something at once. Where it cannot,
	 * {@link EventSubscription#drain()} is called when it can.
	 * @return whether one of the methods below may be called
	 */
	boolean isReady();

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

	/**
	 * Nothing else is there to be taken at present.
	 * @throws IOException if the client is gone
	 */
	void flush() throws IOException;

	/** The stream is over. The last call, unless the client is gone before. */
	void end();

}
