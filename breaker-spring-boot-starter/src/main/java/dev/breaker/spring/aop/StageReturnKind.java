package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.breaker.CircuitBreaker;
import dev.breaker.spring.fallback.FallbackMethod;
import dev.breaker.spring.fallback.MethodSignatures;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * Methods that return a {@link CompletionStage}: a call ends when its stage completes.
 * That is heard by {@code handle}, since {@code whenComplete} asks an exception for its
 * text, which may throw.
 */
final class StageReturnKind implements ReturnKind {

	@Override
	public String describe() {
		return "a CompletionStage or CompletableFuture of it";
	}

	@Override
	public boolean includes(Class<?> returned) {
		return CompletionStage.class.isAssignableFrom(returned);
	}

	@Override
	public boolean limitsTime() {
		return true;
	}

	@Override
	public Class<?> given() {
		return CompletableFuture.class;
	}

	@Override
	public Object follow(Object result, CallEnd end) {
		return ended((CompletionStage<?>) result, end);
	}

	@Override
	public CircuitBreakerInterceptor interceptor(GuardedMethod guarded) {
		return new StageInterceptor(guarded);
	}

	@Override
	public @Nullable Object attempt(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
			RetryAttempts attempts) throws Throwable {
		return new Call(guarded, breaker, invocation) {

			@Override
			@Nullable CompletionStage<Object> instead(Throwable thrown, boolean started) {
				attempts.ended(thrown, started);
				return null;
			}

		}.start();
	}

	@Override
	public Object fallback(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			Throwable thrown) {
		return declared(guarded, run(fallback, invocation, thrown));
	}

	@Override
	public @Nullable Object fallbackLater(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			@Nullable Object result, RetryAttempts attempts) {
		if (!(result instanceof CompletionStage<?> stage)) {
			return result;
		}
		return ended(stage, new LaterReturnKind.AttemptsEnd(fallback, invocation, attempts));
	}

	@Override
	public CompletionStage<Object> refused(Throwable refusal) {
		return CompletableFuture.failedFuture(refusal);
	}

