package dev.breaker.compatibility.kinds;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.breaker.annotation.CircuitBreaker;

import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

/**
 * The rows of futures, and of what controllers of Spring MVC return.
 */
final class LaterRows {

	static final List<Row<?>> ALL = List.of(new OfPlainFuture(), new OfCallable(), new OfWebAsyncTask(),
			new OfDeferredResult());

	private LaterRows() {
	}

	/**
	 * A kind whose fallback may give the value itself.
	 *
	 * @param <T> what the methods return
	 */
	abstract static class ValueRow<T> extends Row<T> {

		@Override
		@CircuitBreaker(name = "row", fallbackMethod = "value")
		public T withValueFallback(Remote remote) throws Throwable {
			return make(remote);
		}

		String value(Throwable thrown) {
			return "value";
		}

	}

	static class OfPlainFuture extends ValueRow<Future<String>> {

		@Override
		Future<String> make(Remote remote) {
			return new PlainFuture(remote.call());
		}

		@Override
		Future<String> done(String value) {
			return new PlainFuture(CompletableFuture.completedFuture(value));
		}

		@Override
		Future<String> failed(RuntimeException thrown) {
			return new PlainFuture(CompletableFuture.failedFuture(thrown));
		}

		@Override
		Answer read(Future<String> result) {
			return Answer.ofFuture(result);
		}

		/** A future is under way when the method returns. */
		@Override
		Set<Cell> cells() {
			return EnumSet.complementOf(EnumSet.of(Cell.NEVER_SUBSCRIBED, Cell.SUBSCRIBED_TWICE));
		}

	}

	/** Does not tell when it ends. */
	private record PlainFuture(CompletableFuture<String> source) implements Future<String> {

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return this.source.cancel(mayInterruptIfRunning);
		}

		@Override
		public boolean isCancelled() {
			return this.source.isCancelled();
		}

		@Override
		public boolean isDone() {
			return this.source.isDone();
		}

		@Override
		public String get() throws InterruptedException, ExecutionException {
			return this.source.get();
		}

		@Override
		public String get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			return this.source.get(timeout, unit);
		}

	}

	/**
	 * A kind whose work is done on the thread that asks for it.
	 *
	 * @param <T> what the methods return
	 */
	abstract static class WorkRow<T> extends ValueRow<T> {

		abstract T from(Callable<String> work);

		abstract Callable<?> work(T result);

		@Override
		T make(Remote remote) {
			return from(() -> {
				try {
					return remote.get();
				}
				catch (Exception | Error ex) {
					throw ex;
				}
				catch (Throwable ex) {
					throw new AssertionError(ex);
				}
			});
		}

		@Override
		T done(String value) {
			return from(() -> value);
		}

		@Override
		T failed(RuntimeException thrown) {
			return from(() -> {
				throw thrown;
			});
		}

		@Override
		Answer read(T result) {
			try {
				return Answer.of((String) work(result).call());
			}
			catch (Throwable ex) {
				return Answer.failed(ex);
			}
		}

		@Override
		Set<Cell> cells() {
			return EnumSet.complementOf(EnumSet.of(Cell.FAILURE_LATER, Cell.CANCELLED, Cell.CANCELLED_WHEN_SLOW));
		}

	}

	static class OfCallable extends WorkRow<Callable<String>> {

		@Override
		Callable<String> from(Callable<String> work) {
			return work;
		}

		@Override
		Callable<?> work(Callable<String> result) {
			return result;
		}

	}

	static class OfWebAsyncTask extends WorkRow<WebAsyncTask<String>> {

		@Override
		WebAsyncTask<String> from(Callable<String> work) {
			return new WebAsyncTask<>(work);
		}

		@Override
		Callable<?> work(WebAsyncTask<String> result) {
			return result.getCallable();
		}

	}

	static class OfDeferredResult extends ValueRow<DeferredResult<String>> {

		@Override
		DeferredResult<String> make(Remote remote) {
			DeferredResult<String> result = new DeferredResult<>();
			remote.call().whenComplete((value, thrown) -> {
				if (thrown == null) {
					result.setResult(value);
				}
				else {
					result.setErrorResult(thrown);
				}
			});
			return result;
		}

		@Override
		DeferredResult<String> done(String value) {
			DeferredResult<String> result = new DeferredResult<>();
			result.setResult(value);
			return result;
		}

		@Override
		DeferredResult<String> failed(RuntimeException thrown) {
			DeferredResult<String> result = new DeferredResult<>();
			result.setErrorResult(thrown);
			return result;
		}

		@Override
		Answer read(DeferredResult<String> result) {
			return Answer.of(result);
		}

		/**
		 * The work is under way when the method returns, and the request is not there.
		 */
		@Override
		Set<Cell> cells() {
			return EnumSet.complementOf(
					EnumSet.of(Cell.CANCELLED, Cell.CANCELLED_WHEN_SLOW, Cell.NEVER_SUBSCRIBED, Cell.SUBSCRIBED_TWICE));
		}

	}

}
