package dev.breaker;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * One admitted asynchronous call, from its start to its record. The ends of stages are
 * heard by {@code handle}, since {@code whenComplete} asks an exception for its text,
 * which may throw.
 */
final class AsyncCall<T extends @Nullable Object> {

	/** How long, in milliseconds, a fallback waits for a thread of its executor. */
	private static final long PATIENCE = 100;

	private final CircuitBreaker breaker;

	private final Admission admission;

	private final boolean timed;

	private final long start;

	private final Supplier<? extends CompletionStage<T>> work;

	private final @Nullable Function<Throwable, ? extends CompletionStage<T>> fallback;

	final DefaultPermit permit;

	AsyncCall(CircuitBreaker breaker, Admission admission, boolean timed, long start,
			Supplier<? extends CompletionStage<T>> work,
			@Nullable Function<Throwable, ? extends CompletionStage<T>> fallback) {
		this.breaker = breaker;
		this.admission = admission;
		this.timed = timed;
		this.start = start;
		this.work = work;
		this.fallback = fallback;
		this.permit = new DefaultPermit(breaker, admission);
	}

	CompletionStage<T> start() {
		long limit = this.admission.period().rules.timeLimitNanos;
		long begin = (limit != Rules.NO_LIMIT) ? System.nanoTime() : 0;
		CompletionStage<T> source;
		GuardedFuture<T> guarded;
		try {
			source = Objects.requireNonNull(this.work.get(), "The guarded call returned no stage");
			leave();
			guarded = new GuardedFuture<>(this, source);
			if (limit != Rules.NO_LIMIT && System.nanoTime() - begin >= limit) {
				// The work itself took the time, before there was a stage to end.
				source.handle((result, thrown) -> {
					end(guarded, result, (thrown != null) ? thrown : timeout(limit));
					return guarded;
				});
			}
			else {
				source.handle((result, thrown) -> {
					end(guarded, result, thrown);
					return guarded;
				});
			}
			if (limit != Rules.NO_LIMIT && !guarded.isDone()) {
				limit(guarded, limit, begin);
			}
		}
		catch (Throwable thrown) {
			leave();
			Outcome outcome = threw(thrown);
			if (outcome != null && outcome.fallsBack() && this.fallback != null) {
				return instead(this.fallback, CallClassifier.unwrap(thrown));
			}
			throw thrown;
		}
		return guarded;
	}

	/** What the thread calls from now on is not inside: the call goes on elsewhere. */
	private void leave() {
		if (this.admission instanceof CallEntry entry) {
			entry.thread = null;
			if (entry instanceof UnpermittedCalls.Unpermitted unpermitted) {
				unpermitted.leave();
			}
		}
	}

	/**
	 * Ends the call when its time is over, by the timer that all futures share. The timer
	 * goes when the call, and what is done instead, has ended.
	 */
	private void limit(GuardedFuture<T> guarded, long limit, long begin) {
		long left = Math.max(0, limit - (System.nanoTime() - begin));
		CompletableFuture<@Nullable Void> timer = new CompletableFuture<>();
		CompletionStage<@Nullable Void> over = timer;
		over.whenComplete((nothing, timeout) -> {
			if (timeout != null) {
				timedOut(guarded, limit);
			}
		});
		timer.orTimeout(left, TimeUnit.NANOSECONDS);
		CompletionStage<T> ended = guarded;
		ended.handle((result, thrown) -> timer.complete(null));
	}

	private void timedOut(GuardedFuture<T> guarded, long limit) {
		TimeoutException timeout = timeout(limit);
		Outcome outcome = threw(timeout);
		if (outcome == null) {
			return;
		}
		guarded.cancelSource();
		if (outcome.fallsBack() && this.fallback != null) {
			offTheTimer(guarded, () -> goOn(guarded, timeout, outcome));
		}
		else {
			goOn(guarded, timeout, outcome);
		}
	}

