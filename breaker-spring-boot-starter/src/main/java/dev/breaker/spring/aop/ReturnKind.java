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

	/** Whether a call can be ended from outside when its time is over. */
	default boolean limitsTime() {
		return false;
	}

	/**
	 * Whether calls fail in a way that Spring's {@code @Retryable} takes no notice of,
	 * since the method returns it.
	 */
	default boolean failsUnretried() {
		return false;
	}

	/**
	 * Whether results of that class are of this kind where the method declares no type
	 * that tells.
	 */
	default boolean includesResult(Class<?> result) {
		return includes(result);
	}

	/**
	 * The class of what callers get instead of a result of that class where the method
	 * declares no type that tells; {@code null} where they get the same class.
	 */
	default @Nullable Class<?> given(Class<?> result) {
		return given();
	}

	/**
	 * The class of what callers get, which a method has to declare; {@code null} where
	 * they get what the method returns.
	 */
	default @Nullable Class<?> given() {
		return null;
	}

	/**
	 * Follows a result of this kind to the end of its call, whose permit was taken before
	 * the method returned.
	 * @return what the caller gets instead of the result
	 */
	Object follow(Object result, CallEnd end);

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
