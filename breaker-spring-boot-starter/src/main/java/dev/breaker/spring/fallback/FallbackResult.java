package dev.breaker.spring.fallback;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * How methods of one kind of return type give their result, as far as their fallbacks
 * depend on it. Safe for use by many threads.
 */
public interface FallbackResult {

	/**
	 * Whether a fallback of one return type can stand in for a method of another.
	 * @param wanted what the guarded method returns, neither {@code void} nor
	 * {@code Void}
	 * @param given what the fallback returns
	 * @return whether it fits
	 */
	boolean fits(ResolvableType wanted, ResolvableType given);

	/**
	 * Whether a result carries any exception to the caller, a checked one that the
	 * guarded method does not declare too.
	 * @return {@code true} where a failure is part of the result
	 */
	boolean carriesExceptions();

	/**
	 * Calls {@link FallbackMethod#ended(boolean)} when a result has ended.
	 * @param result what a fallback returned
	 * @param method the method that returned it
	 * @param fallback the fallback whose method it is
	 * @return the result
	 */
	@Nullable Object watch(@Nullable Object result, Method method, FallbackMethod fallback);

}
