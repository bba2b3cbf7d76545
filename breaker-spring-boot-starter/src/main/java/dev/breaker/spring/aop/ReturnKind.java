package dev.breaker.spring.aop;

import dev.breaker.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.FallbackResult;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * A kind of return type: when calls of such a method end, how they are guarded, and how a
 * fallback gives the result instead. Safe for use by many threads.
 *
 * @see ReturnKinds
 */
interface ReturnKind extends FallbackResult {

	/** What a method of this kind returns, in words for a message. */
	String describe();

	/** Whether methods that return that class are of this kind. */
	boolean includes(Class<?> returned);

	/** Guards calls, with their fallback. */
	CircuitBreakerInterceptor interceptor(GuardedMethod guarded);

	/**
	 * Makes one attempt of a call whose fallback runs further out, and tells how it ends.
	 */
	@Nullable Object attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation, RetryAttempts attempts)
			throws Throwable;

	/** Runs the fallback of a call that gave no result. */
	@Nullable Object fallback(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation, Throwable thrown)
			throws Throwable;

	/**
	 * Runs the fallback where the result of all attempts fails after they have returned.
	 */
	@Nullable Object fallbackLater(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			@Nullable Object result, RetryAttempts attempts);

	/**
	 * Lets the result of all attempts end in the refusal of one of them, where it is
	 * found out after they have returned, and there is no fallback.
	 */
	default @Nullable Object refusedLater(GuardedMethod guarded, @Nullable Object result, RetryAttempts attempts) {
		return result;
	}

	/**
	 * Hides from a retry that an attempt was refused, where it is found out after the
	 * attempt has returned.
	 */
	default @Nullable Object hideRefusal(GuardedMethod guarded, @Nullable Object result, RetryAttempts attempts) {
		return result;
	}

	/** What the caller gets for a call that was refused and has no fallback. */
	@Nullable Object refused(Throwable refusal) throws Throwable;

}
