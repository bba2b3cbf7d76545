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
 * then; where it throws, that is a call which has ended.
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
		return guard(() -> new LaterCall(guarded, guarded.present(breaker), invocation, null, attempts), invocation);
	}

	private @Nullable Object guard(Calls calls, MethodInvocation invocation) throws Throwable {
		Object result;
		try {
			result = invocation.proceed();
		}
		catch (Throwable ex) {
			return calls.next().start(() -> {
				throw ex;
			});
		}
		if (result == null) {
			return calls.next().start(() -> null);
		}
		Callable<?> work = work(result);
		return with(result, () -> {
			LaterCall call = calls.next();
			CallNotPermittedException refusal = call.refused();
			return (refusal != null) ? instead(() -> call.insteadOf(refusal))
					: run(() -> call.inside(work::call), call);
		});
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

	/** Makes a call each time that the work is done. */
	@FunctionalInterface
	private interface Calls {

		LaterCall next();

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
			return guard(() -> new LaterCall(this.guarded, this.guarded.present(breaker), invocation, instead, null),
					invocation);
		}

		@Override
		@Nullable Object callOutermost(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			return call(breaker, invocation, instead);
		}

	}

}
