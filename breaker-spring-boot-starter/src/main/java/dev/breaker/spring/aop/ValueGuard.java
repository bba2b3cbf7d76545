package dev.breaker.spring.aop;

import dev.breaker.Fallback;
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
		if (instead == null) {
			return this.guarded.breaker(invocation).call(invocation::proceed);
		}
		Call call = new Call(invocation, instead);
		return this.guarded.breaker(invocation).call(call, call);
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
