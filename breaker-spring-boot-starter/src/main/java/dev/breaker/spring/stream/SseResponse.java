package dev.breaker.spring.stream;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.SynchronousSink;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * A response of WebFlux that asks a stream for a message when the one before it has been
 * written. Reactor Netty asks for 32 at once, and keeps those that the client does not
 * read. A stream that fails cuts the connection, since its end would wait behind what is
 * not read.
 */
public final class SseResponse extends ServerHttpResponseDecorator {

	/**
	 * Creates a response.
	 * @param delegate the response of the server
	 */
	public SseResponse(ServerHttpResponse delegate) {
		super(delegate);
	}

	@Override
	public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		return Mono.deferContextual((context) -> {
			Steps steps = new Steps(context);
			// Before anything is written, so that a stream that is refused is an error.
			body.subscribe(steps);
			return Mono.firstWithSignal(steps.failure().doOnError((ex) -> cut()), super.writeAndFlushWith(steps.all()))
				.doFinally((end) -> steps.cancel());
		});
	}

	private void cut() {
		if (isCommitted() && getNativeResponse(getDelegate()) instanceof Disposable connection) {
			connection.dispose();
		}
	}

	/**
	 * Asks for a message when the server begins with a step, which it does when the step
	 * before is over.
	 */
	private static final class Steps extends BaseSubscriber<Publisher<? extends DataBuffer>> {

		private final ContextView context;

		private final Sinks.Empty<Void> failure = Sinks.empty();

		/** The step that waits for a message. */
		private final AtomicReference<@Nullable MonoSink<Publisher<? extends DataBuffer>>> waiting = new AtomicReference<>();

		private volatile boolean over;

		Steps(ContextView context) {
			this.context = context;
		}

		Mono<Void> failure() {
			return this.failure.asMono();
		}

		Flux<Publisher<DataBuffer>> all() {
			return Flux.generate(this::next);
		}

		private void next(SynchronousSink<Publisher<DataBuffer>> steps) {
			if (this.over) {
				steps.complete();
			}
			else {
				steps.next(Mono.<Publisher<? extends DataBuffer>>create(this::begin)
					.<DataBuffer>flatMapMany((message) -> message));
			}
		}

		private void begin(MonoSink<Publisher<? extends DataBuffer>> step) {
			this.waiting.set(step);
			if (this.over) {
				skip();
			}
			else {
				request(1);
			}
		}

		private void skip() {
			MonoSink<Publisher<? extends DataBuffer>> step = this.waiting.getAndSet(null);
			if (step != null) {
				step.success();
			}
		}

		@Override
		public Context currentContext() {
			return Context.of(this.context);
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// The first step asks.
		}

		@Override
		protected void hookOnNext(Publisher<? extends DataBuffer> message) {
			MonoSink<Publisher<? extends DataBuffer>> step = this.waiting.getAndSet(null);
			if (step != null && !isDisposed()) {
				step.success(message);
			}
			else {
				Flux.from(message).subscribe(DataBufferUtils::release);
			}
		}

		@Override
		protected void hookOnComplete() {
			this.over = true;
			skip();
		}

		@Override
		protected void hookOnError(Throwable thrown) {
			this.over = true;
			this.failure.tryEmitError(thrown);
		}

	}

}
