package dev.breaker.spring.stream;

import java.io.IOException;

import org.springframework.http.codec.ServerSentEvent;

/**
 * Takes server-sent events to one client.
 */
public interface SseSink extends StreamSink {

	/**
	 * Takes a message to the client, which is {@linkplain #isReady() ready}.
	 * @param message the message
	 * @throws IOException if the client is gone
	 */
	void send(ServerSentEvent<String> message) throws IOException;

}
