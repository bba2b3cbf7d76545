package dev.breaker.spring.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.breaker.CircuitBreaker;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One call of a method that gives a stage. What the method itself throws has its fallback
 * as a failed stage has, and is thrown as it is where no fallback runs.
 */
final class StageCall implements Supplier<CompletionStage<Object>>, Function<Throwable, CompletionStage<Object>> {

	private final GuardedMethod guarded;

	private final CircuitBreaker breaker;

	private final MethodInvocation invocation;

	private final Instead instead;

	private @Nullable Throwable thrown;

	private boolean started;

	private boolean fellBack;

	StageCall(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation, Instead instead) {
		this.guarded = guarded;
		this.breaker = breaker;
		this.invocation = invocation;
		this.instead = instead;
	}

	/** Makes the call, with its fallback. */
	Object start() throws Throwable {
		return result(this.guarded.canNest() ? this.breaker.outermost().callAsync(this, this)
				: this.breaker.callAsync(this, this));
	}

	@Override
	public CompletionStage<Object> get() {
		this.started = true;
		try {
			CompletionStage<Object> stage = stage(this.invocation.proceed());
			return this.guarded.canNest() ? watched(stage) : stage;
		}
		catch (Throwable ex) {
			this.thrown = ex;
			this.guarded.ended(this.breaker, ex);
			return CompletableFuture.failedFuture(ex);
		}
	}

	private CompletionStage<Object> watched(CompletionStage<Object> stage) {
		stage.whenComplete((result, failed) -> {
			if (failed != null) {
				this.guarded.ended(this.breaker, failed);
			}
		});
		return stage;
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
		CompletionStage<Object> stage = this.instead.start(ex, this.started);
		this.fellBack = stage != null;
		return (stage != null) ? stage : CompletableFuture.failedFuture(ex);
	}

	/** What the caller gets: of the type that the method declares. */
	Object result(CompletionStage<Object> stage) throws Throwable {
		if (this.thrown != null && !this.fellBack) {
			throw this.thrown;
		}
		return Stages.as(this.guarded.returnType(), stage);
	}

	/** What is done instead of a call that was refused or that failed. */
	@FunctionalInterface
	interface Instead {

		/**
		 * Starts what is done instead.
		 * @param thrown what was thrown
		 * @param started whether the breaker admitted the call
		 * @return a stage, or {@code null} where there is none instead
		 */
		@Nullable CompletionStage<Object> start(Throwable thrown, boolean started);

	}

}
