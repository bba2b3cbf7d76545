package dev.breaker.spring.aop;

import dev.breaker.CircuitBreaker;
import org.jspecify.annotations.Nullable;

/**
 * A call that is the outermost of its breaker on a thread, by the method on which its
 * annotation stands. Two proxies can guard one call by one annotation, as those of a
 * decorator and of what it decorates, or of a repository and of its fragment. The guard
 * further in steps aside then: its fallback would answer, and the breaker record a
 * success. Only calls that can be inside of others are listed, where their breaker has a
 * fallback. Used by the one thread that makes the call.
 */
final class CallUnderWay {

	private static final ThreadLocal<@Nullable CallUnderWay> newest = new ThreadLocal<>();

	private final GuardedMethod guarded;

	private final CircuitBreaker breaker;

	/** Whether the method is running that only prepares the call. */
	private final boolean prepares;

	private final @Nullable CallUnderWay around;

	/** Written as a field: near the end of a stack a call can fail. */
	private boolean over;

	private CallUnderWay(GuardedMethod guarded, CircuitBreaker breaker, boolean prepares,
			@Nullable CallUnderWay around) {
		this.guarded = guarded;
		this.breaker = breaker;
		this.prepares = prepares;
		this.around = around;
	}

	/**
	 * A call begins.
	 * @return for {@link #end(CallUnderWay)}; {@code null} where it is inside of another
	 * one, or no guard asks
	 */
	static @Nullable CallUnderWay begin(GuardedMethod guarded, CircuitBreaker breaker) {
		return begin(guarded, breaker, false);
	}

	/** A method begins that prepares calls, such as one that returns a publisher. */
	static @Nullable CallUnderWay beginPreparing(GuardedMethod guarded, CircuitBreaker breaker) {
		return begin(guarded, breaker, true);
	}

	private static @Nullable CallUnderWay begin(GuardedMethod guarded, CircuitBreaker breaker, boolean prepares) {
		if (!guarded.canNest() || !guarded.named().fallsBack() || breaker.outermost().isInside()) {
			return null;
		}
		CallUnderWay call = new CallUnderWay(guarded, breaker, prepares, present());
		newest.set(call);
		return call;
	}

	static void end(@Nullable CallUnderWay call) {
		if (call == null) {
			return;
		}
		call.over = true;
		CallUnderWay around = present();
		if (around != null) {
			newest.set(around);
		}
		else {
			newest.remove();
		}
	}

	/** The newest call of the thread that is not over. */
	private static @Nullable CallUnderWay present() {
		CallUnderWay call = newest.get();
		while (call != null && call.over) {
			call = call.around;
		}
		return call;
	}

	/**
	 * Whether the outermost call of the breaker that is under way on this thread is
	 * guarded by the very annotation that guards this method.
	 */
	static boolean isGuardedAs(GuardedMethod guarded, CircuitBreaker breaker) {
		if (guarded.fallback() == null || !guarded.canNest()) {
			return false;
		}
		CallUnderWay call = present();
		while (call != null && (call.over || call.breaker != breaker)) {
			call = call.around;
		}
		return call != null && call.guarded.declaration().equals(guarded.declaration())
				&& (call.prepares || breaker.outermost().isInside());
	}

}
