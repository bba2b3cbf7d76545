package dev.breaker.spring.aop;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * Methods that return a plain {@link Future}: a call ends when {@code get} returns or
 * throws, or when the future is cancelled. A future that tells when it completes ends its
 * call then.
 */
final class FutureReturnKind extends LaterReturnKind {

	FutureReturnKind() {
		super(Future.class);
	}

	/** As executors give it, which callers may run. */
	@Override
	public Class<?> given(Class<?> result) {
		return FutureTask.class.isAssignableFrom(result) ? FutureTask.class : Future.class;
	}

	@Override
	Future<?> of(@Nullable Object value) {
		return CompletableFuture.completedFuture(value);
	}

	@Override
	Future<?> failed(Throwable thrown) {
		return CompletableFuture.failedFuture(thrown);
	}

	@Override
	public boolean carriesExceptions() {
		return true;
	}

	@Override
	public Future<?> follow(Object result, CallEnd end) {
		boolean tells = result instanceof CompletionStage<?>;
		UnreadFutures unread = (!tells && end instanceof LaterCall call) ? call.unread() : null;
		FollowedFuture followed = new FollowedFuture((Future<?>) result, end, unread);
		if (result instanceof CompletionStage<?> stage) {
			stage.handle((value, thrown) -> followed.look());
		}
		else if (!followed.look() && unread != null) {
			unread.add(followed);
		}
		return (result instanceof FutureTask<?> task) ? new FollowedTask(task, followed) : followed;
	}

	/** A wait for a future. */
	@FunctionalInterface
	private interface Wait {

		@Nullable Object on(Future<?> future) throws InterruptedException, ExecutionException, TimeoutException;

	}

	/**
	 * A future that ends its call once, before the first {@code get} returns. A
	 * {@code get} that times out or is interrupted ends nothing.
	 */
	static final class FollowedFuture implements Future<@Nullable Object> {

		private final Future<?> source;

		private final CallEnd end;

		private final @Nullable UnreadFutures unread;

		private final AtomicBoolean ending = new AtomicBoolean();

		/** Whether the caller cancels what was under way. */
		private volatile boolean cancelling;

		/** The source or what its fallback gave, when the call has ended. */
		private final CompletableFuture<Future<?>> outcome = new CompletableFuture<>();

		FollowedFuture(Future<?> source, CallEnd end, @Nullable UnreadFutures unread) {
			this.source = source;
			this.end = end;
			this.unread = unread;
		}

		/** Ends the call if the source is done. Whether it is. */
		boolean look() {
			boolean done = this.source.isDone();
			if (done) {
				try {
					await(Future::get);
				}
				catch (Exception ex) {
					// What get() throws then.
				}
			}
			return done;
		}

		@Override
		public @Nullable Object get() throws InterruptedException, ExecutionException {
			try {
				await(Future::get);
				return this.outcome.get().get();
			}
			catch (TimeoutException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public @Nullable Object get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			long start = System.nanoTime();
			long nanos = unit.toNanos(timeout);
			Wait wait = (future) -> future.get(Math.max(0, nanos - (System.nanoTime() - start)), TimeUnit.NANOSECONDS);
			await(wait);
			return wait.on(Objects.requireNonNull((Future<?>) wait.on(this.outcome)));
		}

		/** Waits for the source, and lets the call end as it ended. */
		private void await(Wait wait) throws InterruptedException, ExecutionException, TimeoutException {
			if (this.outcome.isDone()) {
				return;
			}
			Object result = null;
			Throwable thrown = null;
			try {
				result = wait.on(this.source);
			}
			catch (ExecutionException | RuntimeException | Error ex) {
				thrown = ex;
			}
			if (thrown instanceof CancellationException && this.cancelling) {
				endCancelled();
			}
			else if (isFirstEnd()) {
				this.outcome.complete((thrown != null) ? failed(thrown) : succeeded(result));
			}
		}

		private boolean isFirstEnd() {
			boolean first = this.ending.compareAndSet(false, true);
			if (first && this.unread != null) {
				this.unread.remove(this);
			}
			return first;
		}

		private Future<?> succeeded(@Nullable Object result) {
			this.end.succeed(result);
			return this.source;
		}

		private Future<?> failed(Throwable thrown) {
			try {
				Object instead = this.end.fail(thrown);
				return (instead instanceof Future<?> future) ? future : CompletableFuture.completedFuture(instead);
			}
			catch (Throwable ex) {
				return (ex == thrown) ? this.source : CompletableFuture.failedFuture(ex);
			}
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			if (!this.source.isDone()) {
				// Before it tells others that it is cancelled, who may be faster
				this.cancelling = true;
			}
			boolean cancelled = present().cancel(mayInterruptIfRunning);
			if (cancelled) {
				endCancelled();
			}
			return cancelled;
		}

		private void endCancelled() {
			if (isFirstEnd()) {
				this.end.cancel();
				this.outcome.complete(this.source);
			}
		}

		/** What is under way: the source, or what its fallback gave. */
		private Future<?> present() {
			return this.outcome.getNow(this.source);
		}

		@Override
		public boolean isCancelled() {
			return present().isCancelled();
		}

		@Override
		public boolean isDone() {
			return present().isDone();
		}

	}

	/** A task, of which only the future is another one. */
	private static final class FollowedTask extends FutureTask<@Nullable Object> {

		private final FutureTask<?> source;

		private final FollowedFuture followed;

		FollowedTask(FutureTask<?> source, FollowedFuture followed) {
			super(() -> null);
			this.source = source;
			this.followed = followed;
		}

		@Override
		public void run() {
			this.source.run();
		}

		@Override
		public @Nullable Object get() throws InterruptedException, ExecutionException {
			return this.followed.get();
		}

		@Override
		public @Nullable Object get(long timeout, TimeUnit unit)
				throws InterruptedException, ExecutionException, TimeoutException {
			return this.followed.get(timeout, unit);
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return this.followed.cancel(mayInterruptIfRunning);
		}

		@Override
		public boolean isCancelled() {
			return this.followed.isCancelled();
		}

		@Override
		public boolean isDone() {
			return this.followed.isDone();
		}

		@Override
		public String toString() {
			return this.source.toString();
		}

	}

}
