package dev.breaker.spring.actuate;

import java.util.concurrent.locks.ReentrantLock;

import dev.breaker.spring.event.EventStream;
import dev.breaker.spring.event.EventSubscription;
import dev.breaker.spring.stream.SseSink;
import dev.breaker.spring.stream.SseStreams;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.context.SmartLifecycle;

/**
 * Answers requests for the stream of events. Ends all streams before the web server
 * stops, which would wait for them.
 */
public final class EventStreams implements SmartLifecycle {

	private static final String STOPPING = "The application is stopping";

	private final SseStreams streams;

	/** No client comes once all were told to leave. */
	private final ReentrantLock lock = new ReentrantLock();

	/** Written under the lock. */
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
			return error(ErrorDescriptor.unavailable(STOPPING));
		}
		if (stream.isFull()) {
			return error(ErrorDescriptor
				.unavailable("There are as many streams of events as there may be. Close one of them"));
		}
		return this.streams.open((client) -> subscribe(stream, name, lastEventId, client));
	}

	/** The web framework makes a stream of the answer later. */
	private EventSubscription subscribe(EventStream stream, @Nullable String name, @Nullable String lastEventId,
			SseSink client) {
		this.lock.lock();
		try {
			if (!this.running) {
				throw new IllegalStateException(STOPPING);
			}
			return stream.subscribe(name, lastEventId, new EventMessages(client));
		}
		finally {
			this.lock.unlock();
		}
	}

	/** An error is JSON, also where the client asks for a stream alone. */
	static WebEndpointResponse<Object> error(ErrorDescriptor error) {
		return new WebEndpointResponse<>(error, error.status(), EndpointRequestGuard.ANSWER_TYPE);
	}

	@Override
	public void start() {
		run(true);
	}

	@Override
	public void stop() {
		run(false);
		EventStream stream = this.answered;
		if (stream != null) {
			stream.end();
		}
	}

	private void run(boolean runs) {
		this.lock.lock();
		try {
			this.running = runs;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}
