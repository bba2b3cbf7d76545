package dev.breaker.spring.aop;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.Callable;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import dev.breaker.ThrowingSupplier;
import dev.breaker.spring.fallback.FallbackMethod;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Methods that return work to be done later: each time it is done is a call, on the
 * thread that does it. The method itself runs when it is called, and its key is evaluated
 * then; where it throws, that is a call which has ended, and is recorded where a permit
 * is to be had.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
abstract class LazyReturnKind extends LaterReturnKind {

	LazyReturnKind(Class<?> type) {
		super(type);
	}

	/** The work of a result of this kind. */
	abstract Callable<?> work(Object result);

	/** The same result with other work. */
	abstract Object with(Object result, Callable<Object> work);

	@Override
	public Object follow(Object result, CallEnd end) {
		Callable<?> work = work(result);
		return with(result, () -> run(work::call, end));
	}

	@Override
	public CircuitBreakerInterceptor interceptor(GuardedMethod guarded) {
		return new LazyInterceptor(guarded);
	}

	@Override
	public @Nullable Object attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
			RetryAttempts attempts) throws Throwable {
		return guard(guarded, breaker, invocation, null, attempts);
	}

	private @Nullable Object guard(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
			@Nullable FallbackMethod fallback, @Nullable RetryAttempts attempts) throws Throwable {
		Object result;
		try {
			result = prepared(guarded, breaker, invocation);
			if (result == null) {
				throw LaterCall.nothing(guarded, given());
			}
		}
		catch (Throwable ex) {
			Throwable cause = LaterCall.ended(guarded, breaker, ex);
			if (cause != null && attempts != null) {
				attempts.ended(cause, true);
			}
			if (cause == null || fallback == null) {
				throw ex;
			}
			return fallback(guarded, fallback, invocation, cause);
		}
		Callable<?> work = work(result);
		return with(result, () -> {
			CircuitBreaker present = guarded.present(breaker);
			CallUnderWay underWay = CallUnderWay.begin(guarded, present);
			try {
				LaterCall call = new LaterCall(guarded, present, invocation, fallback, attempts);
				CallNotPermittedException refusal = call.refused();
				return (refusal != null) ? instead(() -> call.insteadOf(refusal))
						: run(() -> call.inside(work::call), call);
			}
			finally {
				CallUnderWay.end(underWay);
			}
		});
	}

	private static @Nullable Object prepared(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation)
			throws Throwable {
		CallUnderWay underWay = CallUnderWay.beginPreparing(guarded, breaker);
		try {
			return invocation.proceed();
		}
		finally {
			CallUnderWay.end(underWay);
		}
	}

	private @Nullable Object run(ThrowingSupplier<Object, Throwable> work, CallEnd end) throws Exception {
		Object value;
		try {
			value = work.get();
		}
		catch (Throwable ex) {
			return instead(() -> end.fail(ex));
		}
		end.succeed(value);
		return value;
	}

	/** The value that a fallback gives, or what comes of work that it gives. */
	private @Nullable Object instead(ThrowingSupplier<Object, Throwable> fallback) throws Exception {
		try {
			Object given = fallback.get();
			return (given != null && includes(given.getClass())) ? work(given).call() : given;
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new UndeclaredThrowableException(ex);
		}
	}

	private final class LazyInterceptor extends CircuitBreakerInterceptor {

		private final GuardedMethod guarded;

		LazyInterceptor(GuardedMethod guarded) {
			super(guarded);
			this.guarded = guarded;
		}

		@Override
		@Nullable Object call(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			return guard(this.guarded, breaker, invocation, instead, null);
		}

		@Override
		@Nullable Object callOutermost(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			return call(breaker, invocation, instead);
		}

	}

}
