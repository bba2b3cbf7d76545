package dev.breaker.spring.actuate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

import dev.breaker.spring.event.BreakerEvent;
import dev.breaker.spring.event.EventSink;
import dev.breaker.spring.event.EventStream;
import dev.breaker.spring.event.EventSubscription;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.servlet.View;

/**
 * The {@link EventStreams} of Spring MVC. Writes without waiting, which Spring MVC does
 * not: a client that does not read would hold up the thread that serves all others.
 */
public final class ServletEventStreams extends EventStreams {

	@Override
	Object open(EventStream stream, @Nullable String name, @Nullable String lastEventId) {
		View view = (model, request, response) -> write(stream, name, lastEventId, request, response);
		return view;
	}

	private static void write(EventStream stream, @Nullable String name, @Nullable String lastEventId,
			HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
		response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
		if (HttpMethod.HEAD.matches(request.getMethod())) {
			return;
		}
		Client client = new Client(response.getOutputStream());
		EventSubscription subscription;
		try {
			subscription = stream.subscribe(name, lastEventId, client);
		}
		catch (IllegalStateException ex) {
			ErrorDescriptor full = full();
			response.setStatus(full.status());
			response.setContentType(EndpointRequestGuard.ANSWER_TYPE.toString());
			response.getOutputStream().write(full.toJson());
			return;
		}
		try {
			AsyncContext async = request.startAsync(request, response);
			async.setTimeout(0);
			client.begin(subscription, async);
		}
		catch (Throwable ex) {
			subscription.close();
			throw ex;
		}
	}

	private static final class Client implements EventSink, WriteListener, AsyncListener {

		private final ServletOutputStream output;

		/**
		 * A container gives what belongs to a request to the next one, as soon as it has
		 * told that this one is over: a write must not last longer than that, or it fails
		 * on the next.
		 */
		private final ReentrantLock writing = new ReentrantLock();

		/** There until it is completed. Guarded by the lock. */
		private @Nullable AsyncContext async;

		/** Guarded by the lock. */
		private boolean over;

		private volatile @Nullable EventSubscription subscription;

		/** The container has said that something may be written. */
		private volatile boolean writable;

		Client(ServletOutputStream output) {
			this.output = output;
		}

		void begin(EventSubscription subscription, AsyncContext async) {
			this.subscription = subscription;
			async.addListener(this);
			this.output.setWriteListener(this);
			this.writing.lock();
			try {
				this.async = async;
				if (this.over) {
					complete();
				}
			}
			finally {
				this.writing.unlock();
			}
		}

		@Override
		public boolean isReady() {
			this.writing.lock();
			try {
				return this.writable && !this.over && this.output.isReady();
			}
			finally {
				this.writing.unlock();
			}
		}

		@Override
		public void event(String id, BreakerEvent event) throws IOException {
			write(EventMessages.event(id, event));
		}

		@Override
		public void dropped(@Nullable Long count) throws IOException {
			write(EventMessages.dropped(count));
		}

		@Override
		public void heartbeat(String id) throws IOException {
			write(EventMessages.heartbeat(id));
		}

		private void write(ServerSentEvent<String> message) throws IOException {
			byte[] text = EventMessages.text(message).getBytes(StandardCharsets.UTF_8);
			this.writing.lock();
			try {
				if (!this.over) {
					this.output.write(text);
				}
			}
			finally {
				this.writing.unlock();
			}
		}

		@Override
		public void flush() throws IOException {
			this.writing.lock();
			try {
				if (!this.over) {
					this.output.flush();
				}
			}
			finally {
				this.writing.unlock();
			}
		}

		@Override
		public void end() {
			this.writing.lock();
			try {
				this.over = true;
				complete();
			}
			finally {
				this.writing.unlock();
			}
		}

		private void complete() {
			AsyncContext present = this.async;
			this.async = null;
			if (present != null) {
				try {
					present.complete();
				}
				catch (IllegalStateException ex) {
					// The container is about to tell that it is over.
				}
			}
		}

		@Override
		public void onWritePossible() {
			this.writable = true;
			EventSubscription present = this.subscription;
			if (present != null) {
				present.drain();
			}
		}

		@Override
		public void onError(Throwable thrown) {
			end();
			leave();
		}

		@Override
		public void onError(AsyncEvent event) {
			end();
			leave();
		}

		@Override
		public void onComplete(AsyncEvent event) {
			this.writing.lock();
			try {
				this.over = true;
				this.async = null;
			}
			finally {
				this.writing.unlock();
			}
			leave();
		}

		@Override
		public void onTimeout(AsyncEvent event) {
			// The stream has no limit.
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
			// The stream starts it once.
		}

		private void leave() {
			EventSubscription present = this.subscription;
			if (present != null) {
				present.close();
			}
		}

	}

}
