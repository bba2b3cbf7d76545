package dev.breaker;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Calls of one breaker that may be inside each other on one thread, such as those of a
 * facade and of the client behind it that share a name. What is inside is refused where
 * its breaker refuses all calls, needs no place among the probes, and is recorded
 * nowhere: the outermost call decides. The fallback of a call inside runs all the same. A
 * call that goes on on another thread is a call of its own.
 *
 * <p>
 * Safe for use by many threads; it uses no {@link ThreadLocal}.
 *
 * @see CircuitBreaker#outermost()
 */
public final class OutermostCalls {

	private final CircuitBreaker breaker;

	private final Map<Thread, Inside> threads = new ConcurrentHashMap<>();

	OutermostCalls(CircuitBreaker breaker) {
		this.breaker = breaker;
	}

	/**
	 * As {@link CircuitBreaker#call(ThrowingSupplier)}.
	 * @param <T> the type of its result
	 * @param <X> what it may throw
	 * @param work the call
	 * @return its result
	 * @throws X what the call throws, as it is
	 */
	@SuppressWarnings("unchecked")
	public <T extends @Nullable Object, X extends Throwable> T call(ThrowingSupplier<? extends T, X> work) throws X {
		return call(work, (Fallback<? extends T, X>) CircuitBreaker.RETHROW);
	}

	/**
	 * As {@link CircuitBreaker#call(ThrowingSupplier, Fallback)}.
	 * @param <T> the type of its result
	 * @param <X> what it may throw
	 * @param work the call
	 * @param fallback what is done instead
	 * @return the result of the call or of the fallback
	 * @throws X what the call throws where no fallback runs, or what the fallback throws
	 */
	public <T extends @Nullable Object, X extends Throwable> T call(ThrowingSupplier<? extends T, X> work,
			Fallback<? extends T, X> fallback) throws X {
		CircuitBreaker live = this.breaker.live();
		if (live != this.breaker) {
			// A breaker that is kept by hand: its key has another one now.
			return live.outermost().call(work, fallback);
		}
		if (isInside()) {
			return this.breaker.callInside(work, fallback);
		}
		return this.breaker.call(() -> {
			Inside inside = new Inside();
			try {
				this.threads.put(Thread.currentThread(), inside);
				return work.get();
			}
			finally {
				inside.over = true;
				leave();
			}
		}, fallback);
	}

	/**
	 * As {@link CircuitBreaker#callAsync(Supplier)}: what {@code work} calls before it
	 * returns is inside.
	 * @param <T> the type of its result
	 * @param work starts the call
	 * @return a stage that ends as the call does
	 */
	public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work) {
		return startAsync(work, null);
	}

	/**
	 * As {@link CircuitBreaker#callAsync(Supplier, Function)}: what {@code work} calls
	 * before it returns is inside.
	 * @param <T> the type of its result
	 * @param work starts the call
	 * @param fallback what is done instead
	 * @return a stage that ends as the call or the fallback does
	 */
	public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work,
			Function<Throwable, ? extends CompletionStage<T>> fallback) {
		return startAsync(work, Objects.requireNonNull(fallback, "fallback"));
	}

	private <T extends @Nullable Object> CompletionStage<T> startAsync(Supplier<? extends CompletionStage<T>> work,
			@Nullable Function<Throwable, ? extends CompletionStage<T>> fallback) {
		CircuitBreaker live = this.breaker.live();
		if (live != this.breaker) {
			return live.outermost().startAsync(work, fallback);
		}
		if (isInside()) {
			return this.breaker.callAsyncInside(work, fallback);
		}
		Supplier<CompletionStage<T>> outermost = () -> {
			Inside inside = new Inside();
			try {
				this.threads.put(Thread.currentThread(), inside);
				return work.get();
			}
			finally {
				inside.over = true;
				leave();
			}
		};
		return (fallback != null) ? this.breaker.callAsync(outermost, fallback) : this.breaker.callAsync(outermost);
	}

	private boolean isInside() {
		Inside inside = this.threads.get(Thread.currentThread());
		return inside != null && !inside.over;
	}

	private void leave() {
		this.threads.remove(Thread.currentThread());
	}

	/**
	 * That a thread is inside of a call.
	 */
	private static final class Inside {

		/**
		 * Written as a field before the entry is removed: near the end of a stack a call
		 * can fail.
		 */
		boolean over;

	}

}
