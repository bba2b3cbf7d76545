package dev.breaker.spring.stream;

/**
 * Answers requests for streams of server-sent events, as the web framework wants it. No
 * thread waits for a client: what a client cannot take at once stays with its
 * {@link StreamSubscription}, and no more than one message is on its way. Safe for use by
 * many threads.
 */
public abstract sealed class SseStreams permits ServletSseStreams, WebFluxSseStreams {

	/**
	 * Answers a request.
	 * @param source what the client is told
	 * @return what an operation of an endpoint returns
	 */
	public abstract Object open(Source source);

	/**
	 * Has something to tell.
	 */
	@FunctionalInterface
	public interface Source {

		/**
		 * Begins to tell one client, once it is ready.
		 * @param sink takes messages to the client
		 * @return the client
		 * @throws IllegalStateException if it cannot be told, which is answered with 503
		 */
		StreamSubscription subscribe(SseSink sink);

	}

}
