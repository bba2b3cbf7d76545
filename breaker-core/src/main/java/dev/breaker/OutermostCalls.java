package dev.breaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

	private static final int PLACES_OF_A_GROUP = 4;

	private static final int GROUPS_OF_THREADS = 8;

	private static final int NO_PLACE = CallEntry.NO_PLACE;

	private static final VarHandle INSIDE = MethodHandles.arrayElementVarHandle(Thread[].class);

	private final CircuitBreaker breaker;

	/**
	 * Threads inside of a call: a thread takes one of the places of its group. Only the
	 * thread itself looks for itself, and only it leaves its place, by a plain write that
	 * cannot fail near the end of a stack.
	 */
	private final @Nullable Thread[] inside = new Thread[PLACES_OF_A_GROUP * GROUPS_OF_THREADS];

	/** Threads inside of a call whose group had no place left. */
	private final Map<Thread, Inside> others = new ConcurrentHashMap<>();

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
			int place = NO_PLACE;
			try {
				place = takePlace();
				return (place != NO_PLACE) ? work.get() : withoutPlace(work);
			}
			finally {
				if (place != NO_PLACE) {
					this.inside[place] = null;
				}
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
			int place = NO_PLACE;
			try {
				place = takePlace();
				return (place != NO_PLACE) ? work.get() : withoutPlace(work::get);
			}
			finally {
				if (place != NO_PLACE) {
					this.inside[place] = null;
				}
			}
		};
		return (fallback != null) ? this.breaker.callAsync(outermost, fallback) : this.breaker.callAsync(outermost);
	}

	/**
	 * Whether the calling thread is inside of a call.
	 * @return whether it is
	 */
	public boolean isInside() {
		Thread thread = Thread.currentThread();
		int first = firstPlace(thread);
		for (int place = first; place < first + PLACES_OF_A_GROUP; place++) {
			if (this.inside[place] == thread) {
				return true;
			}
		}
		if (this.others.isEmpty()) {
			return false;
		}
		Inside other = this.others.get(thread);
		return other != null && !other.over;
	}

	/**
	 * The thread goes into a call by that entry, which keeps what it takes: nothing where
	 * the thread is inside of another call.
	 */
	void enter(CallEntry entry) {
		if (isInside()) {
			return;
		}
		entry.place = takePlace();
		if (entry.place == NO_PLACE) {
			Inside other = new Inside();
			entry.other = other;
			this.others.put(Thread.currentThread(), other);
		}
	}

	/** The thread leaves what it took by that entry, first by writes to fields alone. */
	void leave(CallEntry entry) {
		if (entry.place != NO_PLACE) {
			this.inside[entry.place] = null;
			entry.place = NO_PLACE;
		}
		Inside other = entry.other;
		if (other != null) {
			other.over = true;
			entry.other = null;
			this.others.remove(Thread.currentThread(), other);
		}
	}

	/** Takes a place of the thread's group, if there is one. */
	private int takePlace() {
		Thread thread = Thread.currentThread();
		int first = firstPlace(thread);
		for (int place = first; place < first + PLACES_OF_A_GROUP; place++) {
			if (this.inside[place] == null && INSIDE.compareAndSet(this.inside, place, null, thread)) {
				return place;
			}
		}
		return NO_PLACE;
	}

	private static int firstPlace(Thread thread) {
		// Neighbours among the numbers of threads come into different groups.
		return (int) (thread.getId() % GROUPS_OF_THREADS) * PLACES_OF_A_GROUP;
	}

	private <T extends @Nullable Object, X extends Throwable> T withoutPlace(ThrowingSupplier<? extends T, X> work)
			throws X {
		Inside other = new Inside();
		try {
			this.others.put(Thread.currentThread(), other);
			return work.get();
		}
		finally {
			other.over = true;
			this.others.remove(Thread.currentThread(), other);
		}
	}

	/**
	 * That a thread is inside of a call.
	 */
	static final class Inside {

		/**
		 * Written as a field before the entry is removed: near the end of a stack a call
		 * can fail.
		 */
		boolean over;

	}

}
