package dev.breaker.fleet.redis;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.api.StatefulConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is opened when it is needed, and again where it was lost: on another
 * thread, one attempt at a time, unless one hangs. It does not wait for the client's own
 * attempts to come back, which are up to half a minute apart. Safe for use by many
 * threads.
 *
 * @param <C> the kind of connection
 */
final class KeptConnection<C extends StatefulConnection<?, ?>> {

	private static final String CLOSED = "The way to Redis is closed";

	/** An attempt that takes longer is given up, and another one made. */
	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

	private final ExecutorService executor;

	private final Callable<C> opening;

	private @Nullable CompletableFuture<C> present;

	/** What opens the present one. */
	private @Nullable Future<?> attempt;

	/** When the present one began to be opened. */
	private long begun;

	private boolean closed;

	KeptConnection(ExecutorService executor, Callable<C> opening) {
		this.executor = executor;
		this.opening = opening;
	}

	/** The present one, or the next, which is being opened. */
	synchronized CompletableFuture<C> get() {
		CompletableFuture<C> present = this.present;
		if (present != null && isUsable(present)) {
			return present;
		}
		if (this.closed) {
			return CompletableFuture.failedFuture(new IllegalStateException(CLOSED));
		}
		dropPresent("Redis accepts a connection, and does not answer on it");
		CompletableFuture<C> next = new CompletableFuture<>();
		this.present = next;
		this.begun = System.nanoTime();
		this.attempt = this.executor.submit(() -> open(next));
		return next;
	}

	private boolean isUsable(CompletableFuture<C> connection) {
		if (!connection.isDone()) {
			return System.nanoTime() - this.begun < PATIENCE;
		}
		return !connection.isCompletedExceptionally() && connection.join().isOpen();
	}

	private void open(CompletableFuture<C> next) {
		if (next.isDone()) {
			// Given up while it waited for its turn.
			return;
		}
		try {
			C opened = this.opening.call();
			if (!next.complete(opened)) {
				var unused = opened.closeAsync();
			}
		}
		catch (Throwable ex) {
			next.completeExceptionally(ex);
		}
	}

	/** Another one is opened when it is needed. One that is being opened stays. */
	synchronized void drop() {
		if (this.present != null && this.present.isDone()) {
			dropPresent("The connection is given up");
		}
	}

	synchronized void close() {
		this.closed = true;
		dropPresent(CLOSED);
	}

	private void dropPresent(String why) {
		CompletableFuture<C> present = this.present;
		Future<?> attempt = this.attempt;
		this.present = null;
		this.attempt = null;
		if (attempt != null) {
			// A thread that waits for a Redis that does not answer waits no longer.
			attempt.cancel(true);
		}
		// One that is being opened is closed by its opening.
		if (present != null && !present.completeExceptionally(new IllegalStateException(why))
				&& !present.isCompletedExceptionally()) {
			var unused = present.join().closeAsync();
		}
	}

}
