package dev.breaker.spring.aop;

import dev.breaker.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackMethod;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * Guards the calls of one method. It holds the breaker where all calls have the same one
 * and none can be inside of another, so that such a call has nothing to look up. Safe for
 * use by many threads.
 */
abstract class CircuitBreakerInterceptor implements MethodInterceptor {

	private final GuardedMethod guarded;

	private final @Nullable FallbackMethod fallback;

	/** Null until it is looked up, and where each call has to look it up. */
	private volatile @Nullable CircuitBreaker breaker;

	CircuitBreakerInterceptor(GuardedMethod guarded) {
		this.guarded = guarded;
		this.fallback = guarded.fallback();
	}

	@Override
	public final @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		CircuitBreaker held = this.breaker;
		return (held != null) ? call(held, invocation, this.fallback) : lookUp(invocation);
	}

	private @Nullable Object lookUp(MethodInvocation invocation) throws Throwable {
		FallbackMethod instead = this.fallback;
		CircuitBreaker found;
		try {
			found = this.guarded.breaker(invocation);
		}
		catch (Throwable ex) {
			// Without a key there is no breaker.
			if (instead == null) {
				throw ex;
			}
			return this.guarded.kind().fallback(this.guarded, instead, invocation, ex);
		}
		if (this.guarded.canNest()) {
			return callOnce(found, invocation, instead);
		}
		if (!this.guarded.hasKey()) {
			hold(found);
		}
		return call(found, invocation, instead);
	}

	/** A call that a guard further out makes for the same annotation goes through. */
	private @Nullable Object callOnce(CircuitBreaker found, MethodInvocation invocation,
			@Nullable FallbackMethod instead) throws Throwable {
		if (CallUnderWay.isGuardedAs(this.guarded, found)) {
			return invocation.proceed();
		}
		CallUnderWay underWay = CallUnderWay.begin(this.guarded, found);
		try {
			return callOutermost(found, invocation, instead);
		}
		finally {
			CallUnderWay.end(underWay);
		}
	}

	/** The second step undoes the first one where the breaker changed in between. */
	private void hold(CircuitBreaker found) {
		this.breaker = found;
		if (this.guarded.canNest() || !this.guarded.named().isPresent(found)) {
			this.breaker = null;
		}
	}

	/** Lets the next call look the breaker up. */
	void release() {
		this.breaker = null;
	}

	/** Runs the fallback of a call. */
	static @Nullable Object fallBack(FallbackMethod fallback, MethodInvocation invocation, Throwable thrown)
			throws Throwable {
		return fallback.call(called(invocation), invocation.getThis(), invocation.getArguments(), thrown);
	}

	/**
	 * The proxy that was called; of a woven method its object, or the class of a static
	 * one.
	 */
	private static Object called(MethodInvocation invocation) {
		if (invocation instanceof ProxyMethodInvocation ofProxy) {
			return ofProxy.getProxy();
		}
		Object object = invocation.getThis();
		return (object != null) ? object : invocation.getMethod().getDeclaringClass();
	}

	/** Makes a call. */
	abstract @Nullable Object call(CircuitBreaker breaker, MethodInvocation invocation,
			@Nullable FallbackMethod instead) throws Throwable;

	/** Makes a call that can be inside of another one, or have others inside. */
	abstract @Nullable Object callOutermost(CircuitBreaker breaker, MethodInvocation invocation,
			@Nullable FallbackMethod instead) throws Throwable;

}
