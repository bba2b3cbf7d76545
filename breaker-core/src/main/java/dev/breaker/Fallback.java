package dev.breaker;

import org.jspecify.annotations.Nullable;

/**
 * What is done instead of a call that was refused, by its breaker or by one further in,
 * or that threw what counts as a failure. It does not run for what counts as a success,
 * nor for what was ignored: ignored exceptions, interrupts and cancellations reach the
 * caller as they are.
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
