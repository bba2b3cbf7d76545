package dev.breaker.spring.aop;

import java.lang.reflect.Method;

import dev.breaker.spring.fallback.FallbackMethod;
import kotlin.Result;
import kotlin.ResultKt;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Functions that return Kotlin's {@link Result}, which at run time is the value itself or
 * an object that holds an exception: that one counts as thrown. A refusal is given as
 * such an object too. Loaded only where Kotlin is there.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
final class KotlinResultReturnKind extends ObjectReturnKind {

	@Override
	public String describe() {
		return "a Result of it";
	}

	@Override
	public Object follow(Object result, CallEnd end) {
		if (!(result instanceof Result.Failure failure)) {
			end.succeed(result);
			return result;
		}
		try {
			return end.fail(failure.exception);
		}
		catch (Throwable ex) {
			return (ex == failure.exception) ? result : ResultKt.createFailure(ex);
		}
	}

	@Override
	public Object refused(Throwable refusal) {
		return ResultKt.createFailure(refusal);
	}

	@Override
	public @Nullable Object fallback(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			Throwable thrown) {
		try {
			return CircuitBreakerInterceptor.fallBack(fallback, invocation, thrown);
		}
		catch (Throwable ex) {
			return ResultKt.createFailure(ex);
		}
	}

	@Override
	public boolean failsUnretried() {
		return true;
	}

	@Override
	public boolean carriesExceptions() {
		return true;
	}

	@Override
	public @Nullable Object watch(@Nullable Object result, Method method, FallbackMethod fallback) {
		fallback.ended(!(result instanceof Result.Failure));
		return result;
	}

}
