package dev.breaker.spring.aop;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.breaker.CallNotPermittedException;
import dev.breaker.spring.fallback.RefusalFinder;
import org.jspecify.annotations.Nullable;

/**
 * What the attempts of one method ended with that has a fallback, told by identity, as
 * long as it is referenced elsewhere. A cache may begin an attempt before it is
 * subscribed to, or give what it ends with to other calls, and several threads may
 * subscribe to one result: so this is of the method, and not of a call. Safe for use by
 * many threads.
 */
final class RetryFailures {

	// Causes can lead back to the exception itself.
	private static final int DEEPEST_CAUSE = 32;

	private final Map<Failure, Boolean> refused = new ConcurrentHashMap<>();

	private final ReferenceQueue<Throwable> unreferenced = new ReferenceQueue<>();

	void add(Throwable thrown, boolean refused) {
		Reference<?> gone = this.unreferenced.poll();
		while (gone != null) {
			this.refused.remove(gone);
			gone = this.unreferenced.poll();
		}
		this.refused.put(new Failure(thrown, this.unreferenced), refused);
	}

	/** What an attempt ended with, if it is a cause of what was thrown. */
	@Nullable Throwable causeOf(Throwable thrown) {
		Throwable cause = thrown;
		for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
			if (this.refused.containsKey(new Failure(cause, null))) {
				return cause;
			}
			cause = RefusalFinder.causeOf(cause);
		}
		return null;
	}

	/**
	 * The refusal of the guard's own breaker, not of one further in, if it is a cause of
	 * what was thrown.
	 */
	@Nullable CallNotPermittedException refusalIn(Throwable thrown) {
		return (causeOf(thrown) instanceof CallNotPermittedException refusal
				&& this.refused.getOrDefault(new Failure(refusal, null), false)) ? refusal : null;
	}

	private static final class Failure extends WeakReference<Throwable> {

		private final int hash;

		Failure(Throwable thrown, @Nullable ReferenceQueue<Throwable> queue) {
			super(thrown, queue);
			this.hash = System.identityHashCode(thrown);
		}

		@Override
		public int hashCode() {
			return this.hash;
		}

		@Override
		public boolean equals(@Nullable Object object) {
			if (this == object) {
				return true;
			}
			Throwable thrown = get();
			return thrown != null && object instanceof Failure other && thrown == other.get();
		}

	}

}
