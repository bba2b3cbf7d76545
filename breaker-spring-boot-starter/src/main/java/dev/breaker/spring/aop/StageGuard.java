package dev.breaker.spring.aop;

import java.util.concurrent.CompletionStage;

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
		MethodFallback instead = this.fallback;
		CircuitBreaker breaker;
		try {
			breaker = this.guarded.breaker(invocation);
		}
		catch (Throwable ex) {
			// No key, no breaker.
			if (instead == null) {
				throw ex;
			}
			return Stages.as(this.guarded.returnType(), fallback(invocation, instead, ex));
		}
		if (instead != null) {
			return new StageCall(this.guarded, breaker, invocation,
					(thrown, started) -> fallback(invocation, instead, thrown))
				.start();
		}
		StageCall call = new StageCall(this.guarded, breaker, invocation, (thrown, started) -> null);
		return call.result(this.guarded.canNest() ? breaker.outermost().callAsync(call) : breaker.callAsync(call));
	}

	private static CompletionStage<Object> fallback(MethodInvocation invocation, MethodFallback instead,
			Throwable thrown) {
		return instead.start(Invocations.proxy(invocation), invocation.getThis(), invocation.getArguments(), thrown);
	}

}
