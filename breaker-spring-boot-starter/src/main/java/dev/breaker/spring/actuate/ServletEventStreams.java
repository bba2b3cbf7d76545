package dev.breaker.spring.actuate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

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

		private volatile @Nullable EventSubscription subscription;

		private volatile @Nullable AsyncContext async;

		/** The container has said that something may be written. */
		private volatile boolean writable;

		Client(ServletOutputStream output) {
			this.output = output;
		}

		void begin(EventSubscription subscription, AsyncContext async) {
			this.subscription = subscription;
			this.async = async;
			async.addListener(this);
			this.output.setWriteListener(this);
		}

		@Override
		public boolean isReady() {
			return this.writable && this.output.isReady();
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
			this.output.write(EventMessages.text(message).getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public void flush() throws IOException {
			this.output.flush();
		}

		@Override
		public void end() {
			AsyncContext present = this.async;
			if (present != null) {
				complete(present);
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
			EventSubscription present = this.subscription;
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
