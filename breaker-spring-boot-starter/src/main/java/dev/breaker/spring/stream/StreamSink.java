package dev.breaker.spring.stream;

import java.io.IOException;

/**
 * Takes to one client what a {@link StreamSubscription} brings. Called by one thread at a
 * time, though not always by the same one; none of its methods may wait.
 */
public interface StreamSink {

	/**
	 * Whether the client can take something at once. Where it cannot,
	 * {@link StreamSubscription#drain()} is called when it can.
	 * @return whether something may be brought, or flushed
	 */
	boolean isReady();

	/**
	 * Nothing else is there to be taken at present.
	 * @throws IOException if the client is gone
	 */
	void flush() throws IOException;

	/** The stream is over. The last call, unless the client is gone before. */
	void end();

}
