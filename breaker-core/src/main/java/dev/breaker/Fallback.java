package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * What is done instead of a call that was refused or that failed. It does not run for
 * what counts as nothing or as a success: ignored exceptions, interrupts and
 * cancellations reach the caller as they are.
 *
 * @param <T> the type of the result
 * @param <X> what it may throw
 */
@FunctionalInterface
public interface Fallback<T extends @Nullable Object, X extends Throwable> {

	/**
	 * Gives the result that the caller gets instead.
	 * @param thrown what the call threw, or the {@link CallNotPermittedException} of the
	 * refusal
	 * @return the result
	 * @throws X when there is no result to give: it reaches the caller as it is
	 */
	T apply(Throwable thrown) throws X;

}
