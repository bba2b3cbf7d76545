package dev.breaker.spring.stream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

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
 * The {@link SseStreams} of Spring MVC. Writes without waiting, which Spring MVC's own
 * emitters do not: a client that does not read would hold a thread until a time-out.
 */
public final class ServletSseStreams extends SseStreams {

	@Override
	public Object open(Source source) {
		View view = (model, request, response) -> write(source, request, response);
		return view;
	}

	private static void write(Source source, HttpServletRequest request, HttpServletResponse response)
			throws IOException {
		response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
		response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
		if (HttpMethod.HEAD.matches(request.getMethod())) {
			return;
		}
		Client client = new Client(response.getOutputStream());
		StreamSubscription subscription;
		try {
			subscription = source.subscribe(client);
		}
		catch (IllegalStateException ex) {
			response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, ex.getMessage());
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

	private static final class Client implements SseSink, WriteListener, AsyncListener {

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

		private volatile @Nullable StreamSubscription subscription;

		/** The container has said that something may be written. */
		private volatile boolean writable;

		Client(ServletOutputStream output) {
			this.output = output;
		}

		void begin(StreamSubscription subscription, AsyncContext async) {
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
		public void send(ServerSentEvent<String> message) throws IOException {
			String data = message.data();
			String text = message.format() + ((data != null) ? data + "\n\n" : "\n");
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			this.writing.lock();
			try {
				if (!this.over) {
					this.output.write(bytes);
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
			StreamSubscription present = this.subscription;
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
			this.writing.lock();
			try {
				// Tomcat forgets a completion that came before, and dispatches to the
				// error page where none follows.
				this.async = event.getAsyncContext();
			}
			finally {
				this.writing.unlock();
			}
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
			StreamSubscription present = this.subscription;
			if (present != null) {
				present.close();
			}
		}

	}

}
