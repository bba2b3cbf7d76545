package dev.breaker.spring.aop;

import dev.breaker.CallNotPermittedException;
import dev.breaker.spring.fallback.RefusalFinder;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * How the attempts of one call end, where other advice comes between the guard and its
 * fallback. It is an attribute of the invocation: all attempts share it.
 */
final class RetryAttempts {

	private static final String KEY = RetryAttempts.class.getName();

	// Causes can lead back to the exception itself.
	private static final int DEEPEST_CAUSE = 32;

	private @Nullable Throwable failure;

	private @Nullable CallNotPermittedException refusal;

	static RetryAttempts begin(MethodInvocation invocation) {
		RetryAttempts attempts = new RetryAttempts();
		ofProxy(invocation).setUserAttribute(KEY, attempts);
		return attempts;
	}

	static RetryAttempts of(MethodInvocation invocation) {
		if (ofProxy(invocation).getUserAttribute(KEY) instanceof RetryAttempts attempts) {
			return attempts;
		}
		throw new IllegalStateException("The advice around the attempts was not called for " + invocation);
	}

	/** The invocation, as each one of Spring's proxies is. */
	private static ProxyMethodInvocation ofProxy(MethodInvocation invocation) {
		if (invocation instanceof ProxyMethodInvocation ofProxy) {
			return ofProxy;
		}
		throw new IllegalStateException("Not an invocation of a Spring proxy: " + invocation);
	}

	/** Begins the call anew, which a reactive one does with each subscription. */
	void restart() {
		this.failure = null;
		this.refusal = null;
	}

	/** Begins the next attempt. */
	void next() {
		this.failure = null;
	}

	/**
	 * An attempt ended in an exception that has a fallback.
	 * @param thrown what was thrown
	 * @param started whether the breaker admitted the attempt: if not, it was refused
	 */
	void ended(Throwable thrown, boolean started) {
		if (!started && thrown instanceof CallNotPermittedException refused) {
			this.refusal = refused;
		}
		this.failure = thrown;
	}

	/** The refusal of the guard's own breaker, not of one further in. */
	@Nullable CallNotPermittedException refusal() {
		return this.refusal;
	}

	/**
	 * What the last attempt ended with, if it is a cause of what was thrown.
	 */
	@Nullable Throwable causeOf(Throwable thrown) {
		Throwable cause = thrown;
		for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
			if (cause == this.failure) {
				return this.failure;
			}
			cause = RefusalFinder.causeOf(cause);
		}
		return null;
	}

}