	private TimeoutException timeout(long limit) {
		return new TimeoutException("Circuit breaker '" + LogText.oneLine(this.breaker.name())
				+ "': the call did not end within its time limit of " + Duration.ofNanos(limit));
	}

	/**
	 * On a thread of the default executor, since a fallback that takes its time must not
	 * keep other timeouts waiting; on the timer's where that executor is so busy that it
	 * does not begin, as with just the calls that take too long.
	 */
	private static void offTheTimer(GuardedFuture<?> guarded, Runnable fallback) {
		CompletableFuture<@Nullable Void> begun = new CompletableFuture<>();
		CompletableFuture<@Nullable Void> patience = new CompletableFuture<>();
		CompletionStage<@Nullable Void> over = patience;
		over.whenComplete((nothing, timeout) -> {
			if (timeout != null && begun.complete(null)) {
				fallback.run();
			}
		});
		patience.orTimeout(PATIENCE, TimeUnit.MILLISECONDS);
		guarded.defaultExecutor().execute(() -> {
			if (begun.complete(null)) {
				patience.complete(null);
				fallback.run();
			}
		});
	}

	private void end(GuardedFuture<T> guarded, T result, @Nullable Throwable thrown) {
		try {
			Outcome outcome = (thrown != null) ? threw(thrown) : returned(result);
			if (outcome == null) {
				// It was ended from outside, or its time was over.
				return;
			}
			if (thrown != null) {
				goOn(guarded, thrown, outcome);
			}
			else {
				guarded.finish(result, null);
			}
		}
		catch (Throwable ex) {
			if (!this.permit.ended) {
				// The end of the stack: nothing can be called, only written.
				this.permit.ended = true;
				if (this.admission instanceof Probes.Probe probe) {
					probe.over = true;
				}
				GroupMember place = this.breaker.member;
				if (place != null) {
					place.endUncounted = true;
					place.group.queue.stackEnded = true;
				}
			}
			// Whatever happens, the caller must not wait for ever.
			guarded.fail(ex);
		}
	}

	/** After a failed call. */
	private void goOn(GuardedFuture<T> guarded, Throwable thrown, Outcome outcome) {
		try {
			if (outcome.fallsBack() && this.fallback != null) {
				CompletionStage<T> instead = instead(this.fallback, CallClassifier.unwrap(thrown));
				guarded.goesOnWith(instead);
				instead.handle((result, failed) -> {
					guarded.finish(result, failed);
					return guarded;
				});
			}
			else {
				guarded.fail(thrown);
			}
		}
		catch (Throwable ex) {
			// What a fallback throws; and whatever happens, the caller must not wait for
			// ever.
			guarded.fail(ex);
		}
	}

	/**
	 * The caller gives the call up: nothing is recorded, unless it was slow by then.
	 */
	void abandon() {
		if (!this.permit.ended) {
			long end = now();
			this.permit.end(DefaultPermit.End.CANCELLED, null, null, CircuitBreaker.elapsed(this.start, end), end);
		}
	}

	/**
	 * The caller ends the call, as by a timeout of its own: judged as if it was thrown.
	 */
	void abort(Throwable thrown) {
		threw(thrown);
	}

	/** Null where the call has ended before. */
	private @Nullable Outcome returned(T result) {
		long end = now();
		return this.permit.end(DefaultPermit.End.RETURNED, result, null, CircuitBreaker.elapsed(this.start, end), end);
	}

	/** What it counts as; null where the call has ended before. */
	private @Nullable Outcome threw(Throwable thrown) {
		long end = now();
		return this.permit.end(DefaultPermit.End.THREW, null, thrown, CircuitBreaker.elapsed(this.start, end), end);
	}

	static <T extends @Nullable Object> CompletionStage<T> instead(
			Function<Throwable, ? extends CompletionStage<T>> fallback, Throwable thrown) {
		return Objects.requireNonNull(fallback.apply(thrown), "The fallback returned no stage");
	}

	private long now() {
		return this.timed ? this.breaker.nanoClock().read() : CircuitBreaker.UNREAD;
	}

}
