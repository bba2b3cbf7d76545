package dev.breaker.spring.aop;

import dev.breaker.CallNotPermittedException;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * How the attempts of one call end, where other advice comes between the guard and its
 * fallback. It is an attribute of the invocation: all attempts share it.
 */
final class RetryAttempts {

	private static final String KEY = RetryAttempts.class.getName();

	private final RetryFailures failures;

	private @Nullable CallNotPermittedException refusal;

	private boolean retried;

	private boolean guardedFurtherOut;

	private volatile @Nullable CallNotPermittedException hidden;

	private RetryAttempts(RetryFailures failures) {
		this.failures = failures;
	}

	static RetryAttempts begin(MethodInvocation invocation, RetryFailures failures) {
		RetryAttempts attempts = new RetryAttempts(failures);
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

	/** A guard further out makes the call for the same annotation. */
	void leaveToGuardFurtherOut() {
		this.guardedFurtherOut = true;
	}

	boolean isGuardedFurtherOut() {
		return this.guardedFurtherOut;
	}

	/** A retry makes the attempts. */
	void retry() {
		this.retried = true;
	}

	boolean isRetried() {
		return this.retried;
	}

	/** What the attempts of all calls of the method ended with. */
	RetryFailures failures() {
		return this.failures;
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
		this.failures.add(thrown, !started);
	}

	/**
	 * The refusal of the guard's own breaker, not of one further in, where it was thrown
	 * before the attempt returned.
	 */
	@Nullable CallNotPermittedException refusal() {
		return this.refusal;
	}

	/** A refusal that the retry sees as a completion without an element. */
	void hide(CallNotPermittedException refused) {
		this.hidden = refused;
	}

	/** The refusal behind the last completion, once. */
	@Nullable CallNotPermittedException takeHidden() {
		CallNotPermittedException taken = this.hidden;
		this.hidden = null;
		return taken;
	}

	/**
	 * What an attempt ended with, if it is a cause of what was thrown.
	 */
	@Nullable Throwable causeOf(Throwable thrown) {
		return this.failures.causeOf(thrown);
	}

}
