package dev.breaker.spring.aop;

import dev.breaker.CallNotPermittedException;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Comes right inside of a retry, and hides from it that the breaker refused the attempt:
 * further attempts would be refused as well, each after its back-off. What it returns is
 * dropped, since {@link RetryFallbackInterceptor} throws the refusal again right outside
 * of the retry.
 */
final class RetryRefusalInterceptor implements MethodInterceptor {

	private final GuardedMethod guarded;

	RetryRefusalInterceptor(GuardedMethod guarded) {
		this.guarded = guarded;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		RetryAttempts attempts = RetryAttempts.of(invocation);
		if (attempts.isGuardedFurtherOut()) {
			return invocation.proceed();
		}
		attempts.retry();
		try {
			Object result = invocation.proceed();
			return (attempts.refusal() != null) ? null
					: this.guarded.kind().hideRefusal(this.guarded, result, attempts);
		}
		catch (Throwable ex) {
			CallNotPermittedException refusal = attempts.refusal();
			if (refusal != null && attempts.causeOf(ex) == refusal) {
				return null;
			}
			throw ex;
		}
	}

}
