package dev.breaker.spring.aop;

import java.lang.reflect.Method;

import dev.breaker.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackMethod;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Methods that declare {@link Object} or a type variable: the class of what they return
 * tells when a call ends. The permit is taken when the method is called, and kept until
 * then; a publisher ends the call with its first subscription.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
class ObjectReturnKind implements ReturnKind {

	@Override
	public String describe() {
		return "the value itself";
	}

	@Override
	public boolean includes(Class<?> returned) {
		return returned == Object.class;
	}

	@Override
	public CircuitBreakerInterceptor interceptor(GuardedMethod guarded) {
		return new LaterReturnKind.LaterInterceptor(guarded);
	}

	@Override
	public @Nullable Object attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
			RetryAttempts attempts) throws Throwable {
		return new LaterCall(guarded, breaker, invocation, null, attempts).start(invocation::proceed);
	}

	@Override
	public Object follow(Object result, CallEnd end) {
		return ReturnKinds.ofResult(result.getClass()).follow(result, end);
	}

	@Override
	public @Nullable Object fallback(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			Throwable thrown) throws Throwable {
		return ReturnKinds.VALUE.fallback(guarded, fallback, invocation, thrown);
	}

	@Override
	public @Nullable Object fallbackLater(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			@Nullable Object result, RetryAttempts attempts) {
		return (result != null) ? follow(result, new LaterReturnKind.AttemptsEnd(fallback, invocation, attempts))
				: null;
	}

	@Override
	public @Nullable Object refused(Throwable refusal) throws Throwable {
		throw refusal;
	}

	@Override
	public boolean fits(ResolvableType wanted, ResolvableType given) {
		return ReturnKinds.VALUE.fits(wanted, given);
	}

	@Override
	public boolean carriesExceptions() {
		return false;
	}

	@Override
	public @Nullable Object watch(@Nullable Object result, Method method, FallbackMethod fallback) {
		if (result == null) {
			fallback.ended(true);
			return null;
		}
		return follow(result, new LaterReturnKind.FallbackEnd(fallback));
	}

}
