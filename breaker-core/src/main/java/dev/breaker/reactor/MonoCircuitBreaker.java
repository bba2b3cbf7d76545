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
		new MonoCall<T>(actual, breaker, this.operator).start(limited);
	}

	@Override
	@SuppressWarnings("rawtypes")
	public @Nullable Object scanUnsafe(Attr key) {
		return (key == Attr.RUN_STYLE) ? Attr.RunStyle.SYNC : super.scanUnsafe(key);
	}

	/**
	 * Is recorded by its value: a subscriber that has it may look at the breaker.
	 */
	private static final class MonoCall<T> extends PublisherCall<T> {

		/** Written by signals, which are serial. */
		private boolean emitted;

		MonoCall(CoreSubscriber<? super T> actual, CircuitBreaker breaker, CircuitBreakerOperator<T> operator) {
			super(actual, breaker, operator);
		}

		@Override
		public void onNext(T value) {
			if (this.emitted || isDone()) {
				Operators.onNextDropped(value, currentContext());
				return;
			}
			this.emitted = true;
			returned(value);
			next(value);
		}

		@Override
		public void onComplete() {
			if (isDone()) {
				return;
			}
			if (!this.emitted) {
				returned(null);
			}
			complete();
		}

		@Override
		void end() {
			cancelled();
		}

	}

}
