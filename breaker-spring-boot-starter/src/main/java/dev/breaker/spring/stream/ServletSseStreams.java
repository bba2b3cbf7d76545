package dev.breaker.spring.stream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

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

		private volatile @Nullable StreamSubscription subscription;

		private volatile @Nullable AsyncContext async;

		/** The container has said that something may be written. */
		private volatile boolean writable;

		private volatile boolean ended;

		Client(ServletOutputStream output) {
			this.output = output;
		}

		void begin(StreamSubscription subscription, AsyncContext async) {
			this.subscription = subscription;
			this.async = async;
			async.addListener(this);
			this.output.setWriteListener(this);
			if (this.ended) {
				complete(async);
			}
		}

		@Override
		public boolean isReady() {
			return this.writable && this.output.isReady();
		}

		@Override
		public void send(ServerSentEvent<String> message) throws IOException {
			String data = message.data();
			String text = message.format() + ((data != null) ? data + "\n\n" : "\n");
			this.output.write(text.getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public void flush() throws IOException {
			this.output.flush();
		}

		@Override
		public void end() {
			this.ended = true;
			AsyncContext present = this.async;
			if (present != null) {
				complete(present);
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
			leave();
			end();
		}

		@Override
		public void onComplete(AsyncEvent event) {
			leave();
		}

		@Override
		public void onTimeout(AsyncEvent event) {
			leave();
			complete(event.getAsyncContext());
		}

		@Override
		public void onError(AsyncEvent event) {
			leave();
			complete(event.getAsyncContext());
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

		private static void complete(AsyncContext async) {
			try {
				async.complete();
			}
			catch (IllegalStateException ex) {
				// It is over already.
			}
		}

	}

}
