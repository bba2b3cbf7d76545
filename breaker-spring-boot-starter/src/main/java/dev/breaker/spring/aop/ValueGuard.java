package dev.breaker.spring.aop;

import dev.breaker.CircuitBreaker;
import dev.breaker.Fallback;
import dev.breaker.OutermostCalls;
import dev.breaker.ThrowingSupplier;
import dev.breaker.spring.fallback.MethodFallback;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Guards a method whose calls end when they return.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
final class ValueGuard implements MethodInterceptor {

	private final GuardedMethod guarded;

	private final @Nullable MethodFallback fallback;

	ValueGuard(GuardedMethod guarded) {
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
			return new Call(invocation, instead).apply(ex);
		}
		if (this.guarded.canNest()) {
			return outermost(breaker, invocation, instead);
		}
		if (instead == null) {
			return breaker.call(invocation::proceed);
		}
		Call call = new Call(invocation, instead);
		return breaker.call(call, call);
	}

	private @Nullable Object outermost(CircuitBreaker breaker, MethodInvocation invocation,
			@Nullable MethodFallback instead) throws Throwable {
		OutermostCalls calls = breaker.outermost();
		ThrowingSupplier<Object, Throwable> work = () -> this.guarded.proceed(breaker, invocation);
		return (instead != null) ? calls.call(work, new Call(invocation, instead)) : calls.call(work);
	}

	/** Both the work and its fallback, so that a call makes one object. */
	private record Call(MethodInvocation invocation,
			MethodFallback fallback) implements ThrowingSupplier<Object, Throwable>, Fallback<Object, Throwable> {

		@Override
		public @Nullable Object get() throws Throwable {
			return this.invocation.proceed();
		}

		@Override
		public @Nullable Object apply(Throwable thrown) throws Throwable {
			return this.fallback.call(Invocations.proxy(this.invocation), this.invocation.getThis(),
					this.invocation.getArguments(), thrown);
		}

	}

}
