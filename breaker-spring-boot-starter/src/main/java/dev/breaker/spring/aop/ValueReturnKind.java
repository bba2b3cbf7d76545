package dev.breaker.spring.aop;

import java.lang.reflect.Method;

import dev.breaker.CircuitBreaker;
import dev.breaker.Fallback;
import dev.breaker.OutermostCalls;
import dev.breaker.ThrowingSupplier;
import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.MethodSignatures;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Methods that return a value or {@code void}: a call ends when it returns.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
final class ValueReturnKind implements ReturnKind {

	@Override
	public String describe() {
		return "the value itself";
	}

	@Override
	public boolean includes(Class<?> returned) {
		return true;
	}

	@Override
	public Object follow(Object result, CallEnd end) {
		end.succeed(result);
		return result;
	}

	@Override
	public CircuitBreakerInterceptor interceptor(GuardedMethod guarded) {
		return new ValueInterceptor(guarded);
	}

	@Override
	public @Nullable Object attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
			RetryAttempts attempts) throws Throwable {
		Attempt attempt = new Attempt(guarded, breaker, invocation, attempts);
		return guarded.canNest() ? breaker.outermost().call(attempt, attempt) : breaker.call(attempt, attempt);
	}

	@Override
	public @Nullable Object fallback(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			Throwable thrown) throws Throwable {
		return CircuitBreakerInterceptor.fallBack(fallback, invocation, thrown);
	}

	@Override
	public @Nullable Object fallbackLater(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			@Nullable Object result, RetryAttempts attempts) {
		return result;
	}

	@Override
	public @Nullable Object refused(Throwable refusal) throws Throwable {
		throw refusal;
	}

	@Override
	public boolean fits(ResolvableType wanted, ResolvableType given) {
		return given.resolve(Object.class) != void.class && MethodSignatures.isAssignable(wanted, given);
	}

	@Override
	public boolean carriesExceptions() {
		return false;
	}

	@Override
	public @Nullable Object watch(@Nullable Object result, Method method, FallbackMethod fallback) {
		fallback.ended(true);
		return result;
	}

	private static final class ValueInterceptor extends CircuitBreakerInterceptor {

		private final GuardedMethod guarded;

		ValueInterceptor(GuardedMethod guarded) {
			super(guarded);
			this.guarded = guarded;
		}

		@Override
		@Nullable Object call(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			if (instead == null) {
				return breaker.call(invocation::proceed);
			}
			Call call = new Call(invocation, instead);
			return breaker.call(call, call);
		}

		@Override
		@Nullable Object callOutermost(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			OutermostCalls calls = breaker.outermost();
			ThrowingSupplier<Object, Throwable> work = () -> this.guarded.proceed(breaker, invocation);
			return (instead != null) ? calls.call(work, new Call(invocation, instead)) : calls.call(work);
		}

	}

	/** Both the work and its fallback, so that a call makes one object. */
	private record Call(MethodInvocation invocation,
			FallbackMethod fallback) implements ThrowingSupplier<Object, Throwable>, Fallback<Object, Throwable> {

		@Override
		public @Nullable Object get() throws Throwable {
			return this.invocation.proceed();
		}

		@Override
		public @Nullable Object apply(Throwable thrown) throws Throwable {
			return CircuitBreakerInterceptor.fallBack(this.fallback, this.invocation, thrown);
		}

	}

	/**
	 * One attempt. A refusal before it has started is that of its own breaker, and ends
	 * the retry; one by a breaker further in is an exception like others.
	 */
	private static final class Attempt implements ThrowingSupplier<Object, Throwable>, Fallback<Object, Throwable> {

		private final GuardedMethod guarded;

		private final CircuitBreaker breaker;

		private final MethodInvocation invocation;

		private final RetryAttempts attempts;

		private boolean started;

		Attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation, RetryAttempts attempts) {
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
