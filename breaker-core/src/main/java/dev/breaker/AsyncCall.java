package dev.breaker;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * One admitted asynchronous call, from its start to its record.
 */
final class AsyncCall<T extends @Nullable Object> {

	private final CircuitBreaker breaker;

	private final Admission admission;

	private final boolean timed;

	private final long start;

	private final Supplier<? extends CompletionStage<T>> work;

	private final @Nullable Function<Throwable, ? extends CompletionStage<T>> fallback;

	private final DefaultPermit permit;

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
		CompletionStage<T> source;
		GuardedFuture<T> guarded;
		try {
			source = Objects.requireNonNull(this.work.get(), "The guarded call returned no stage");
			if (this.admission instanceof Probes.Probe probe) {
				probe.leave();
			}
			guarded = new GuardedFuture<>(this, source);
			source.whenComplete((result, thrown) -> end(guarded, result, thrown));
		}
		catch (Throwable thrown) {
			if (this.permit.giveBack() && record(thrown).fallsBack() && this.fallback != null) {
				return instead(this.fallback, CallClassifier.unwrap(thrown));
			}
			throw thrown;
		}
		return guarded;
	}

	private void end(GuardedFuture<T> guarded, T result, @Nullable Throwable thrown) {
		if (!this.permit.giveBack()) {
			// It was ended from outside.
			return;
		}
		try {
			if (thrown == null) {
				recordReturned(result);
				guarded.finish(result, null);
			}
			else if (record(thrown).fallsBack() && this.fallback != null) {
				CompletionStage<T> instead = instead(this.fallback, CallClassifier.unwrap(thrown));
				guarded.goesOnWith(instead);
				instead.whenComplete(guarded::finish);
			}
			else {
				guarded.finish(result, thrown);
			}
		}
		catch (Throwable ex) {
			// What a fallback throws; and whatever happens, the caller must not wait for
			// ever.
			guarded.finish(result, ex);
		}
	}

	/** The caller gives the call up: nothing is recorded. */
	void abandon() {
		this.permit.release();
	}

	/**
	 * The caller ends the call, as by a timeout of its own: judged as if it was thrown.
	 */
	void abort(Throwable thrown) {
		if (this.permit.giveBack()) {
			record(thrown);
		}
	}

	private void recordReturned(T result) {
		try {
			long end = end();
			this.breaker.returned(this.admission, result, CircuitBreaker.elapsed(this.start, end), end);
		}
		finally {
			this.breaker.exit();
		}
	}

	private Outcome record(Throwable thrown) {
		try {
			long end = end();
			return this.breaker.threw(this.admission, thrown, CircuitBreaker.elapsed(this.start, end), end);
		}
		finally {
			this.breaker.exit();
		}
	}

	static <T extends @Nullable Object> CompletionStage<T> instead(
			Function<Throwable, ? extends CompletionStage<T>> fallback, Throwable thrown) {
		return Objects.requireNonNull(fallback.apply(thrown), "The fallback returned no stage");
	}

	private long end() {
		return this.timed ? this.breaker.nanoClock().read() : CircuitBreaker.UNREAD;
	}

}
