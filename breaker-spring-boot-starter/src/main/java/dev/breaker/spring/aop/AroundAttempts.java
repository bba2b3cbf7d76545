package dev.breaker.spring.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import dev.breaker.CallNotPermittedException;
import dev.breaker.spring.fallback.MethodFallback;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Runs the fallback around all attempts of a retry, once, after the last of them; and
 * around a cache, which must not keep what a fallback gives. The breaker itself is
 * further in, in {@link AttemptGuard}.
 */
final class AroundAttempts implements MethodInterceptor {

	private final GuardedMethod guarded;

	private final @Nullable MethodFallback fallback;

	AroundAttempts(GuardedMethod guarded) {
		this.guarded = guarded;
		this.fallback = guarded.fallback();
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Attempts attempts = Attempts.begin(invocation);
		Object result;
		try {
			result = invocation.proceed();
		}
		catch (Throwable ex) {
			if (attempts.causeOf(ex) == null) {
				throw ex;
			}
			return ended(invocation, ex, attempts.refusal() != null);
		}
		CallNotPermittedException refusal = attempts.refusal();
		if (refusal != null) {
			return ended(invocation, refusal, true);
		}
		MethodFallback instead = this.fallback;
		if (result instanceof CompletionStage<?> stage && this.guarded.isStage() && instead != null) {
			return afterwards(invocation, attempts, stage, instead);
		}
		return result;
	}

	/** Ends the call after an attempt that has a fallback. */
	private @Nullable Object ended(MethodInvocation invocation, Throwable thrown, boolean refused) throws Throwable {
		MethodFallback instead = this.fallback;
		if (instead != null) {
			return this.guarded.isStage() ? Stages.as(this.guarded.returnType(), start(invocation, instead, thrown))
					: instead.call(Invocations.proxy(invocation), invocation.getThis(), invocation.getArguments(),
							thrown);
		}
		if (this.guarded.isStage() && refused) {
			return CompletableFuture.failedFuture(thrown);
		}
		throw thrown;
	}

	@SuppressWarnings("unchecked")
	private Object afterwards(MethodInvocation invocation, Attempts attempts, CompletionStage<?> stage,
			MethodFallback instead) {
		return Stages.orElse((CompletionStage<Object>) stage, (thrown) -> {
			Throwable cause = attempts.causeOf(thrown);
			return (cause != null) ? start(invocation, instead, cause) : CompletableFuture.failedFuture(thrown);
		});
	}

	private static CompletionStage<Object> start(MethodInvocation invocation, MethodFallback instead,
			Throwable thrown) {
		return instead.start(Invocations.proxy(invocation), invocation.getThis(), invocation.getArguments(), thrown);
	}

}
