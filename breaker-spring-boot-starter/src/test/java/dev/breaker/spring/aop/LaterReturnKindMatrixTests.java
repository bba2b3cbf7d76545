package dev.breaker.spring.aop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.breaker.CallNotPermittedException;
import dev.breaker.Permit;
import dev.breaker.Snapshot;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.spring.BreakerClock;
import dev.breaker.test.ManualClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncManager;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.context.request.async.WebAsyncUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What becomes of a call, by the kind of its return type: what is recorded, how many
 * permits are left, and what the caller sees.
 */
class LaterReturnKindMatrixTests {

	private static final int PERMITS = 10;

	private final ManualClock clock = new ManualClock();

	static Stream<Row> cancellable() {
		return Stream.of(Row.values()).filter((row) -> row.cancellable);
	}

	static Stream<Row> ofLaterEnd() {
		return Stream.of(Row.values()).filter((row) -> !row.synchronous);
	}

	static Stream<Row> withPlainFallback() {
		return Stream.of(Row.values()).filter((row) -> PlainKinds.class.isAssignableFrom(row.bean));
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatSucceeds(Row row) {
		run(row, (cell) -> {
			assertThat(cell.outcome(Kinds::call, (work) -> work.source.complete("done"))).isEqualTo("done");
			assertThat(cell.snapshot().successfulCallsTotal()).isOne();
			assertThat(cell.permits()).isEqualTo(PERMITS - 1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatFailsAtOnce(Row row) {
		run(row, (cell) -> {
			IOException thrown = new IOException("now");
			cell.work.now = thrown;
			assertThat(catchThrowable(() -> cell.outcome(Kinds::call, (work) -> {
			}))).isSameAs(thrown);
			assertThat(cell.snapshot().failedCallsTotal()).isOne();
			assertThat(cell.permits()).isEqualTo(PERMITS - 1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatFailsLater(Row row) {
		run(row, (cell) -> {
			IOException thrown = new IOException("later");
			assertThat(catchThrowable(
					() -> cell.outcome(Kinds::call, (work) -> work.source.completeExceptionally(thrown))))
				.isSameAs(thrown);
			assertThat(cell.snapshot().failedCallsTotal()).isOne();
			assertThat(cell.snapshot().ignoredCallsTotal()).isZero();
			assertThat(cell.permits()).isEqualTo(PERMITS - 1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatEndsInAnError(Row row) {
		run(row, (cell) -> {
			AssertionError thrown = new AssertionError("error");
			assertThat(catchThrowable(
					() -> cell.outcome(Kinds::call, (work) -> work.source.completeExceptionally(thrown))))
				.isSameAs(thrown);
			assertThat(cell.snapshot().failedCallsTotal()).isOne();
			assertThat(cell.permits()).isEqualTo(PERMITS - 1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aCallWhoseExceptionIsIgnored(Row row) {
		run(row, (cell) -> {
			IllegalArgumentException thrown = new IllegalArgumentException("ignored");
			assertThat(catchThrowable(
					() -> cell.outcome(Kinds::withFallback, (work) -> work.source.completeExceptionally(thrown))))
				.isSameAs(thrown);
			assertThat(cell.snapshot().ignoredCallsTotal()).isOne();
			assertThat(cell.snapshot().failedCallsTotal()).isZero();
			assertThat(cell.permits()).isEqualTo(PERMITS);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatIsRefused(Row row) {
		run(row, (cell) -> {
			cell.breaker().forceOpen();
			assertThatExceptionOfType(CallNotPermittedException.class)
				.isThrownBy(() -> cell.outcome(Kinds::call, (work) -> work.source.complete("done")));
			assertThat(cell.outcome(Kinds::withFallback, (work) -> work.source.complete("done"))).isEqualTo("instead");
			assertThat(cell.work.begun).isEqualTo(row.lazy ? 2 : 0);
			assertThat(cell.snapshot().notPermittedCallsTotal()).isEqualTo(2);
			assertThat(cell.snapshot().failedCallsTotal() + cell.snapshot().successfulCallsTotal()).isZero();
		});
	}

	@ParameterizedTest
	@MethodSource("cancellable")
	void aCallThatIsCancelled(Row row) {
		run(row, (cell) -> {
			Object returned = cell.bean().call(cell.work);
			assertThat(cell.permits()).isEqualTo(PERMITS - 1);
			cancel(returned);
			assertThat(cell.snapshot().failedCallsTotal() + cell.snapshot().successfulCallsTotal()).isZero();
			assertThat(cell.permits()).isEqualTo(PERMITS);
		});
	}

	@ParameterizedTest
	@MethodSource("cancellable")
	void aSlowCallThatIsCancelled(Row row) {
		run(row, (cell) -> {
			cell.work.lasts = () -> this.clock.advance(Duration.ofSeconds(2));
			Object returned = cell.bean().call(cell.work);
			if (row.eager()) {
				this.clock.advance(Duration.ofSeconds(2));
			}
			cancel(returned);
			assertThat(cell.snapshot().slowCallsTotal()).isOne();
			assertThat(cell.snapshot().successfulCallsTotal()).isOne();
		});
	}

	@ParameterizedTest
	@EnumSource
	void aFallbackForWhatHasNoText(Row row) {
		run(row, (cell) -> {
			cell.work.now = new IOException() {
				@Override
				public String toString() {
					throw new IllegalStateException("no text");
				}
			};
			assertThat(cell.outcome(Kinds::withFallback, (work) -> {
			})).isEqualTo("instead");
			assertThat(cell.snapshot().failedCallsTotal()).isOne();
		});
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatIsSlow(Row row) {
		run(row, (cell) -> {
			Duration duration = Duration.ofSeconds(2);
			cell.work.lasts = () -> this.clock.advance(duration);
			cell.outcome(Kinds::call, (work) -> {
				if (row.eager()) {
					this.clock.advance(duration);
				}
				work.source.complete("done");
			});
			assertThat(cell.snapshot().slowCallsTotal()).isOne();
			assertThat(cell.snapshot().successfulCallsTotal()).isOne();
		});
	}

	@ParameterizedTest
	@MethodSource("ofLaterEnd")
	void aCallThatIsNeverWaitedFor(Row row) {
		run(row, (cell) -> {
			cell.bean().call(cell.work);
			assertThat(cell.snapshot().failedCallsTotal() + cell.snapshot().successfulCallsTotal()).isZero();
			assertThat(cell.permits()).isEqualTo(row.lazy ? PERMITS : PERMITS - 1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatIsWaitedForTwice(Row row) {
		run(row, (cell) -> {
			cell.work.source.complete("done");
			Object returned = cell.bean().call(cell.work);
			assertThat(use(returned)).isEqualTo("done");
			assertThat(use(returned)).isEqualTo("done");
			assertThat(cell.snapshot().successfulCallsTotal()).isEqualTo(row.lazy ? 2 : 1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aFallbackThatSucceeds(Row row) {
		run(row, (cell) -> {
			assertThat(cell.outcome(Kinds::withFallback,
					(work) -> work.source.completeExceptionally(new IOException("later"))))
				.isEqualTo("instead");
			cell.work.now = new IOException("now");
			assertThat(cell.outcome(Kinds::withFallback, (work) -> {
			})).isEqualTo("instead");
			assertThat(cell.snapshot().failedCallsTotal()).isEqualTo(2);
			assertThat(cell.permits()).isEqualTo(PERMITS - 2);
		});
	}

	@ParameterizedTest
	@EnumSource
	void aFallbackThatFails(Row row) {
		run(row, (cell) -> {
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> cell.outcome(Kinds::withFailingFallback,
						(work) -> work.source.completeExceptionally(new IOException("later"))))
				.withMessage("no fallback");
			cell.work.now = new IOException("now");
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> cell.outcome(Kinds::withFailingFallback, (work) -> {
				}))
				.withMessage("no fallback");
			assertThat(cell.snapshot().failedCallsTotal()).isEqualTo(2);
		});
	}

	@ParameterizedTest
	@MethodSource("withPlainFallback")
	void aFallbackOfAPlainValue(Row row) {
		run(row, (cell) -> {
			assertThat(cell.outcome((bean, work) -> ((PlainKinds<?>) bean).withPlainFallback(work),
					(work) -> work.source.completeExceptionally(new IOException("later"))))
				.isEqualTo("plain");
			cell.work.now = new IOException("now");
			assertThat(cell.outcome((bean, work) -> ((PlainKinds<?>) bean).withPlainFallback(work), (work) -> {
			})).isEqualTo("plain");
			assertThat(cell.snapshot().failedCallsTotal()).isEqualTo(2);
		});
	}

	private void run(Row row, Check check) {
		Contexts.with(row.bean)
			.withBean(BreakerClock.class, () -> new BreakerClock(this.clock::nanos, this.clock.clock()))
			.withPropertyValues("breaker.instances.matrix.ignore-exceptions=java.lang.IllegalArgumentException",
					"breaker.instances.matrix.slow-call-duration-threshold=1s",
					"breaker.instances.matrix.permitted-number-of-calls-in-half-open-state=" + PERMITS)
			.run((context) -> {
				Cell cell = new Cell(row, context.getBean(Kinds.class), Contexts.breaker(context, "matrix"),
						new Work());
				cell.breaker.halfOpen();
				check.accept(cell);
			});
	}

	/** Waits for what a method returned. */
	private static Object use(Object returned) throws Throwable {
		if (returned instanceof ResponseEntity<?> entity) {
			assertThat(entity.getStatusCode()).isEqualTo(HttpStatus.ACCEPTED);
			return use(entity.getBody());
		}
		if (returned instanceof Optional<?> optional) {
			return use(optional.orElseThrow());
		}
		if (returned instanceof DeferredResult<?> deferred) {
			assertThat(deferred.hasResult()).isTrue();
			if (deferred.getResult() instanceof Throwable thrown) {
				throw thrown;
			}
			return deferred.getResult();
		}
		try {
			if (returned instanceof CompletionStage<?> stage) {
				return stage.toCompletableFuture().join();
			}
			if (returned instanceof Future<?> future) {
				return future.get();
			}
			if (returned instanceof Callable<?> callable) {
				return callable.call();
			}
			if (returned instanceof WebAsyncTask<?> task) {
				return task.getCallable().call();
			}
			if (returned instanceof Publisher<?> publisher) {
				return Mono.from(publisher).toFuture().join();
			}
			return returned;
		}
		catch (ExecutionException | CompletionException ex) {
			throw ex.getCause();
		}
	}

	private static void cancel(Object returned) throws Exception {
		if (returned instanceof ResponseEntity<?> entity) {
			cancel(entity.getBody());
		}
		else if (returned instanceof Optional<?> optional) {
			cancel(optional.orElseThrow());
		}
		else if (returned instanceof DeferredResult<?> deferred) {
			MockHttpServletRequest request = new MockHttpServletRequest();
			request.setAsyncSupported(true);
			WebAsyncManager manager = WebAsyncUtils.getAsyncManager(request);
			manager.setAsyncWebRequest(WebAsyncUtils.createAsyncWebRequest(request, new MockHttpServletResponse()));
			manager.startDeferredResultProcessing(deferred);
			((MockAsyncContext) request.getAsyncContext()).complete();
		}
		else if (returned instanceof Publisher<?> publisher) {
			Flux.from(publisher).subscribe().dispose();
		}
		else {
			assertThat(((Future<?>) returned).cancel(true)).isTrue();
			assertThat(((Future<?>) returned).isCancelled()).isTrue();
		}
	}

	private interface Check {

		void accept(Cell cell) throws Throwable;

	}

	private interface Call {

		Object of(Kinds<?> bean, Work work) throws Throwable;

	}

	private record Cell(Row row, Kinds<?> bean, dev.breaker.CircuitBreaker breaker, Work work) {

		/** Makes a call, lets its work end, and waits for it. */
		Object outcome(Call call, Consumer<Work> end) throws Throwable {
			if (this.row.synchronous) {
				end.accept(this.work);
			}
			Object returned = call.of(this.bean, this.work);
			if (!this.row.synchronous) {
				end.accept(this.work);
			}
			return use(returned);
		}

		Snapshot snapshot() {
			return this.breaker.snapshot();
		}

		/** How many more probes would be admitted. */
		int permits() {
			List<Permit> permits = new ArrayList<>();
			for (Permit permit = this.breaker.tryAcquire(); permit != null; permit = this.breaker.tryAcquire()) {
				permits.add(permit);
			}
			permits.forEach(Permit::release);
			return permits.size();
		}

	}

	/** What a call does. */
	static final class Work {

		final CompletableFuture<String> source = new CompletableFuture<>();

		@Nullable IOException now;

		Runnable lasts = () -> {
		};

		int begun;

		void begin() throws IOException {
			this.begun++;
			if (this.now != null) {
				throw this.now;
			}
		}

		/** Ends on the thread that asks. */
		String get() throws Exception {
			this.lasts.run();
			try {
				return this.source.get();
			}
			catch (ExecutionException ex) {
				if (ex.getCause() instanceof Exception cause) {
					throw cause;
				}
				throw (Error) ex.getCause();
			}
		}

		/** A future that does not tell when it completes. */
		Future<String> future() {
			CompletableFuture<String> source = this.source;
			return new Future<>() {

				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					return source.cancel(mayInterruptIfRunning);
				}

				@Override
				public boolean isCancelled() {
					return source.isCancelled();
				}

				@Override
				public boolean isDone() {
					return source.isDone();
				}

				@Override
				public String get() throws InterruptedException, ExecutionException {
					return source.get();
				}

				@Override
				public String get(long timeout, TimeUnit unit)
						throws InterruptedException, ExecutionException, TimeoutException {
					return source.get(timeout, unit);
				}

			};
		}

		DeferredResult<String> deferred() {
			DeferredResult<String> deferred = new DeferredResult<>();
			this.source.whenComplete((value, thrown) -> {
				if (thrown == null) {
					deferred.setResult(value);
				}
				else {
					deferred.setErrorResult(thrown);
				}
			});
			return deferred;
		}

		static Work instead() {
			Work work = new Work();
			work.source.complete("instead");
			return work;
		}

	}

	enum Row {

		VALUE(ValueKind.class, true, false, false),

		STAGE(StageKind.class, false, false, true),

		FUTURE(FutureKind.class, false, false, true),

		COMPLETABLE_FUTURE_AS_FUTURE(CompletableKind.class, false, false, true),

		CALLABLE(CallableKind.class, false, true, false),

		WEB_ASYNC_TASK(WebAsyncTaskKind.class, false, true, false),

		DEFERRED_RESULT(DeferredResultKind.class, false, false, true),

		ENTITY_OF_STAGE(EntityOfStage.class, false, false, true),

		ENTITY_OF_UNKNOWN(EntityOfUnknown.class, false, false, true),

		ENTITY_OF_FLUX(EntityOfFlux.class, false, false, true),

		OPTIONAL_OF_FUTURE(OptionalOfFuture.class, false, false, true),

		OPTIONAL_OF_MONO(OptionalOfMono.class, false, false, true),

		OBJECT_OF_VALUE(ObjectOfValue.class, true, false, false),

		OBJECT_OF_STAGE(ObjectOfStage.class, false, false, true),

		OBJECT_OF_FUTURE(ObjectOfFuture.class, false, false, true),

		OBJECT_OF_CALLABLE(ObjectOfCallable.class, false, false, false),

		OBJECT_OF_MONO(ObjectOfMono.class, false, false, true),

		OBJECT_OF_FLUX(ObjectOfFlux.class, false, false, true),

		OBJECT_OF_DEFERRED_RESULT(ObjectOfDeferredResult.class, false, false, true),

		OBJECT_OF_ENTITY(ObjectOfEntity.class, false, false, true);

		private final Class<?> bean;

		/** Whether a call ends when it returns. */
		private final boolean synchronous;

		/** Whether a call begins when it is waited for. */
		private final boolean lazy;

		private final boolean cancellable;

		Row(Class<?> bean, boolean synchronous, boolean lazy, boolean cancellable) {
			this.bean = bean;
			this.synchronous = synchronous;
			this.lazy = lazy;
			this.cancellable = cancellable;
		}

		/** Whether the work goes on by itself after the method has returned. */
		private boolean eager() {
			return this.cancellable;
		}

	}

	abstract static class Kinds<R> {

		@CircuitBreaker(name = "matrix")
		public R call(Work work) throws Exception {
			work.begin();
			return of(work);
		}

		@CircuitBreaker(name = "matrix", fallbackMethod = "instead")
		public R withFallback(Work work) throws Exception {
			work.begin();
			return of(work);
		}

		@CircuitBreaker(name = "matrix", fallbackMethod = "failing")
		public R withFailingFallback(Work work) throws Exception {
			work.begin();
			return of(work);
		}

		R instead(Work work, Throwable thrown) throws Exception {
			return of(Work.instead());
		}

		R failing(Work work, Throwable thrown) {
			throw new IllegalStateException("no fallback");
		}

		abstract R of(Work work) throws Exception;

	}

	/** Kinds whose fallback may give the value itself. */
	abstract static class PlainKinds<R> extends Kinds<R> {

		@CircuitBreaker(name = "matrix", fallbackMethod = "plain")
		public R withPlainFallback(Work work) throws Exception {
			work.begin();
			return of(work);
		}

		String plain(Work work, Throwable thrown) {
			return "plain";
		}

	}

	static class ValueKind extends PlainKinds<String> {

		@Override
		String of(Work work) throws Exception {
			return work.get();
		}

	}

	static class StageKind extends Kinds<CompletionStage<String>> {

		@Override
		CompletionStage<String> of(Work work) {
			return work.source;
		}

	}

	static class FutureKind extends PlainKinds<Future<String>> {

		@Override
		Future<String> of(Work work) {
			return work.future();
		}

	}

	static class CompletableKind extends PlainKinds<Future<String>> {

		@Override
		Future<String> of(Work work) {
			return work.source;
		}

	}

	static class CallableKind extends PlainKinds<Callable<String>> {

		@Override
		Callable<String> of(Work work) {
			return work::get;
		}

	}

	static class WebAsyncTaskKind extends PlainKinds<WebAsyncTask<String>> {

		@Override
		WebAsyncTask<String> of(Work work) {
			return new WebAsyncTask<>(work::get);
		}

	}

	static class DeferredResultKind extends PlainKinds<DeferredResult<String>> {

		@Override
		DeferredResult<String> of(Work work) {
			return work.deferred();
		}

	}

	static class EntityOfStage extends Kinds<ResponseEntity<CompletionStage<String>>> {

		@Override
		ResponseEntity<CompletionStage<String>> of(Work work) {
			return ResponseEntity.accepted().body(work.source);
		}

	}

	static class EntityOfUnknown extends Kinds<ResponseEntity<?>> {

		@Override
		ResponseEntity<?> of(Work work) {
			return ResponseEntity.accepted().body(work.source);
		}

	}

	static class OptionalOfFuture extends Kinds<Optional<Future<String>>> {

		@Override
		Optional<Future<String>> of(Work work) {
			return Optional.of(work.future());
		}

	}

	static class EntityOfFlux extends Kinds<ResponseEntity<Flux<String>>> {

		@Override
		ResponseEntity<Flux<String>> of(Work work) {
			return ResponseEntity.accepted().body(Mono.fromFuture(work.source).flux());
		}

	}

	static class OptionalOfMono extends Kinds<Optional<Mono<String>>> {

		@Override
		Optional<Mono<String>> of(Work work) {
			return Optional.of(Mono.fromFuture(work.source));
		}

	}

	static class ObjectOfValue extends PlainKinds<Object> {

		@Override
		Object of(Work work) throws Exception {
			return work.get();
		}

	}

	static class ObjectOfStage extends PlainKinds<Object> {

		@Override
		Object of(Work work) {
			return work.source;
		}

	}

	static class ObjectOfFuture extends PlainKinds<Object> {

		@Override
		Object of(Work work) {
			return work.future();
		}

	}

	static class ObjectOfCallable extends PlainKinds<Object> {

		@Override
		Object of(Work work) {
			Callable<String> callable = work::get;
			return callable;
		}

	}

	static class ObjectOfMono extends PlainKinds<Object> {

		@Override
		Object of(Work work) {
			return Mono.fromFuture(work.source);
		}

	}

	static class ObjectOfFlux extends PlainKinds<Object> {

		@Override
		Object of(Work work) {
			return Mono.fromFuture(work.source).flux();
		}

	}

	static class ObjectOfDeferredResult extends PlainKinds<Object> {

		@Override
		Object of(Work work) {
			return work.deferred();
		}

	}

	static class ObjectOfEntity extends Kinds<Object> {

		@Override
		Object of(Work work) {
			return ResponseEntity.accepted().body(work.source);
		}

	}

}
