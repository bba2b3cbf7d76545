package dev.breaker.spring.stream;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of a stream. What waits for it is brought as far as the client can take it
 * at once, by one thread at a time, which waits neither for the client nor for another
 * thread. Safe for use by many threads.
 */
public abstract class StreamSubscription {

	private static final Logger logger = LoggerFactory.getLogger(StreamSubscription.class);

	private final StreamSink sink;

	/** More than zero while a thread drains. */
	private final AtomicInteger drains = new AtomicInteger();

	/** Of the thread that drains. */
	private boolean unflushed;

	private volatile boolean ending;

	private volatile boolean closed;

	/**
	 * Creates a subscription.
	 * @param sink takes to the client what is brought
	 */
	protected StreamSubscription(StreamSink sink) {
		this.sink = sink;
	}

	/**
	 * Brings the next of what waits. Called by one thread at a time, while the client is
	 * ready.
	 * @return whether there was something
	 * @throws IOException if the client is gone
	 */
	protected abstract boolean bringNext() throws IOException;

	/** The client is gone, or let go. Called once or more. */
	protected abstract void onClose();

	/**
	 * Brings to the client what waits for it, as far as it can take that at once.
	 */
	public final void drain() {
		if (this.drains.getAndIncrement() != 0) {
			return;
		}
		int seen = 1;
		while (seen != 0) {
			try {
				bring();
			}
			catch (IOException ex) {
				logger.debug("A client of a stream of circuit breakers is gone", ex);
				close();
			}
			catch (Throwable ex) {
				logger.debug("A client of a stream of circuit breakers cannot be told", ex);
				close();
				endSink();
			}
			seen = this.drains.addAndGet(-seen);
		}
	}

	private void bring() throws IOException {
		while (!this.closed) {
			if (this.ending) {
				close();
				endSink();
			}
			else if (!this.sink.isReady()) {
				return;
			}
			else if (bringNext()) {
				this.unflushed = true;
			}
			else if (this.unflushed) {
				this.unflushed = false;
				this.sink.flush();
			}
			else {
				return;
			}
		}
	}

	private void endSink() {
		try {
			this.sink.end();
		}
		catch (Throwable ex) {
			logger.debug("A stream of circuit breakers cannot be ended", ex);
		}
	}

	/** Ends the stream of this client. What waits for it is not brought any more. */
	public final void end() {
		this.ending = true;
		drain();
	}

	/** Leaves the stream; the client is gone. Nothing more is brought to it. */
	public final void close() {
		this.closed = true;
		onClose();
	}

	/**
	 * Whether the client is gone, or let go.
	 * @return whether nothing is brought any more
	 */
	protected final boolean isClosed() {
		return this.closed;
	}

}
