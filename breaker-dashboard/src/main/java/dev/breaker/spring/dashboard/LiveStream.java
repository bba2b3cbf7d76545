package dev.breaker.spring.dashboard;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Tells viewers the figures each second by server-sent events, in the way of the server.
 * A viewer that does not read misses events and is told all that it lacks with the next;
 * no other viewer waits for it. Safe for use by many threads.
 */
interface LiveStream {

	/** How many viewers are told at a time. Others can ask for the figures. */
	int MOST_VIEWERS = 50;

	/** The name of the events. */
	String EVENT = "live";

	/**
	 * Begins to tell one more viewer.
	 * @return what an operation of an endpoint returns
	 */
	Object open();

	/** Tells all viewers. Waits for none of them. */
	void tell();

	/** Tells nothing any more. Waits for no viewer. */
	void close();

	/** What is answered where no more viewers are told. */
	static WebEndpointResponse<Object> refusal() {
		return new WebEndpointResponse<>(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
	}

}
