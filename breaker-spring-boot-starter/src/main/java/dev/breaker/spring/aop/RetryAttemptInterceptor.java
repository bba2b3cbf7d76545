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
		if (attempts.isGuardedFurtherOut()) {
			return invocation.proceed();
		}
		CircuitBreaker breaker;
		try {
			breaker = this.guarded.breaker(invocation);
		}
		catch (Throwable ex) {
			// Without a key there is no breaker.
			attempts.ended(ex, true);
			throw ex;
		}
		CallUnderWay underWay = CallUnderWay.begin(this.guarded, breaker);
		try {
			return this.guarded.kind().attempt(this.guarded, breaker, invocation, attempts);
		}
		finally {
			CallUnderWay.end(underWay);
		}
	}

}
