package dev.breaker;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What a guarded asynchronous call gives its caller. It completes after the call was
 * recorded. A completion from outside ends the call: an exceptional one is judged by the
 * rules, any other gives a call up; what is under way then, the call or its fallback, is
 * cancelled.
 */
final class GuardedFuture<T extends @Nullable Object> extends CompletableFuture<T> {

	private final AsyncCall<T> call;

	/** What is under way: the call, later its fallback. */
	private volatile CompletionStage<T> source;

	GuardedFuture(AsyncCall<T> call, CompletionStage<T> source) {
		this.call = call;
		this.source = source;
	}

	/** The fallback is under way instead of the call. */
	void goesOnWith(CompletionStage<T> fallback) {
		this.source = fallback;
		if (isDone()) {
			cancelSource();
		}
	}

	/** The call, or its fallback, ended. */
	void finish(T result, @Nullable Throwable thrown) {
		if (thrown == null) {
			super.complete(result);
		}
		else {
			fail(thrown);
		}
	}

	/** The call, or its fallback, ended in an exception. */
	void fail(Throwable thrown) {
		super.completeExceptionally(thrown);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		if (isDone()) {
			return isCancelled();
		}
		boolean cancelled = false;
		try {
			this.call.abandon();
		}
		finally {
			// Else the stack has ended before the call: it can be ended once more.
			if (this.call.permit.ended) {
				cancelled = super.cancel(mayInterruptIfRunning);
			}
		}
		if (cancelled) {
			cancelSource();
		}
		return cancelled;
	}

	@Override
	public boolean complete(T value) {
		boolean completed = false;
		try {
			this.call.abandon();
		}
		finally {
			// Else the stack has ended before the call: it can be ended once more.
			if (this.call.permit.ended) {
				completed = super.complete(value);
			}
		}
		if (completed) {
			cancelSource();
		}
		return completed;
	}

	@Override
	public boolean completeExceptionally(Throwable thrown) {
		Objects.requireNonNull(thrown);
		boolean completed = false;
		try {
			this.call.abort(thrown);
		}
		finally {
			// Else the stack has ended before the call: it can be ended once more.
			if (this.call.permit.ended) {
				completed = super.completeExceptionally(thrown);
			}
		}
		if (completed) {
			cancelSource();
		}
		return completed;
	}

	// As inherited, these would complete the future behind the call's back.

	@Override
	public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
		Objects.requireNonNull(supplier);
		executor.execute(() -> {
			if (isDone()) {
				return;
			}
			try {
				complete(supplier.get());
			}
			catch (Throwable ex) {
				completeExceptionally(ex);
			}
		});
		return this;
	}

	@Override
	public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier) {
		return completeAsync(supplier, defaultExecutor());
	}

	@Override
	public void obtrudeValue(T value) {
		complete(value);
		super.obtrudeValue(value);
	}

	@Override
	public void obtrudeException(Throwable thrown) {
		completeExceptionally(thrown);
		super.obtrudeException(thrown);
	}

	/** Cancels what is under way. */
	void cancelSource() {
		try {
			this.source.toCompletableFuture().cancel(true);
		}
		catch (Throwable ex) {
			// A stage that cannot be cancelled goes on alone; its result counts as
			// nothing.
		}
	}

}
