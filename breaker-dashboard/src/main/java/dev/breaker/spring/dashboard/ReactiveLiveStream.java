package dev.breaker.spring.dashboard;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitFailureHandler;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;

/**
 * The {@link LiveStream} of WebFlux. What a viewer has not asked for is not made.
 */
final class ReactiveLiveStream implements LiveStream {

	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private final Live live;

	private final Sinks.Many<Boolean> seconds = Sinks.many().multicast().directBestEffort();

	private final AtomicInteger viewers = new AtomicInteger();

	ReactiveLiveStream(Live live) {
		this.live = live;
	}

	@Override
	public Object open() {
		if (this.viewers.get() >= MOST_VIEWERS) {
			return LiveStream.refusal();
		}
		// Spring Boot collects a Flux that is no body of a response.
		return new WebEndpointResponse<>(Flux.defer(this::events), MediaType.TEXT_EVENT_STREAM);
	}

	private Flux<ServerSentEvent<String>> events() {
		this.viewers.incrementAndGet();
		Viewer viewer = new Viewer();
		return Flux.concat(Flux.just(true), this.seconds.asFlux().onBackpressureLatest())
			.map((second) -> viewer.next())
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
	 * One that is told, one event at a time.
	 */
	private final class Viewer {

		private Live.@Nullable Event last;

		ServerSentEvent<String> next() {
			Live.Event before = this.last;
			Live live = ReactiveLiveStream.this.live;
			Live.Event event = (before != null) ? live.next(before.samples()) : live.first();
			this.last = event;
			return ServerSentEvent.builder(event.json()).id(event.id()).event(EVENT).build();
		}

	}

}
