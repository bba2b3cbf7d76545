package dev.breaker.compatibility.kinds;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.ResponseEntity;

/**
 * The rows of what is in a container, and of methods that declare {@link Object}: the
 * permit is taken when the method is called.
 */
final class ContainerRows {

	static final List<Row<?>> ALL = List.of(new OfEntityOfMono(), new OfEntityOfFlux(), new OfEntityOfFuture(),
			new OfAnyEntity(), new OfOptionalMono(), new OfObjectMono(), new OfObjectFuture(), new OfObjectValue());

	private ContainerRows() {
	}

	/**
	 * A kind whose permit is held until its content ends.
	 *
	 * @param <T> what the methods return
	 */
	abstract static class HeldRow<T> extends Row<T> {

		abstract T from(CompletableFuture<String> future);

		abstract Object content(T result);

		@Override
		T make(Remote remote) {
			return from(remote.call());
		}

		@Override
		T done(String value) {
			return from(CompletableFuture.completedFuture(value));
		}

		@Override
		T failed(RuntimeException thrown) {
			return from(CompletableFuture.failedFuture(thrown));
		}

		@Override
		@SuppressWarnings("unchecked")
		Answer read(T result) {
			Object content = content(result);
			return (content instanceof Publisher<?> publisher) ? Answer.of(publisher)
					: Answer.of((CompletionStage<String>) content);
		}

		@Override
		Set<Cell> cells() {
			return EnumSet
				.complementOf(EnumSet.of(Cell.NEVER_SUBSCRIBED, Cell.SUBSCRIBED_TWICE, Cell.FALLBACK_OF_PLAIN_VALUE));
		}

	}

	static class OfEntityOfMono extends HeldRow<ResponseEntity<Mono<String>>> {

		@Override
		ResponseEntity<Mono<String>> from(CompletableFuture<String> future) {
			return ResponseEntity.ok(Mono.fromFuture(future));
		}

		@Override
		Object content(ResponseEntity<Mono<String>> result) {
			return result.getBody();
		}

	}

	static class OfEntityOfFlux extends HeldRow<ResponseEntity<Flux<String>>> {

		@Override
		ResponseEntity<Flux<String>> from(CompletableFuture<String> future) {
			return ResponseEntity.ok(Mono.fromFuture(future).flux());
		}

		@Override
		Object content(ResponseEntity<Flux<String>> result) {
			return result.getBody();
		}

	}

	static class OfEntityOfFuture extends HeldRow<ResponseEntity<CompletableFuture<String>>> {

		@Override
		ResponseEntity<CompletableFuture<String>> from(CompletableFuture<String> future) {
			return ResponseEntity.ok(future);
		}

		@Override
		Object content(ResponseEntity<CompletableFuture<String>> result) {
			return result.getBody();
		}

	}

	static class OfAnyEntity extends HeldRow<ResponseEntity<?>> {

		@Override
		ResponseEntity<?> from(CompletableFuture<String> future) {
			return ResponseEntity.ok(Mono.fromFuture(future));
		}

		@Override
		Object content(ResponseEntity<?> result) {
			return result.getBody();
		}

	}

	static class OfOptionalMono extends HeldRow<Optional<Mono<String>>> {

		@Override
		Optional<Mono<String>> from(CompletableFuture<String> future) {
			return Optional.of(Mono.fromFuture(future));
		}

		@Override
		Object content(Optional<Mono<String>> result) {
			return result.orElseThrow();
		}

	}

	static class OfObjectMono extends HeldRow<Object> {

		@Override
		Object from(CompletableFuture<String> future) {
			return Mono.fromFuture(future);
		}

		@Override
		Object content(Object result) {
			return result;
		}

	}

	static class OfObjectFuture extends HeldRow<Object> {

		@Override
		Object from(CompletableFuture<String> future) {
			return future;
		}

		@Override
		Object content(Object result) {
			return result;
		}

	}

	/** A value is there when the method returns. */
	static class OfObjectValue extends Row<Object> {

		@Override
		Object make(Remote remote) throws Throwable {
			return remote.get();
		}

		@Override
		Object done(String value) {
			return value;
		}

		@Override
		Object failed(RuntimeException thrown) {
			throw thrown;
		}

		@Override
		Answer read(Object result) {
			return Answer.of((String) result);
		}

		@Override
		Set<Cell> cells() {
			return EnumSet.complementOf(EnumSet.of(Cell.FAILURE_LATER, Cell.CANCELLED, Cell.CANCELLED_WHEN_SLOW,
					Cell.NEVER_SUBSCRIBED, Cell.SUBSCRIBED_TWICE, Cell.FALLBACK_OF_PLAIN_VALUE));
		}

	}

}
