package dev.breaker.spring.aop;

import dev.breaker.CircuitBreaker;
import dev.breaker.Fallback;
import dev.breaker.ThrowingSupplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Guards each attempt of a call whose fallback runs further out, in
 * {@link AroundAttempts}.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
final class AttemptGuard implements MethodInterceptor {

	private final GuardedMethod guarded;

	AttemptGuard(GuardedMethod guarded) {
		this.guarded = guarded;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Attempts attempts = Attempts.of(invocation);
		CircuitBreaker breaker;
		try {
			breaker = this.guarded.breaker(invocation);
		}
		catch (Throwable ex) {
			// No key, no breaker.
			attempts.ended(ex, true);
			throw ex;
		}
		if (this.guarded.isStage()) {
			return new StageCall(this.guarded, breaker, invocation, (thrown, started) -> {
				attempts.ended(thrown, started);
				return null;
			}).start();
		}
		Attempt attempt = new Attempt(this.guarded, breaker, invocation, attempts);
		return this.guarded.canNest() ? breaker.outermost().call(attempt, attempt) : breaker.call(attempt, attempt);
	}

	/**
	 * One attempt. A refusal before it has started is that of its own breaker, and ends
	 * the retry; one that comes from further in is an exception like others.
	 */
	private static final class Attempt implements ThrowingSupplier<Object, Throwable>, Fallback<Object, Throwable> {

		private final GuardedMethod guarded;

		private final CircuitBreaker breaker;

		private final MethodInvocation invocation;

		private final Attempts attempts;

		private boolean started;

		Attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation, Attempts attempts) {
			this.guarded = guarded;
			this.breaker = breaker;
			this.invocation = invocation;
			this.attempts = attempts;
		}

		@Override
		public @Nullable Object get() throws Throwable {
			this.started = true;
			return this.guarded.proceed(this.breaker, this.invocation);
		}

		@Override
		public Object apply(Throwable thrown) throws Throwable {
			this.attempts.ended(thrown, this.started);
			throw thrown;
		}

	}

}
