package dev.breaker.spring.dashboard;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import dev.breaker.spring.stream.SseSink;
import dev.breaker.spring.stream.SseStreams;
import dev.breaker.spring.stream.StreamSubscription;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.codec.ServerSentEvent;

/**
 * Tells viewers the figures each second by server-sent events. A viewer that does not
 * read misses events, and is told all that it lacks by the next one that it reads; no
 * other viewer and no thread waits for it. One that has read nothing for a minute is let
 * go. Safe for use by many threads.
 */
final class LiveStream {

	/** How many viewers are told at a time. Others can ask for the figures. */
	static final int MOST_VIEWERS = 50;

	/** How often in a row a viewer may not be ready for what it lacks. */
	static final int MOST_UNREAD = 60;

	/** The name of the events. */
	static final String EVENT = "live";

	private final Live live;

	private final SseStreams streams;

	private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();

	/** No viewer comes once all were told to leave. */
	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock. */
	private boolean closed;

	LiveStream(Live live, SseStreams streams) {
		this.live = live;
		this.streams = streams;
	}

	/**
	 * Begins to tell one more viewer.
	 * @return what an operation of an endpoint returns
	 */
	Object open() {
		return (this.viewers.size() < MOST_VIEWERS) ? this.streams.open(this::subscribe)
				: new WebEndpointResponse<>(WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
	}

	StreamSubscription subscribe(SseSink sink) {
		Viewer viewer = new Viewer(sink);
		this.lock.lock();
		try {
			if (this.closed || this.viewers.size() >= MOST_VIEWERS) {
				throw new IllegalStateException("No more viewers of circuit breakers are told");
			}
			this.viewers.add(viewer);
		}
		finally {
			this.lock.unlock();
		}
		return viewer;
	}

	/**
	 * A second is over: tells all viewers, and waits for none of them. Called by one
	 * thread at a time.
	 */
	void tell() {
		this.viewers.forEach(Viewer::tell);
	}

	/** Viewers may come again after the end. */
	void begin() {
		this.lock.lock();
		try {
			this.closed = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Tells nothing any more. Waits for no viewer. */
	void close() {
		this.lock.lock();
		try {
			this.closed = true;
		}
		finally {
			this.lock.unlock();
		}
		this.viewers.forEach(Viewer::end);
	}

	/**
	 * One that is told.
	 */
	private final class Viewer extends StreamSubscription {

		private final SseSink sink;

		/** Whether there is something to tell. Figures are read when they are sent. */
		private final AtomicBoolean due = new AtomicBoolean(true);

		/** Of the thread that tells. */
		private int unread;

		/** Of the thread that drains. */
		private Live.@Nullable Event last;

		Viewer(SseSink sink) {
			super(sink);
			this.sink = sink;
		}

		void tell() {
			this.unread = this.due.getAndSet(true) ? this.unread + 1 : 0;
			if (this.unread < MOST_UNREAD) {
				drain();
			}
			else {
				end();
			}
		}

		@Override
		protected boolean bringNext() throws IOException {
			if (!this.due.getAndSet(false)) {
				return false;
			}
			Live.Event before = this.last;
			Live live = LiveStream.this.live;
			Live.Event event = (before != null) ? live.next(before.samples()) : live.first();
			this.sink.send(ServerSentEvent.builder(event.json()).id(event.id()).event(EVENT).build());
			this.last = event;
			return true;
		}

		@Override
		protected void onClose() {
			LiveStream.this.viewers.remove(this);
		}

	}

}
