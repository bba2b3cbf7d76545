package dev.breaker;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Calls of a breaker of which one that is made inside of another, on the same thread, is
 * recorded with the outermost.
 */
public final class OutermostCalls {

	private static final Fallback<?, ?> RETHROW = OutermostCalls::rethrow;

	private final CircuitBreaker breaker;

	private final Set<Thread> inside = ConcurrentHashMap.newKeySet();

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
		return call(work, (Fallback<? extends T, X>) RETHROW);
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
		Thread thread = Thread.currentThread();
		if (this.inside.contains(thread)) {
			try {
				return work.get();
			}
			catch (Throwable thrown) {
				if (hasFallback(thrown)) {
					return fallback.apply(thrown);
				}
				throw thrown;
			}
		}
		return this.breaker.<T, X>call(() -> {
			this.inside.add(thread);
			try {
				return work.get();
			}
			finally {
				this.inside.remove(thread);
			}
		}, fallback);
	}

	/**
	 * As {@link CircuitBreaker#callAsync(Supplier)}.
	 * @param <T> the type of its result
	 * @param work starts the call
	 * @return a stage
	 */
	public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work) {
		return this.inside.contains(Thread.currentThread()) ? work.get() : this.breaker.callAsync(marked(work));
	}

	/**
	 * As {@link CircuitBreaker#callAsync(Supplier, Function)}.
	 * @param <T> the type of its result
	 * @param work starts the call
	 * @param fallback what is done instead
	 * @return a stage
	 */
	public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work,
			Function<Throwable, ? extends CompletionStage<T>> fallback) {
		if (!this.inside.contains(Thread.currentThread())) {
			return this.breaker.callAsync(marked(work), fallback);
		}
		CompletionStage<T> stage;
		try {
			stage = work.get();
		}
		catch (Throwable thrown) {
			if (hasFallback(thrown)) {
				return fallback.apply(Rules.unwrap(thrown));
			}
			throw thrown;
		}
		return stage
			.exceptionallyCompose((thrown) -> hasFallback(thrown) ? fallback.apply(Rules.unwrap(thrown)) : stage);
	}

	private <T extends @Nullable Object> Supplier<CompletionStage<T>> marked(
			Supplier<? extends CompletionStage<T>> work) {
		Thread thread = Thread.currentThread();
		return () -> {
			this.inside.add(thread);
			try {
				return work.get();
			}
			finally {
				this.inside.remove(thread);
			}
		};
	}

	private boolean hasFallback(Throwable thrown) {
		return CircuitBreaker.hasFallback(this.breaker.period().rules.outcomeOfThrown(thrown, this.breaker));
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> Object rethrow(Throwable thrown) throws X {
		throw (X) thrown;
	}

}
