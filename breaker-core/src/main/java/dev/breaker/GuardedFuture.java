package dev.breaker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * What a guarded asynchronous call gives its caller. It completes after the call was
 * recorded, and cancelling it gives the permit back and cancels the call.
 */
final class GuardedFuture<T extends @Nullable Object> extends CompletableFuture<T> {

	private final BreakerPermit permit;

	private final CompletionStage<T> source;

	GuardedFuture(BreakerPermit permit, CompletionStage<T> source) {
		this.permit = permit;
		this.source = source;
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		if (isDone()) {
			return isCancelled();
		}
		this.permit.release();
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		if (cancelled) {
			cancelSource(mayInterruptIfRunning);
		}
		return cancelled;
	}

	private void cancelSource(boolean mayInterruptIfRunning) {
		try {
			this.source.toCompletableFuture().cancel(mayInterruptIfRunning);
		}
		catch (UnsupportedOperationException ex) {
			// A stage that cannot be cancelled goes on alone; its result counts as
			// nothing.
		}
	}

}
