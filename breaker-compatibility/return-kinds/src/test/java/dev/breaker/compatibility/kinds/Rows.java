package dev.breaker.compatibility.kinds;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import dev.breaker.annotation.CircuitBreaker;
import io.reactivex.rxjava3.core.BackpressureStrategy;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import kotlinx.coroutines.reactive.ReactiveFlowKt;
import kotlinx.coroutines.reactor.ReactorFlowKt;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The rows of the matrix.
 */
final class Rows {

	static final List<Row<?>> ALL = List.of(new OfValue(), new OfFuture(), new OfMono(), new OfFlux(),
			new OfPublisher(), new OfFlowPublisher(), new OfSingle(), new OfMaybe(), new OfCompletable(),
			new OfObservable(), new OfFlowable(), new OfUni(), new OfMulti(), new OfKotlinFlow());

	private Rows() {
	}

	static class OfValue extends Row<String> {

		@Override
		String make(Remote remote) throws Throwable {
			return remote.get();
		}

		@Override
		String done(String value) {
			return value;
		}

		@Override
		String failed(RuntimeException thrown) {
			throw thrown;
		}

		@Override
		Answer read(String result) {
			return Answer.of(result);
		}

		@Override
		@CircuitBreaker(name = "row", fallbackMethod = "plainValue")
		public String withValueFallback(Remote remote) throws Throwable {
			return make(remote);
		}

		String plainValue() {
			return "value";
		}

		/** A value is there when the method returns. */
		@Override
		Set<Cell> cells() {
			return EnumSet.complementOf(EnumSet.of(Cell.FAILURE_LATER, Cell.CANCELLED, Cell.CANCELLED_WHEN_SLOW,
					Cell.NEVER_SUBSCRIBED, Cell.SUBSCRIBED_TWICE));
		}

	}

	static class OfFuture extends Row<CompletableFuture<String>> {

		@Override
		CompletableFuture<String> make(Remote remote) {
			return remote.call();
		}

		@Override
		CompletableFuture<String> done(String value) {
			return CompletableFuture.completedFuture(value);
		}

		@Override
		CompletableFuture<String> failed(RuntimeException thrown) {
			return CompletableFuture.failedFuture(thrown);
		}

		@Override
		Answer read(CompletableFuture<String> result) {
			return Answer.of(result);
		}

		/** A future is under way when the method returns. */
		@Override
		Set<Cell> cells() {
			return EnumSet.complementOf(EnumSet.of(Cell.CANCELLED_WHEN_SLOW, Cell.NEVER_SUBSCRIBED,
					Cell.SUBSCRIBED_TWICE, Cell.FALLBACK_OF_PLAIN_VALUE));
		}

	}

	static class OfMono extends LazyRow<Mono<String>> {

		@Override
		Mono<String> from(Mono<String> mono) {
			return mono;
		}

		@Override
		Publisher<?> publisher(Mono<String> result) {
			return result;
		}

	}

	static class OfFlux extends LazyRow<Flux<String>> {

		@Override
		Flux<String> from(Mono<String> mono) {
			return mono.flux();
		}

		@Override
		Publisher<?> publisher(Flux<String> result) {
			return result;
		}

	}

	static class OfPublisher extends LazyRow<Publisher<String>> {

		@Override
		Publisher<String> from(Mono<String> mono) {
			return mono;
		}

		@Override
		Publisher<?> publisher(Publisher<String> result) {
			return result;
		}

	}

	static class OfFlowPublisher extends LazyRow<Flow.Publisher<String>> {

		@Override
		Flow.Publisher<String> from(Mono<String> mono) {
			return JdkFlowAdapter.publisherToFlowPublisher(mono);
		}

		@Override
		Publisher<?> publisher(Flow.Publisher<String> result) {
			return JdkFlowAdapter.flowPublisherToFlux(result);
		}

	}

	static class OfSingle extends LazyRow<Single<String>> {

		@Override
		Single<String> from(Mono<String> mono) {
			return Single.fromPublisher(mono);
		}

		@Override
		Publisher<?> publisher(Single<String> result) {
			return result.toFlowable();
		}

	}

	static class OfMaybe extends LazyRow<Maybe<String>> {

		@Override
		Maybe<String> from(Mono<String> mono) {
			return Maybe.fromPublisher(mono);
		}

		@Override
		Publisher<?> publisher(Maybe<String> result) {
			return result.toFlowable();
		}

	}

	static class OfCompletable extends LazyRow<Completable> {

		@Override
		Completable from(Mono<String> mono) {
			return Completable.fromPublisher(mono);
		}

		@Override
		Publisher<?> publisher(Completable result) {
			return result.toFlowable();
		}

		@Override
		boolean hasValue() {
			return false;
		}

		@Override
		@CircuitBreaker(name = "row", fallbackMethod = "nothing")
		public Completable withValueFallback(Remote remote) {
			return make(remote);
		}

		void nothing() {
		}

	}

	static class OfObservable extends LazyRow<Observable<String>> {

		@Override
		Observable<String> from(Mono<String> mono) {
			return Observable.fromPublisher(mono);
		}

		@Override
		Publisher<?> publisher(Observable<String> result) {
			return result.toFlowable(BackpressureStrategy.BUFFER);
		}

	}

	static class OfFlowable extends LazyRow<Flowable<String>> {

		@Override
		Flowable<String> from(Mono<String> mono) {
			return Flowable.fromPublisher(mono);
		}

		@Override
		Publisher<?> publisher(Flowable<String> result) {
			return result;
		}

	}

	static class OfUni extends LazyRow<Uni<String>> {

		@Override
		Uni<String> from(Mono<String> mono) {
			return Uni.createFrom().publisher(JdkFlowAdapter.publisherToFlowPublisher(mono));
		}

		@Override
		Publisher<?> publisher(Uni<String> result) {
			return JdkFlowAdapter.flowPublisherToFlux(result.convert().toPublisher());
		}

	}

	static class OfMulti extends LazyRow<Multi<String>> {

		@Override
		Multi<String> from(Mono<String> mono) {
			return Multi.createFrom().publisher(JdkFlowAdapter.publisherToFlowPublisher(mono));
		}

		@Override
		Publisher<?> publisher(Multi<String> result) {
			return JdkFlowAdapter.flowPublisherToFlux(result);
		}

	}

	static class OfKotlinFlow extends LazyRow<kotlinx.coroutines.flow.Flow<String>> {

		@Override
		kotlinx.coroutines.flow.Flow<String> from(Mono<String> mono) {
			return ReactiveFlowKt.asFlow(mono);
		}

		@Override
		Publisher<?> publisher(kotlinx.coroutines.flow.Flow<String> result) {
			return ReactorFlowKt.asFlux(result);
		}

	}

}
