package dev.breaker.spring.aop;

import java.util.concurrent.CompletableFuture;

import dev.breaker.CircuitBreaker;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Guards each attempt of a call whose fallback runs further out, in
 * {@link AroundAttempts}.
 */
final class AttemptGuard implements MethodInterceptor {

	private final GuardedMethod guarded;

	AttemptGuard(GuardedMethod guarded) {
		this.guarded = guarded;
	}

	// From class files, the checker on JDK 17 does not see that results may be null.
	@SuppressWarnings("NullAway")
	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Attempts attempts = Attempts.of(invocation);
		CircuitBreaker breaker = this.guarded.breaker(invocation);
		if (!this.guarded.isStage()) {
			return breaker.<Object, Throwable>call(invocation::proceed, (thrown) -> {
				attempts.ended(thrown);
				throw thrown;
			});
		}
		StageCall call = new StageCall(this.guarded, invocation, CompletableFuture::failedFuture);
		return call.result(breaker.callAsync(call, (thrown) -> {
			attempts.ended(thrown);
			return CompletableFuture.failedFuture(thrown);
		}));
	}

}
