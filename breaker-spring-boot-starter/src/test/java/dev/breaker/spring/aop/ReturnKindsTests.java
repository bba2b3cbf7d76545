package dev.breaker.spring.aop;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.ParallelFlux;

import org.springframework.asm.ClassWriter;
import org.springframework.asm.Opcodes;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * When a call ends, by what its method returns.
 */
class ReturnKindsTests {

	@Test
	void valuesVoidPrimitivesAndOptionalsEndWhenTheyReturn() {
		Contexts.with(Values.class).run((context) -> {
			Values bean = context.getBean(Values.class);
			assertThat(bean.number()).isEqualTo(7);
			assertThat(bean.text()).isNull();
			assertThat(bean.optional()).contains("x");
			bean.nothing();
			assertThat(Contexts.recorded(context, "values")).isEqualTo(4);
		});
	}

	@Test
	void checkedExceptionsAndErrorsReachTheCallerAsTheyAre() {
		Contexts.with(Values.class).run((context) -> {
			Values bean = context.getBean(Values.class);
			IOException checked = new IOException("boom");
			assertThatException().isThrownBy(() -> bean.failing(checked)).isSameAs(checked);
			AssertionError error = new AssertionError("boom");
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> bean.failing(error)).isSameAs(error);
			assertThat(Contexts.breaker(context, "values").snapshot().failedCallsTotal()).isEqualTo(2);
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aStageIsRecordedWhenItCompletes(boolean declaredAsFuture) {
		Contexts.with(Stages.class).run((context) -> {
			Stages bean = context.getBean(Stages.class);
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletionStage<String> stage = declaredAsFuture ? bean.future(source) : bean.stage(source);
			assertThat(Contexts.recorded(context, "stages")).isZero();
			source.complete("done");
			assertThat(stage.toCompletableFuture()).isCompletedWithValue("done");
			assertThat(Contexts.recorded(context, "stages")).isOne();
		});
	}

	@Test
	void aStageThatFailsIsAFailure() {
		Contexts.with(Stages.class).run((context) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> future = context.getBean(Stages.class).future(source);
			source.completeExceptionally(new IOException("late"));
			assertThat(future).isCompletedExceptionally();
			assertThat(Contexts.breaker(context, "stages").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aCancelledFutureCountsAsNothingAndCancelsTheCall() {
		Contexts.with(Stages.class).run((context) -> {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> future = context.getBean(Stages.class).future(source);
			assertThat(future.cancel(true)).isTrue();
			assertThat(source).isCancelled();
			assertThat(Contexts.recorded(context, "stages")).isZero();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(future::join);
		});
	}

	@Test
	void whatAMethodThrowsInsteadOfAStageIsThrownAndRecorded() {
		Contexts.with(Stages.class).run((context) -> {
			IllegalStateException thrown = new IllegalStateException("no stage");
			assertThatException().isThrownBy(() -> context.getBean(Stages.class).throwing(thrown)).isSameAs(thrown);
			assertThat(Contexts.breaker(context, "stages").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void noStageAtAllIsAFailureThatNamesTheMethod() {
		Contexts.with(Stages.class).run((context) -> {
			assertThatExceptionOfType(NullPointerException.class)
				.isThrownBy(() -> context.getBean(Stages.class).stage(null))
				.withMessageContaining("Stages.stage(CompletionStage<String>) returned no stage");
			assertThat(Contexts.breaker(context, "stages").snapshot().failedCallsTotal()).isOne();
		});
	}

	@Test
	void aRefusalComesAsAFailedStage() {
		Contexts.with(Stages.class).run((context) -> {
			Contexts.breaker(context, "stages").forceOpen();
			CompletableFuture<String> future = context.getBean(Stages.class).future(new CompletableFuture<>());
			assertThat(future).failsWithin(java.time.Duration.ZERO)
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(CallNotPermittedException.class);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { ConnectableMethod.class, ParallelMethod.class, OwnFuture.class, OwnCallable.class,
			OwnTask.class, OwnDeferred.class, OwnStage.class, StreamMethod.class, IntStreamMethod.class,
			IteratorMethod.class, SupplierMethod.class, RunnableMethod.class, KotlinLambda.class, KotlinSequence.class,
			BoxedResult.class, RxSingle.class, RxObservable.class, RxCompletable.class, RxFlowable.class,
			ListOfFutures.class, MapOfSuppliers.class, ArrayOfCallables.class, StageOfStream.class,
			FutureOfStream.class, CallableOfMono.class, EntityOfOptionalMono.class, EntityOfStageOfStream.class,
			MonoOfStream.class, FluxOfMonos.class, EntryOfMono.class, ReferenceOfFuture.class, HolderOfMono.class,
			HttpResponseOfInputStream.class, HttpResponseOfPublisher.class, PairOfMono.class, FunctionMethod.class,
			ConsumerMethod.class, PredicateMethod.class, HandlerMethod.class, DisposableMethod.class,
			InputStreamResourceMethod.class, MonoOfEntityOfFlux.class, PublisherOfInputStream.class,
			EntityOfOwnFuture.class, EntityOfStreamingBody.class, EntityOfInputStream.class, InputStreamMethod.class,
			ReaderMethod.class, ChannelMethod.class, EmitterMethod.class, SseMethod.class, EntityOfEmitter.class })
	void whatCannotBeFollowedStopsTheApplication(Class<?> bean) {
		Contexts.with(bean).run((context) -> {
			FailureAnalysis analysis = Contexts.analysis(context);
			assertThat(analysis.getDescription()).startsWith("@CircuitBreaker cannot guard " + bean.getName())
				.contains(".call(");
			assertThat(analysis.getAction()).contains("CompletableFuture");
		});
	}

	@Test
	void theReasonNamesTheTypeAndWhy() {
		Contexts.with(ConnectableMethod.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns reactor.core.publisher.ConnectableFlux, which runs nothing until it is used"));
		Contexts.with(InputStreamMethod.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns java.io.InputStream, which is read after the method has returned"));
		Contexts.with(SseMethod.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining("SseEmitter")
				.hasStackTraceContaining("which may end long after the method has returned"));
		Contexts.with(OwnFuture.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns the class java.util.concurrent.FutureTask, and a circuit breaker gives its callers a Future"));
	}

	@Test
	void collectionsAndWhatCanSupplyAStreamOfItselfAreFine() {
		Contexts.with(Collections.class).run((context) -> {
			Collections bean = context.getBean(Collections.class);
			assertThat(bean.list()).isEmpty();
			assertThat(bean.iterable()).isEmpty();
			assertThat(bean.page()).isEmpty();
			assertThat(bean.entity().getBody()).isEqualTo("x");
			assertThat(bean.futureOfList()).isCompleted();
			bean.resource();
			bean.wildcard();
			bean.type();
			bean.types();
			bean.holder();
			bean.scheduler();
			assertThat(Contexts.recorded(context, "collections")).isEqualTo(11);
		});
	}

	@Test
	void aKotlinFunctionThatReturnsAResultIsKnownByItsName() throws Exception {
		for (Class<?> type : new Class<?>[] { mangled("load-d1pmJ48"), mangled("load-IoAF18A", String.class) }) {
			assertThat(ReturnKinds.of(type.getMethods()[0], type)).isInstanceOf(KotlinResultReturnKind.class);
		}
		Class<?> other = mangled("load-IoAF18A");
		assertThat(ReturnKinds.of(other.getMethods()[0], other)).isInstanceOf(ObjectReturnKind.class);
	}

	/** An interface as Kotlin's compiler makes it: Java has no such names. */
	private static Class<?> mangled(String name, Class<?>... parameters) {
		ClassWriter writer = new ClassWriter(0);
		writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_INTERFACE | Opcodes.ACC_ABSTRACT, "Mangled", null,
				"java/lang/Object", null);
		writer.visitMethod(Opcodes.ACC_PUBLIC | Opcodes.ACC_ABSTRACT, name,
				MethodType.methodType(Object.class, parameters).toMethodDescriptorString(), null, null);
		byte[] bytes = writer.toByteArray();
		return new ClassLoader() {

			Class<?> define() {
				return defineClass("Mangled", bytes, 0, bytes.length);
			}

		}.define();
	}

	@Test
	void theReasonNamesWhatIsInTheContainer() {
		Contexts.with(EntityOfInputStream.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns org.springframework.http.ResponseEntity of java.io.InputStream, which is read after the method has returned"));
	}

	@Test
	void theReasonNamesWhatAPublisherEmits() {
		Contexts.with(MonoOfStream.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns reactor.core.publisher.Mono of java.util.stream.Stream, which runs nothing until it is used"));
		Contexts.with(MonoOfEntityOfFlux.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns reactor.core.publisher.Mono of org.springframework.http.ResponseEntity of reactor.core.publisher.Flux, which runs nothing until it is used"));
	}

	@Test
	void theReasonNamesTheWholeWayToWhatCannotBeFollowed() {
		Contexts.with(EntityOfListOfMonos.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns org.springframework.http.ResponseEntity of java.util.List of reactor.core.publisher.Mono, which"));
		Contexts.with(OptionalOfEntityOfMono.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns java.util.Optional of org.springframework.http.ResponseEntity of reactor.core.publisher.Mono, which"));
		Contexts.with(EntityOfStageOfStream.class)
			.run((context) -> assertThat(context.getStartupFailure()).hasStackTraceContaining(
					"it returns org.springframework.http.ResponseEntity of java.util.concurrent.CompletionStage of java.util.stream.Stream, which"));
	}

	@Test
	void theReasonNamesAnArrayInWords() {
		Contexts.with(ArrayOfCallables.class)
			.run((context) -> assertThat(context.getStartupFailure())
				.hasStackTraceContaining("it returns an array of java.util.concurrent.Callable, which"));
	}

	static class EntityOfListOfMonos {

		@CircuitBreaker(name = "unsupported")
		public ResponseEntity<java.util.List<Mono<String>>> call() {
			return null;
		}

	}

	static class OptionalOfEntityOfMono {

		@CircuitBreaker(name = "unsupported")
		public Optional<ResponseEntity<Mono<String>>> call() {
			return null;
		}

	}

	static class EntryOfMono {

		@CircuitBreaker(name = "unsupported")
		public java.util.Map.Entry<String, Mono<String>> call() {
			return null;
		}

	}

	static class ReferenceOfFuture {

		@CircuitBreaker(name = "unsupported")
		public java.util.concurrent.atomic.AtomicReference<CompletableFuture<String>> call() {
			return null;
		}

	}

	record Holder<T>(T value) {

	}

	static class HolderOfMono {

		@CircuitBreaker(name = "unsupported")
		public Holder<Mono<String>> call() {
			return null;
		}

	}

	static class HttpResponseOfInputStream {

		@CircuitBreaker(name = "unsupported")
		public java.net.http.HttpResponse<InputStream> call() {
			return null;
		}

	}

	static class HttpResponseOfPublisher {

		@CircuitBreaker(name = "unsupported")
		public java.net.http.HttpResponse<java.util.concurrent.Flow.Publisher<java.util.List<java.nio.ByteBuffer>>> call() {
			return null;
		}

	}

	static class PairOfMono {

		@CircuitBreaker(name = "unsupported")
		public kotlin.Pair<String, Mono<String>> call() {
			return null;
		}

	}

	static class FunctionMethod {

		@CircuitBreaker(name = "unsupported")
		public java.util.function.Function<String, String> call() {
			return null;
		}

	}

	static class ConsumerMethod {

		@CircuitBreaker(name = "unsupported")
		public java.util.function.Consumer<String> call() {
			return null;
		}

	}

	static class PredicateMethod {

		@CircuitBreaker(name = "unsupported")
		public java.util.function.Predicate<String> call() {
			return null;
		}

	}

	static class HandlerMethod {

		@CircuitBreaker(name = "unsupported")
		public org.springframework.web.servlet.function.HandlerFunction<?> call() {
			return null;
		}

	}

	static class DisposableMethod {

		@CircuitBreaker(name = "unsupported")
		public reactor.core.Disposable call() {
			return null;
		}

	}

	static class InputStreamResourceMethod {

		@CircuitBreaker(name = "unsupported")
		public org.springframework.core.io.InputStreamResource call() {
			return null;
		}

	}

	@CircuitBreaker(name = "collections")
	static class Collections {

		public Class<? extends Runnable> type() {
			return Thread.class;
		}

		public java.util.Map<String, Class<? extends Runnable>> types() {
			return java.util.Map.of();
		}

		public Holder<java.util.List<String>> holder() {
			return new Holder<>(java.util.List.of());
		}

		public reactor.core.scheduler.Scheduler scheduler() {
			return reactor.core.scheduler.Schedulers.immediate();
		}

		public java.util.List<String> list() {
			return java.util.List.of();
		}

		public Iterable<String> iterable() {
			return java.util.List.of();
		}

		public org.springframework.data.domain.Page<String> page() {
			return org.springframework.data.domain.Page.empty();
		}

		public ResponseEntity<String> entity() {
			return ResponseEntity.ok("x");
		}

		public CompletableFuture<java.util.List<String>> futureOfList() {
			return CompletableFuture.completedFuture(java.util.List.of());
		}

		public org.springframework.core.io.Resource resource() {
			return new org.springframework.core.io.ByteArrayResource(new byte[0]);
		}

		public ResponseEntity<?> wildcard() {
			return ResponseEntity.ok("x");
		}

	}

	static class StreamMethod {

		@CircuitBreaker(name = "unsupported")
		public java.util.stream.Stream<String> call() {
			return null;
		}

	}

	static class IntStreamMethod {

		@CircuitBreaker(name = "unsupported")
		public java.util.stream.IntStream call() {
			return null;
		}

	}

	static class IteratorMethod {

		@CircuitBreaker(name = "unsupported")
		public java.util.Iterator<String> call() {
			return null;
		}

	}

	static class SupplierMethod {

		@CircuitBreaker(name = "unsupported")
		public java.util.function.Supplier<String> call() {
			return null;
		}

	}

	static class RunnableMethod {

		@CircuitBreaker(name = "unsupported")
		public Runnable call() {
			return null;
		}

	}

	static class KotlinLambda {

		@CircuitBreaker(name = "unsupported")
		public kotlin.jvm.functions.Function0<String> call() {
			return null;
		}

	}

	static class KotlinSequence {

		@CircuitBreaker(name = "unsupported")
		public kotlin.sequences.Sequence<String> call() {
			return null;
		}

	}

	static class BoxedResult {

		@CircuitBreaker(name = "unsupported")
		public kotlin.Result<String> call() {
			return null;
		}

	}

	static class RxSingle {

		@CircuitBreaker(name = "unsupported")
		public io.reactivex.Single<String> call() {
			return null;
		}

	}

	static class RxObservable {

		@CircuitBreaker(name = "unsupported")
		public io.reactivex.Observable<String> call() {
			return null;
		}

	}

	static class RxCompletable {

		@CircuitBreaker(name = "unsupported")
		public io.reactivex.Completable call() {
			return null;
		}

	}

	static class RxFlowable {

		@CircuitBreaker(name = "unsupported")
		public io.reactivex.Flowable<String> call() {
			return null;
		}

	}

	static class ListOfFutures {

		@CircuitBreaker(name = "unsupported")
		public java.util.List<CompletableFuture<String>> call() {
			return null;
		}

	}

	static class MapOfSuppliers {

		@CircuitBreaker(name = "unsupported")
		public java.util.Map<String, java.util.function.Supplier<String>> call() {
			return null;
		}

	}

	static class ArrayOfCallables {

		@CircuitBreaker(name = "unsupported")
		public Callable<String>[] call() {
			return null;
		}

	}

	static class StageOfStream {

		@CircuitBreaker(name = "unsupported")
		public CompletableFuture<java.util.stream.Stream<String>> call() {
			return null;
		}

	}

	static class EntityOfOptionalMono {

		@CircuitBreaker(name = "unsupported")
		public ResponseEntity<Optional<Mono<String>>> call() {
			return null;
		}

	}

	static class EntityOfStreamingBody {

		@CircuitBreaker(name = "unsupported")
		public ResponseEntity<org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody> call() {
			return null;
		}

	}

	static class Values {

		@CircuitBreaker(name = "values")
		public int number() {
			return 7;
		}

		@CircuitBreaker(name = "values")
		public @Nullable String text() {
			return null;
		}

		@CircuitBreaker(name = "values")
		public Optional<String> optional() {
			return Optional.of("x");
		}

		@CircuitBreaker(name = "values")
		public void nothing() {
		}

		@CircuitBreaker(name = "values")
		public String failing(Throwable thrown) throws IOException {
			if (thrown instanceof IOException checked) {
				throw checked;
			}
			throw (Error) thrown;
		}

	}

	static class Stages {

		@CircuitBreaker(name = "stages")
		public CompletionStage<String> stage(CompletionStage<String> source) {
			return source;
		}

		@CircuitBreaker(name = "stages")
		public CompletableFuture<String> future(CompletableFuture<String> source) {
			return source;
		}

		@CircuitBreaker(name = "stages")
		public CompletableFuture<String> throwing(RuntimeException thrown) {
			throw thrown;
		}

	}

	static class ConnectableMethod {

		@CircuitBreaker(name = "unsupported")
		public ConnectableFlux<String> call() {
			return Flux.<String>empty().publish();
		}

	}

	static class ParallelMethod {

		@CircuitBreaker(name = "unsupported")
		public ParallelFlux<String> call() {
			return Flux.<String>empty().parallel();
		}

	}

	static class OwnFuture {

		@CircuitBreaker(name = "unsupported")
		public FutureTask<String> call() {
			return new FutureTask<>(() -> "x");
		}

	}

	static class OwnCallable {

		@CircuitBreaker(name = "unsupported")
		public Work call() {
			return new Work();
		}

		static class Work implements Callable<String> {

			@Override
			public String call() {
				return "x";
			}

		}

	}

	static class OwnTask {

		@CircuitBreaker(name = "unsupported")
		public Task call() {
			return new Task();
		}

		static class Task extends WebAsyncTask<String> {

			Task() {
				super(() -> "x");
			}

		}

	}

	static class OwnDeferred {

		@CircuitBreaker(name = "unsupported")
		public Deferred call() {
			return new Deferred();
		}

		static class Deferred extends DeferredResult<String> {

		}

	}

	static class FutureOfStream {

		@CircuitBreaker(name = "unsupported")
		public Future<java.util.stream.Stream<String>> call() {
			return null;
		}

	}

	static class CallableOfMono {

		@CircuitBreaker(name = "unsupported")
		public Callable<Mono<String>> call() {
			return null;
		}

	}

	static class EntityOfStageOfStream {

		@CircuitBreaker(name = "unsupported")
		public ResponseEntity<CompletionStage<java.util.stream.Stream<String>>> call() {
			return null;
		}

	}

	static class EntityOfOwnFuture {

		@CircuitBreaker(name = "unsupported")
		public ResponseEntity<FutureTask<String>> call() {
			return null;
		}

	}

	static class EntityOfInputStream {

		@CircuitBreaker(name = "unsupported")
		public ResponseEntity<java.io.InputStream> call() {
			return null;
		}

	}

	static class InputStreamMethod {

		@CircuitBreaker(name = "unsupported")
		public java.io.InputStream call() {
			return null;
		}

	}

	static class ReaderMethod {

		@CircuitBreaker(name = "unsupported")
		public java.io.BufferedReader call() {
			return null;
		}

	}

	static class ChannelMethod {

		@CircuitBreaker(name = "unsupported")
		public java.nio.channels.FileChannel call() {
			return null;
		}

	}

	static class EmitterMethod {

		@CircuitBreaker(name = "unsupported")
		public ResponseBodyEmitter call() {
			return null;
		}

	}

	static class SseMethod {

		@CircuitBreaker(name = "unsupported")
		public SseEmitter call() {
			return null;
		}

	}

	static class EntityOfEmitter {

		@CircuitBreaker(name = "unsupported")
		public ResponseEntity<ResponseBodyEmitter> call() {
			return null;
		}

	}

	static class MonoOfStream {

		@CircuitBreaker(name = "unsupported")
		public Mono<Stream<String>> call() {
			return Mono.just(Stream.of());
		}

	}

	static class FluxOfMonos {

		@CircuitBreaker(name = "unsupported")
		public Flux<Mono<String>> call() {
			return Flux.just(Mono.empty());
		}

	}

	static class MonoOfEntityOfFlux {

		@CircuitBreaker(name = "unsupported")
		public Mono<ResponseEntity<Flux<String>>> call() {
			return Mono.just(ResponseEntity.ok(Flux.empty()));
		}

	}

	static class PublisherOfInputStream {

		@CircuitBreaker(name = "unsupported")
		public Publisher<InputStream> call() {
			return Mono.just(InputStream.nullInputStream());
		}

	}

	static class OwnStage {

		@CircuitBreaker(name = "unsupported")
		public Subclass call() {
			return new Subclass();
		}

		static class Subclass extends CompletableFuture<String> {

		}

	}

}