	@Override
	public boolean fits(ResolvableType wanted, ResolvableType given) {
		return includes(given.resolve(Object.class))
				&& MethodSignatures.isAssignable(wanted.as(CompletionStage.class), given.as(CompletionStage.class));
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
	public Object watch(@Nullable Object result, Method method, FallbackMethod fallback) {
		if (result == null) {
			fallback.ended(false);
			throw new NullPointerException("The fallback " + method + " returned no stage");
		}
		((CompletionStage<?>) result).handle((value, failed) -> {
			fallback.ended(failed == null);
			return fallback;
		});
		return result;
	}

	@SuppressWarnings("unchecked")
	private static CompletionStage<Object> run(FallbackMethod fallback, MethodInvocation invocation, Throwable thrown) {
		try {
			Object stage = CircuitBreakerInterceptor.fallBack(fallback, invocation, thrown);
			return (CompletionStage<Object>) Objects.requireNonNull(stage);
		}
		catch (Throwable ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** The stage, as a {@link CompletableFuture} where the method declares one. */
	private static Object declared(GuardedMethod guarded, CompletionStage<Object> stage) {
		return (guarded.returnType() == CompletionStage.class) ? stage : stage.toCompletableFuture();
	}

	/**
	 * A future that ends as the source does, or, where that fails, as what is given
	 * instead. Ending it from outside, as by a timeout of the caller's, ends the call and
	 * what is under way.
	 */
	private static CompletionStage<Object> ended(CompletionStage<?> source, CallEnd end) {
		CompletableFuture<Object> future = new CompletableFuture<>();
		source.handle((result, thrown) -> {
			if (thrown == null) {
				end.succeed(result);
				future.complete(result);
			}
			else if (!future.isDone()) {
				endInstead(future, thrown, end);
			}
			return future;
		});
		endWith(future, source);
		endFromOutside(future, end);
		return future;
	}

	/** Ends a call whose future was completed by its caller. */
	private static void endFromOutside(CompletionStage<Object> future, CallEnd end) {
		future.handle((result, thrown) -> {
			if (thrown == null || thrown instanceof CancellationException) {
				end.cancel();
			}
			else {
				end.abort(thrown);
			}
			return end;
		});
	}

	private static void endInstead(CompletableFuture<Object> future, Throwable thrown, CallEnd end) {
		try {
			Object instead = end.fail(thrown);
			if (!(instead instanceof CompletionStage<?> stage)) {
				future.complete(instead);
				return;
			}
			endWith(future, stage);
			stage.handle((result, failed) -> {
				if (failed == null) {
					future.complete(result);
				}
				else {
					future.completeExceptionally(failed);
				}
				return future;
			});
		}
		catch (Throwable ex) {
			future.completeExceptionally(ex);
		}
	}

	/** Ends what is under way as the future ends; what has ended stays as it is. */
	private static void endWith(CompletionStage<Object> future, CompletionStage<?> underWay) {
		future.handle((result, thrown) -> {
			try {
				CompletableFuture<?> source = underWay.toCompletableFuture();
				if (thrown == null || thrown instanceof CancellationException) {
					source.cancel(true);
				}
				else {
					source.completeExceptionally(thrown);
				}
			}
			catch (UnsupportedOperationException ex) {
				// A stage that cannot be ended from outside goes on alone.
			}
			return underWay;
		});
	}

	private static final class StageInterceptor extends CircuitBreakerInterceptor {

		private final GuardedMethod guarded;

		StageInterceptor(GuardedMethod guarded) {
			super(guarded);
			this.guarded = guarded;
		}

		@Override
		Object call(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			Call call = new FallbackCall(this.guarded, breaker, invocation, instead);
			return call.result((instead != null) ? breaker.callAsync(call, call) : breaker.callAsync(call));
		}

		@Override
		Object callOutermost(CircuitBreaker breaker, MethodInvocation invocation, @Nullable FallbackMethod instead)
				throws Throwable {
			Call call = new FallbackCall(this.guarded, breaker, invocation, instead);
			return call.result((instead != null) ? breaker.outermost().callAsync(call, call)
					: breaker.outermost().callAsync(call));
		}

	}

	/**
	 * One call. What the method itself throws has its fallback as a failed stage has, and
	 * is thrown as it is where no fallback runs.
	 */
	private abstract static class Call
			implements Supplier<CompletionStage<Object>>, Function<Throwable, CompletionStage<Object>> {

		private final GuardedMethod guarded;

		private final CircuitBreaker breaker;

		final MethodInvocation invocation;

		private @Nullable Throwable thrown;

		private boolean started;

		private boolean fellBack;

		Call(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation) {
			this.guarded = guarded;
			this.breaker = breaker;
			this.invocation = invocation;
		}

		/**
		 * Starts what is done instead of a call that was refused or that failed.
		 * @param thrown what was thrown
		 * @param started whether the breaker admitted the call
		 * @return a stage, or {@code null} where there is none instead
		 */
		abstract @Nullable CompletionStage<Object> instead(Throwable thrown, boolean started);

		/** Makes the call, with what is done instead. */
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
			stage.handle((result, failed) -> {
				if (failed != null) {
					this.guarded.ended(this.breaker, failed);
				}
				return stage;
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
			CompletionStage<Object> stage = instead(ex, this.started);
			this.fellBack = stage != null;
			return (stage != null) ? stage : CompletableFuture.failedFuture(ex);
		}

		/** What the caller gets: of the type that the method declares. */
		Object result(CompletionStage<Object> stage) throws Throwable {
			if (this.thrown != null && !this.fellBack) {
				throw this.thrown;
			}
			return declared(this.guarded, stage);
		}

	}

	private static final class FallbackCall extends Call {

		private final @Nullable FallbackMethod fallback;

		FallbackCall(GuardedMethod guarded, CircuitBreaker breaker, MethodInvocation invocation,
				@Nullable FallbackMethod fallback) {
			super(guarded, breaker, invocation);
			this.fallback = fallback;
		}

		@Override
		@Nullable CompletionStage<Object> instead(Throwable thrown, boolean started) {
			return (this.fallback != null) ? run(this.fallback, this.invocation, thrown) : null;
		}

	}

}
