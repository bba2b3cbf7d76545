package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * Work that gives a result, or throws.
 *
 * @param <T> the type of the result
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface ThrowingSupplier<T extends @Nullable Object, X extends Throwable> {

	/**
	 * Does the work.
	 * @return the result
	 * @throws X when the work fails
	 */
	T get() throws X;

}
