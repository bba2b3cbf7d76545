package dev.breaker.spring.aop;

import java.util.concurrent.CompletableFuture;

import dev.breaker.CircuitBreaker;
import dev.breaker.spring.fallback.MethodFallback;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Guards a method whose calls end when the stage completes that they return.
 */
final class StageGuard implements MethodInterceptor {

	private final GuardedMethod guarded;

	private final @Nullable MethodFallback fallback;

	StageGuard(GuardedMethod guarded) {
		this.guarded = guarded;
		this.fallback = guarded.fallback();
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		CircuitBreaker breaker = this.guarded.breaker(invocation);
		MethodFallback instead = this.fallback;
		if (instead == null) {
			StageCall call = new StageCall(this.guarded, invocation, CompletableFuture::failedFuture);
			return call.result(breaker.callAsync(call));
		}
		StageCall call = new StageCall(this.guarded, invocation, (thrown) -> instead
			.start(Invocations.proxy(invocation), invocation.getThis(), invocation.getArguments(), thrown));
		return call.result(breaker.callAsync(call, call));
	}

}
