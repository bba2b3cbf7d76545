package dev.breaker.spring.event;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Has the events that the endpoint {@code circuitbreakerevents} shows. A bean of this
 * type of the application's own takes the place of the starter's, which keeps the last
 * events of each breaker in memory. Called by many threads.
 */
public interface EventStore {

	/**
	 * The events of all breakers.
	 * @return the events, the newest last
	 */
	List<BreakerEvent> all();

	/**
	 * The events of one breaker, or of all breakers made by key under a name.
	 * @param name the name
	 * @return the events, the newest last; empty where there are none
	 */
	List<BreakerEvent> of(String name);

	/**
	 * The events as they happen.
	 * @return the stream; {@code null} where this store has none, which is the default
	 */
	default @Nullable EventStream stream() {
		return null;
	}

}
