package dev.breaker;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * One admitted asynchronous call, from its start to its record.
 */
final class AsyncCall<T extends @Nullable Object> {

	private final CircuitBreaker breaker;

	private final Ticket ticket;

	private final boolean timed;

	private final long start;

	private final Supplier<? extends CompletionStage<T>> work;

	private final @Nullable Function<Throwable, ? extends CompletionStage<T>> fallback;

	private final BreakerPermit permit;

	AsyncCall(CircuitBreaker breaker, Ticket ticket, boolean timed, long start,
			Supplier<? extends CompletionStage<T>> work,
			@Nullable Function<Throwable, ? extends CompletionStage<T>> fallback) {
		this.breaker = breaker;
		this.ticket = ticket;
		this.timed = timed;
		this.start = start;
		this.work = work;
		this.fallback = fallback;
		this.permit = new BreakerPermit(breaker, ticket);
	}

	CompletionStage<T> start() {
		CompletionStage<T> source;
		GuardedFuture<T> guarded;
		try {
			source = Objects.requireNonNull(this.work.get(), "The guarded call returned no stage");
			guarded = new GuardedFuture<>(this.permit, source);
			source.whenComplete((result, thrown) -> complete(guarded, result, thrown));
		}
		catch (Throwable thrown) {
			if (this.permit.giveBack() && CircuitBreaker.hasFallback(record(thrown)) && this.fallback != null) {
				return this.fallback.apply(Rules.unwrap(thrown));
			}
			throw thrown;
		}
		return guarded;
	}

	private void complete(GuardedFuture<T> guarded, T result, @Nullable Throwable thrown) {
		if (!this.permit.giveBack()) {
			// A cancellation was faster, and nothing was recorded: nobody gets a result.
			guarded.completeExceptionally(new CancellationException());
			return;
		}
		try {
			if (thrown == null) {
				long end = end();
				this.breaker.returned(this.ticket, result, CircuitBreaker.elapsed(this.start, end), end);
				guarded.complete(result);
			}
			else if (CircuitBreaker.hasFallback(record(thrown)) && this.fallback != null) {
				this.fallback.apply(Rules.unwrap(thrown)).whenComplete((instead, failed) -> {
					if (failed == null) {
						guarded.complete(instead);
					}
					else {
						guarded.completeExceptionally(failed);
					}
				});
			}
			else {
				guarded.completeExceptionally(thrown);
			}
		}
		catch (Throwable ex) {
			// What a fallback throws; and whatever happens, the caller must not wait for
			// ever.
			guarded.completeExceptionally(ex);
		}
	}

	private Outcome record(Throwable thrown) {
		long end = end();
		return this.breaker.threw(this.ticket, thrown, CircuitBreaker.elapsed(this.start, end), end);
	}

	private long end() {
		return this.timed ? this.breaker.nanoClock().read() : CircuitBreaker.UNREAD;
	}

}
