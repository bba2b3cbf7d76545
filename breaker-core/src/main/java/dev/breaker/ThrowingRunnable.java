package dev.breaker;

/**
 * Work without a result, that may throw.
 *
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface ThrowingRunnable<X extends Throwable> {

	/**
	 * Does the work.
	 * @throws X when the work fails
	 */
	void run() throws X;

}
