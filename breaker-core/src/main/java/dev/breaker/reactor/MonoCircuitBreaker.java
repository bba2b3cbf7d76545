package dev.breaker.reactor;

import java.time.Duration;

import dev.breaker.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;

/**
 * A {@link Mono} whose subscriptions are guarded.
 */
final class MonoCircuitBreaker<T> extends MonoOperator<T, T> {

	private final CircuitBreakerOperator<T> operator;

	MonoCircuitBreaker(Mono<? extends T> source, CircuitBreakerOperator<T> operator) {
		super(source);
		this.operator = operator;
	}

	@Override
	public void subscribe(CoreSubscriber<? super T> actual) {
		CircuitBreaker breaker;
		try {
			breaker = this.operator.breaker();
		}
		catch (Throwable ex) {
			Operators.error(actual, Operators.onOperatorError(ex, actual.currentContext()));
			return;
		}
		Duration limit = breaker.config().timeLimit();
		Mono<? extends T> limited = (limit != null) ? this.source.timeout(TimeLimit.bounded(limit)) : this.source;
		boolean nests = this.operator.nests;
		MonoCall<T> call = (this.operator.fallback != null) ? new MonoCallWithFallback<>(actual, breaker, nests)
				: new MonoCall<>(actual, breaker, nests);
		call.start(limited);
	}

	@Override
	@SuppressWarnings("rawtypes")
	public @Nullable Object scanUnsafe(Attr key) {
		return (key == Attr.RUN_STYLE) ? Attr.RunStyle.SYNC : super.scanUnsafe(key);
	}

	/**
	 * Is recorded by its value: a subscriber that has it may look at the breaker.
	 */
	private static class MonoCall<T> extends PublisherCall<T> {

		MonoCall(CoreSubscriber<? super T> actual, CircuitBreaker breaker, boolean nests) {
			super(actual, breaker, nests, false);
		}

		@Override
		boolean fallsBack() {
			return false;
		}

		@Override
		public final void onNext(T value) {
			if (hasReturned() || isDone()) {
				Operators.onNextDropped(value, currentContext());
				return;
			}
			returned(value);
			next(value);
		}

		@Override
		public final void onComplete() {
			if (isDone()) {
				return;
			}
			if (!hasReturned()) {
				returned(null);
			}
			complete();
		}

	}

	private static final class MonoCallWithFallback<T> extends MonoCall<T> {

		MonoCallWithFallback(CoreSubscriber<? super T> actual, CircuitBreaker breaker, boolean nests) {
			super(actual, breaker, nests);
		}

		@Override
		boolean fallsBack() {
			return true;
		}

	}

}
