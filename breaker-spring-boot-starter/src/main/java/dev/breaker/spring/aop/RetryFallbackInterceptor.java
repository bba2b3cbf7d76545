package dev.breaker.spring.aop;

import dev.breaker.CallNotPermittedException;
import dev.breaker.spring.fallback.FallbackMethod;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Runs the fallback around all attempts of a retry, once, after the last of them; and
 * around a cache, which must not keep what a fallback gives. The breaker itself is
 * further in, in {@link RetryAttemptInterceptor}.
 */
final class RetryFallbackInterceptor implements MethodInterceptor {

	private final GuardedMethod guarded;

	private final @Nullable FallbackMethod fallback;

	private final RetryFailures failures = new RetryFailures();

	RetryFallbackInterceptor(GuardedMethod guarded) {
		this.guarded = guarded;
		this.fallback = guarded.fallback();
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		RetryAttempts attempts = RetryAttempts.begin(invocation, this.failures);
		if (isGuardedFurtherOut(invocation)) {
			attempts.leaveToGuardFurtherOut();
			return invocation.proceed();
		}
		Object result;
		try {
			result = invocation.proceed();
		}
		catch (Throwable ex) {
			if (attempts.causeOf(ex) == null) {
				throw ex;
			}
			return ended(invocation, ex, attempts.refusal() != null);
		}
		CallNotPermittedException refusal = attempts.refusal();
		if (refusal != null) {
			return ended(invocation, refusal, true);
		}
		FallbackMethod instead = this.fallback;
		return (instead != null)
				? this.guarded.kind().fallbackLater(this.guarded, instead, invocation, result, attempts)
				: this.guarded.kind().refusedLater(this.guarded, result, attempts);
	}

	private boolean isGuardedFurtherOut(MethodInvocation invocation) {
		if (!this.guarded.canNest() || this.fallback == null) {
			return false;
		}
		try {
			return CallUnderWay.isGuardedAs(this.guarded, this.guarded.breaker(invocation));
		}
		catch (Throwable ex) {
			// Of the key's expression: the attempt ends so.
			return false;
		}
	}

	/** Ends the call after an attempt that has a fallback. */
	private @Nullable Object ended(MethodInvocation invocation, Throwable thrown, boolean refused) throws Throwable {
		FallbackMethod instead = this.fallback;
		if (instead != null) {
			return this.guarded.kind().fallback(this.guarded, instead, invocation, thrown);
		}
		if (refused) {
			return this.guarded.kind().refused(thrown);
		}
		throw thrown;
	}

}
