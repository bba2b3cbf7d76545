package dev.breaker.compatibility.kinds;

import dev.breaker.annotation.CircuitBreaker;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * A kind whose work begins with a subscription. A row says how a publisher becomes one.
 *
 * @param <T> what the methods return
 */
abstract class LazyRow<T> extends Row<T> {

	abstract T from(Mono<String> mono);

	abstract Publisher<?> publisher(T result);

	@Override
	T make(Remote remote) {
		return from(remote.mono());
	}

	@Override
	T done(String value) {
		return from(Mono.just(value));
	}

	@Override
	T failed(RuntimeException thrown) {
		return from(Mono.error(thrown));
	}

	@Override
	Answer read(T result) {
		return Answer.of(publisher(result));
	}

	@Override
	@CircuitBreaker(name = "row", fallbackMethod = "value")
	public T withValueFallback(Remote remote) {
		return make(remote);
	}

	String value(Throwable thrown) {
		return "value";
	}

}
