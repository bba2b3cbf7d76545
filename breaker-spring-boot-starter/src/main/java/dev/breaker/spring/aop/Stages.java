package dev.breaker.spring.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What is missing in {@link CompletionStage}.
 */
final class Stages {

	private Stages() {
	}

	/** The stage, as a {@link CompletableFuture} where nothing else will do. */
	static Object as(Class<?> declared, CompletionStage<Object> stage) {
		return (declared == CompletionStage.class) ? stage : stage.toCompletableFuture();
	}

	/**
	 * A future that ends as the source does, or, where that fails, as the stage does that
	 * is given instead. To cancel it cancels the source.
	 */
	static CompletableFuture<Object> orElse(CompletionStage<Object> source,
			Function<Throwable, CompletionStage<Object>> instead) {
		CompletableFuture<Object> future = new CompletableFuture<>() {

			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				boolean cancelled = super.cancel(mayInterruptIfRunning);
				if (cancelled) {
					cancelSource(source, mayInterruptIfRunning);
				}
				return cancelled;
			}

		};
		source.whenComplete((result, thrown) -> {
			if (thrown == null) {
				future.complete(result);
			}
			else {
				instead.apply(thrown).whenComplete((other, failed) -> {
					if (failed == null) {
						future.complete(other);
					}
					else {
						future.completeExceptionally(failed);
					}
				});
			}
		});
		return future;
	}

	private static void cancelSource(CompletionStage<Object> source, boolean mayInterruptIfRunning) {
		try {
			source.toCompletableFuture().cancel(mayInterruptIfRunning);
		}
		catch (UnsupportedOperationException ex) {
			// A stage that cannot be cancelled goes on alone.
		}
	}

}
