package dev.breaker.reactor;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/**
 * How long a {@link Flux} may take for its next element, by Reactor's {@code timeout}.
 * The time runs while an element is requested and the subscriber is not busy with the one
 * before: a slow subscriber is no failure of the source. Of one subscription.
 */
final class TimeLimit {

	private final Duration limit;

	/** Elements that are requested and have not come. */
	private final AtomicLong requested = new AtomicLong();

	/** Where nothing is requested, ends when something is. */
	private final AtomicReference<Sinks.@Nullable Empty<Void>> request = new AtomicReference<>();

	private TimeLimit(Duration limit) {
		this.limit = limit;
	}

	static <T> Flux<T> on(Flux<T> source, Duration limit) {
		return Flux.defer(() -> {
			TimeLimit time = new TimeLimit(bounded(limit));
			return source.doOnRequest(time::requested)
				.doOnNext((element) -> time.emitted())
				.timeout(time.over(), (element) -> time.over(), Flux.error(
						() -> new TimeoutException("The next element did not come within the time limit of " + limit)));
		});
	}

	/** The limit, or the longest that Reactor's timers know. */
	static Duration bounded(Duration limit) {
		return Duration.ofNanos(TimeUnit.NANOSECONDS.convert(limit));
	}

	private void requested(long elements) {
		this.requested.getAndAccumulate(elements, Operators::addCap);
		Sinks.Empty<Void> waiting = this.request.get();
		if (waiting != null) {
			waiting.tryEmitEmpty();
		}
	}

	private void emitted() {
		this.requested.getAndUpdate((before) -> Math.max(0, before - 1));
	}

	/** Ends when the time is over that begins now, or with the next request. */
	private Mono<Long> over() {
		return Mono.defer(() -> {
			Mono<Long> timer = Mono.delay(this.limit);
			// First this, since a request may come at this moment.
			Sinks.Empty<Void> waiting = Sinks.empty();
			this.request.set(waiting);
			return (this.requested.get() > 0) ? timer : waiting.asMono().then(timer);
		});
	}

}
