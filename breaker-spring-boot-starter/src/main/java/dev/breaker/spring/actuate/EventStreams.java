package dev.breaker.spring.actuate;

import dev.breaker.spring.event.EventStream;
import dev.breaker.spring.stream.SseStreams;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.context.SmartLifecycle;

/**
 * Answers requests for the stream of events. Ends all streams before the web server
 * stops, which would wait for them.
 */
public final class EventStreams implements SmartLifecycle {

	private final SseStreams streams;

	private volatile boolean running = true;

	private volatile @Nullable EventStream answered;

	/**
	 * Creates the answers.
	 * @param streams answers as the web framework wants it
	 */
	public EventStreams(SseStreams streams) {
		this.streams = streams;
	}

	/**
	 * Answers a request.
	 * @param stream the stream
	 * @param name the breaker or the group whose events it gets, or {@code null} for all
	 * @param lastEventId the id of what the client got last, or {@code null}
	 * @return what the web framework makes a stream of, or an error
	 */
	Object answer(EventStream stream, @Nullable String name, @Nullable String lastEventId) {
		try {
			stream.check(lastEventId);
		}
		catch (IllegalArgumentException ex) {
			return error(ErrorDescriptor.badRequest(ex.getMessage()));
		}
		this.answered = stream;
		if (!this.running) {
			return error(ErrorDescriptor.unavailable("The application is stopping"));
		}
		if (stream.isFull()) {
			return error(ErrorDescriptor
				.unavailable("There are as many streams of events as there may be. Close one of them"));
		}
		return this.streams.open((client) -> stream.subscribe(name, lastEventId, new EventMessages(client)));
	}

	/** An error is JSON, also where the client asks for a stream alone. */
	static WebEndpointResponse<Object> error(ErrorDescriptor error) {
		return new WebEndpointResponse<>(error, error.status(), EndpointRequestGuard.ANSWER_TYPE);
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		EventStream stream = this.answered;
		if (stream != null) {
			stream.end();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
