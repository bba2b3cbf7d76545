package dev.breaker.spring.aop;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.function.Function;

import dev.breaker.reactor.CircuitBreakerOperator;
import dev.breaker.spring.fallback.FallbackMethod;
import kotlin.Result;
import kotlin.ResultKt;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/**
 * Kotlin's suspending functions: Spring's proxies call them by way of a {@link Mono},
 * which the proxy subscribes for its caller, so that a call is one however often it
 * suspends. Of those that return a {@link Result}, a failure counts as thrown. Loaded
 * only where Kotlin's coroutines and Reactor are there.
 */
// From class files, the checker on JDK 17 does not see that results may be null.
@SuppressWarnings("NullAway")
final class SuspendingReturnKind extends ReactiveReturnKind {

	private final boolean returnsResult;

	SuspendingReturnKind(boolean returnsResult) {
		this.returnsResult = returnsResult;
	}

	@Override
	public String describe() {
		return "a suspending function";
	}

	@Override
	public boolean fits(ResolvableType wanted, ResolvableType given) {
		// Where a function does not suspend, its Result is an Object.
		return super.fits(wanted, given) || (this.returnsResult && given.resolve(Object.class) == Object.class);
	}

	@Override
	ReactiveAdapter adapter(GuardedMethod guarded) {
		return adapter(Mono.class);
	}

	@Override
	Publisher<Object> guard(CircuitBreakerOperator<Object> operator, Publisher<Object> source) {
		return this.returnsResult ? judged(source, (judged) -> super.guard(operator, judged))
				: super.guard(operator, source);
	}

	@Override
	public @Nullable Object fallbackLater(GuardedMethod guarded, FallbackMethod fallback, MethodInvocation invocation,
			@Nullable Object result, RetryAttempts attempts) {
		if (!this.returnsResult || result == null) {
			return super.fallbackLater(guarded, fallback, invocation, result, attempts);
		}
		ReactiveAdapter adapter = adapter(guarded);
		return judged(adapter.toPublisher(result),
				(judged) -> adapter.toPublisher(super.fallbackLater(guarded, fallback, invocation, judged, attempts)));
	}

	@Override
	public boolean failsUnretried() {
		return true;
	}

	/** What is done with a source where a failure that it returns is thrown. */
	private static Mono<Object> judged(Publisher<Object> source, Function<Mono<Object>, Publisher<Object>> work) {
		return new Mono<>() {

			@Override
			public void subscribe(CoreSubscriber<? super Object> caller) {
				ResultCall call = new ResultCall();
				Publisher<Object> done = work.apply(Mono.from(source).handle(call::judge));
				Mono.from(done).onErrorResume(call::returned).map(call::given).subscribe(caller);
				call.suspended = true;
			}

		};
	}

	/** A call of a function that returns a result. */
	private static final class ResultCall {

		private static final @Nullable Method BOX = ReflectionUtils.findMethod(Result.class, "box-impl", Object.class);

		private static final @Nullable Method UNBOX = ReflectionUtils.findMethod(Result.class, "unbox-impl");

		private final Thread caller = Thread.currentThread();

		private boolean suspended;

		private volatile @Nullable Throwable failure;

		/** Signals a failure as thrown. */
		void judge(Object result, SynchronousSink<Object> sink) {
			if (unboxed(result) instanceof Result.Failure failed) {
				this.failure = failed.exception;
				sink.error(failed.exception);
			}
			else {
				sink.next(result);
			}
		}

		/**
		 * What was returned as a failure is a failure again. A refusal is thrown:
		 * Spring's proxies would throw a failure that is there at once, too.
		 */
		Mono<Object> returned(Throwable thrown) {
			return (thrown == this.failure) ? Mono.just(ResultKt.createFailure(thrown)) : Mono.error(thrown);
		}

		/**
		 * As Kotlin's compiler wants it: as an object where the caller was suspended,
		 * else what is in that.
		 */
		Object given(Object result) {
			boolean returns = Thread.currentThread() == this.caller && !this.suspended;
			Object plain = unboxed(result);
			return (returns && plain != null) ? plain
					: Objects.requireNonNull(ReflectionUtils.invokeMethod(Objects.requireNonNull(BOX), null, plain));
		}

		private static @Nullable Object unboxed(Object result) {
			return (result instanceof Result<?>) ? ReflectionUtils.invokeMethod(Objects.requireNonNull(UNBOX), result)
					: result;
		}

	}

}
