package dev.breaker.spring.aop;

import dev.breaker.CircuitBreaker;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Guards each attempt of a call whose fallback runs further out, in
 * {@link RetryFallbackInterceptor}.
 */
final class RetryAttemptInterceptor implements MethodInterceptor {

	private final GuardedMethod guarded;

	RetryAttemptInterceptor(GuardedMethod guarded) {
		this.guarded = guarded;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		RetryAttempts attempts = RetryAttempts.of(invocation);
		CircuitBreaker breaker;
		try {
			breaker = this.guarded.breaker(invocation);
		}
		catch (Throwable ex) {
			// Without a key there is no breaker.
			attempts.ended(ex, true);
			throw ex;
		}
		return this.guarded.kind().attempt(this.guarded, breaker, invocation, attempts);
	}

}
