package dev.breaker.spring.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One call of a method that gives a stage. What the method itself throws has its fallback
 * as a failed stage has, and is thrown as it is where no fallback runs.
 */
final class StageCall implements Supplier<CompletionStage<Object>>, Function<Throwable, CompletionStage<Object>> {

	private final GuardedMethod guarded;

	private final MethodInvocation invocation;

	private final Function<Throwable, CompletionStage<Object>> fallback;

	private @Nullable Throwable thrown;

	private boolean fellBack;

	StageCall(GuardedMethod guarded, MethodInvocation invocation,
			Function<Throwable, CompletionStage<Object>> fallback) {
		this.guarded = guarded;
		this.invocation = invocation;
		this.fallback = fallback;
	}

	@Override
	public CompletionStage<Object> get() {
		try {
			return stage(this.invocation.proceed());
		}
		catch (Throwable ex) {
			this.thrown = ex;
			return CompletableFuture.failedFuture(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private CompletionStage<Object> stage(@Nullable Object returned) {
		if (returned == null) {
			throw new NullPointerException(this.guarded.describe() + " returned no stage");
		}
		return (CompletionStage<Object>) returned;
	}

	@Override
	public CompletionStage<Object> apply(Throwable ex) {
		this.fellBack = true;
		return this.fallback.apply(ex);
	}

	/** What the caller gets: of the type that the method declares. */
	Object result(CompletionStage<Object> stage) throws Throwable {
		if (this.thrown != null && !this.fellBack) {
			throw this.thrown;
		}
		return Stages.as(this.guarded.returnType(), stage);
	}

}
