package dev.breaker.spring.aop;

import java.lang.reflect.Method;

import dev.breaker.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.MethodSignatures;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Methods that return an object of one type, by which a caller waits for the end of the
 * call. A fallback returns the same type or a plain value.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
abstract class LaterReturnKind implements ReturnKind {

	private final Class<?> type;

	LaterReturnKind(Class<?> type) {
		this.type = type;
	}

	/** A plain value as a result of this kind. */
	abstract @Nullable Object of(@Nullable Object value);

	/** What the caller gets where there is no result. */
	Object failed(Throwable thrown) throws Throwable {
		throw thrown;
	}

	@Override
	public String describe() {
		return "a " + this.type.getSimpleName() + " of it";
	}

	@Override
	public boolean includes(Class<?> returned) {
		return this.type.isAssignableFrom(returned);
	}

	@Override
	public Class<?> given() {
		return this.type;
	}

	@Override
	public CircuitBreakerInterceptor interceptor(GuardedMethod guarded) {
		return new LaterInterceptor(guarded);
	}

	@Override
	public @Nullable Object attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
			RetryAttempts attempts) throws Throwable {
		return new LaterCall(guarded, breaker, invocation, null, attempts).start(invocation::proceed);
	}

	@Override
	public @Nullable Object fallback(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			Throwable thrown) throws Throwable {
		Object result;
		try {
			result = CircuitBreakerInterceptor.fallBack(fallback, invocation, thrown);
		}
		catch (Throwable ex) {
			return failed(ex);
		}
		return this.type.isInstance(result) ? result : of(result);
	}

	@Override
	public @Nullable Object fallbackLater(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			@Nullable Object result, RetryAttempts attempts) {
		return (result != null) ? follow(result, new AttemptsEnd(fallback, invocation, attempts)) : null;
	}

	@Override
	public Object refused(Throwable refusal) throws Throwable {
		return failed(refusal);
	}

	@Override
	public boolean fits(ResolvableType wanted, ResolvableType given) {
		if (includes(given.resolve(Object.class))) {
			return MethodSignatures.isAssignable(wanted, given);
		}
		ResolvableType content = wanted.as(this.type).getGeneric();
		return content.resolve(Object.class) == Void.class || ReturnKinds.VALUE.fits(content, given);
	}

	@Override
	public boolean failsUnretried() {
		return true;
	}

	/** A call that is refused fails before there is a result. */
	@Override
	public boolean carriesExceptions() {
		return false;
	}

	@Override
	public @Nullable Object watch(@Nullable Object result, Method method, FallbackMethod fallback) {
		if (this.type.isInstance(result)) {
			return follow(result, new FallbackEnd(fallback));
		}
		if (includes(method.getReturnType())) {
			fallback.ended(false);
			throw new NullPointerException("The fallback " + method + " returned no " + this.type.getSimpleName());
		}
		fallback.ended(true);
		return result;
	}

	static final class LaterInterceptor extends CircuitBreakerInterceptor {

		private final GuardedMethod guarded;

		LaterInterceptor(GuardedMethod guarded) {
			super(guarded);
			this.guarded = guarded;
		}

		@Override
		@Nullable Object call(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			return new LaterCall(this.guarded, breaker, invocation, instead, null).start(invocation::proceed);
		}

		@Override
		@Nullable Object callOutermost(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			return call(breaker, invocation, instead);
		}

	}

	/** Runs the fallback where the result of all attempts fails later. */
	record AttemptsEnd(FallbackMethod fallback, MethodInvocation invocation,
			RetryAttempts attempts) implements CallEnd {

		@Override
		public void succeed(@Nullable Object result) {
		}

		@Override
		public @Nullable Object fail(Throwable thrown) throws Throwable {
			Throwable cause = this.attempts.causeOf(thrown);
			if (cause == null) {
				throw thrown;
			}
			return CircuitBreakerInterceptor.fallBack(this.fallback, this.invocation, cause);
		}

		@Override
		public void abort(Throwable thrown) {
		}

		@Override
		public void cancel() {
		}

	}

	/** Tells whether a fallback gave a result. */
	record FallbackEnd(FallbackMethod fallback) implements CallEnd {

		@Override
		public void succeed(@Nullable Object result) {
			this.fallback.ended(true);
		}

		@Override
		public @Nullable Object fail(Throwable thrown) throws Throwable {
			this.fallback.ended(false);
			throw thrown;
		}

		@Override
		public void abort(Throwable thrown) {
		}

		@Override
		public void cancel() {
		}

	}

}
