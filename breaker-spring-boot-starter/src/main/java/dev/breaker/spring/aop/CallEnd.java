package dev.breaker.spring.aop;

import org.jspecify.annotations.Nullable;

/**
 * Is told how a call ends that goes on after its method has returned. The first end
 * counts; further ones do nothing.
 */
interface CallEnd {

	/** The call gave its result. */
	void succeed(@Nullable Object result);

	/** The call gave one of several results. */
	default void next(@Nullable Object result) {
	}

	/** The call gave all its results. */
	default void complete() {
		succeed(null);
	}

	/**
	 * Ends a call that gave its results where what carries them makes it no success, as
	 * the status of an answer does whose body came later.
	 * @return whether it has ended so
	 */
	default boolean endedBy(Object carrier) {
		return false;
	}

	/** The method returned what cannot be followed, and is handed on. */
	default void unfollowed(String reason) {
	}

	/**
	 * The method returned what tells its end and is handed on, so that no fallback can
	 * take its place.
	 */
	default void observed(String reason) {
	}

	/** Whether the method is of a class of that package. */
	default boolean isOf(String packageName) {
		return false;
	}

	/**
	 * The call failed.
	 * @return what its fallback gives: a result of the same kind, or a plain value
	 * @throws Throwable what was thrown, as it is, where no fallback runs; else what the
	 * fallback throws
	 */
	@Nullable Object fail(Throwable thrown) throws Throwable;

	/**
	 * The caller ended the call, as by a timeout of its own: it failed, and no fallback
	 * runs.
	 */
	void abort(Throwable thrown);

	/** The call was given up before it had a result. */
	void cancel();

}
