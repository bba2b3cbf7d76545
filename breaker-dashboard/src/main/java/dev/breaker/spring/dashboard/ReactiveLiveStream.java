package dev.breaker.spring.dashboard;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitFailureHandler;
import reactor.core.publisher.SynchronousSink;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;

/**
 * The {@link LiveStream} of WebFlux. A server asks for many events before one is written,
 * so the figures of an event are read when it is. A viewer that has read nothing for a
 * minute is let go.
 */
final class ReactiveLiveStream implements LiveStream {

	private static final long MOST_NANOS_UNREAD = TimeUnit.MINUTES.toNanos(1);

	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private final Live live;

	private final LongSupplier nanoTime;

	private final Sinks.Many<Boolean> seconds = Sinks.many().multicast().directBestEffort();

	private final AtomicInteger viewers = new AtomicInteger();

	ReactiveLiveStream(Live live, LongSupplier nanoTime) {
		this.live = live;
		this.nanoTime = nanoTime;
	}

	@Override
	public Object open() {
		if (this.viewers.get() >= MOST_VIEWERS) {
			return LiveStream.refusal();
		}
		// Spring Boot collects a Flux that is no body of a response.
		return new WebEndpointResponse<>(Flux.defer(this::events), MediaType.TEXT_EVENT_STREAM);
	}

	private Flux<ServerSentEvent<Figures>> events() {
		this.viewers.incrementAndGet();
		Viewer viewer = new Viewer();
		return Flux.concat(Flux.just(true), this.seconds.asFlux().handle(viewer::look).onBackpressureLatest())
			.map((second) -> viewer.event())
			.doFinally((end) -> this.viewers.decrementAndGet());
	}

	@Override
	public void tell() {
		this.seconds.tryEmitNext(true);
	}

	@Override
	public void close() {
		this.seconds.emitComplete(EmitFailureHandler.busyLooping(PATIENCE));
	}

	/**
	 * What an event says.
	 */
	static final class Figures {

		private final Viewer viewer;

		private Figures(Viewer viewer) {
			this.viewer = viewer;
		}

		@JsonValue
		@JsonRawValue
		String json() {
			return this.viewer.next().json();
		}

	}

	/**
	 * One that is told, one event at a time.
	 */
	private final class Viewer {

		private volatile long readAt = ReactiveLiveStream.this.nanoTime.getAsLong();

		private Live.@Nullable Event last;

		/** Ends the stream where nothing is read. */
		void look(boolean second, SynchronousSink<Boolean> seconds) {
			if (ReactiveLiveStream.this.nanoTime.getAsLong() - this.readAt > MOST_NANOS_UNREAD) {
				seconds.error(new TimeoutException("The viewer has read nothing for a minute"));
			}
			else {
				seconds.next(second);
			}
		}

		ServerSentEvent<Figures> event() {
			return ServerSentEvent.builder(new Figures(this))
				.id(ReactiveLiveStream.this.live.now().toString())
				.event(EVENT)
				.build();
		}

		Live.Event next() {
			Live.Event before = this.last;
			Live live = ReactiveLiveStream.this.live;
			Live.Event event = (before != null) ? live.next(before.samples()) : live.first();
			this.last = event;
			this.readAt = ReactiveLiveStream.this.nanoTime.getAsLong();
			return event;
		}

	}

}
