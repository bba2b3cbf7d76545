package dev.breaker.spring.aop;

import dev.breaker.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackMethod;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Guards the calls of one method. It holds the breaker where all calls have the same one
 * and none can be inside of another, so that such a call has nothing to look up. Safe for
 * use by many threads.
 */
abstract class CircuitBreakerInterceptor implements MethodInterceptor {

	private final GuardedMethod guarded;

	private final @Nullable FallbackMethod fallback;

	/** Null until it is looked up, and where it has to be for each call. */
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
			// No key, no breaker.
			if (instead == null) {
				throw ex;
			}
			return this.guarded.kind().fallback(this.guarded, instead, invocation, ex);
		}
		if (this.guarded.canNest()) {
			return callOutermost(found, invocation, instead);
		}
		if (!this.guarded.hasKey()) {
			hold(found);
		}
		return call(found, invocation, instead);
	}

	/** A change that comes between the two steps is seen by the second one. */
	private void hold(CircuitBreaker found) {
		this.breaker = found;
		if (this.guarded.canNest() || !this.guarded.named().isPresent(found)) {
			this.breaker = null;
		}
	}

	/** The next call looks the breaker up. */
	void release() {
		this.breaker = null;
	}

	/** Makes a call. */
	abstract @Nullable Object call(CircuitBreaker breaker, MethodInvocation invocation,
			@Nullable FallbackMethod instead) throws Throwable;

	/** Makes a call that can be inside of another one, or have others inside. */
	abstract @Nullable Object callOutermost(CircuitBreaker breaker, MethodInvocation invocation,
			@Nullable FallbackMethod instead) throws Throwable;

}
