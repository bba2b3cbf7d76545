package dev.breaker.reactor;

import java.time.Duration;

import dev.breaker.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;

/**
 * A {@link Flux} whose subscriptions are guarded.
 */
final class FluxCircuitBreaker<T> extends FluxOperator<T, T> {

	private final CircuitBreakerOperator<T> operator;

	FluxCircuitBreaker(Flux<? extends T> source, CircuitBreakerOperator<T> operator) {
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
		Flux<? extends T> limited = (limit != null) ? TimeLimit.on(this.source, limit) : this.source;
		boolean nests = this.operator.nests;
		FluxCall<T> call = (this.operator.fallback != null) ? new FluxCallWithFallback<>(actual, breaker, nests)
				: new FluxCall<>(actual, breaker, nests);
		call.start(limited);
	}

	@Override
	@SuppressWarnings("rawtypes")
	public @Nullable Object scanUnsafe(Attr key) {
		return (key == Attr.RUN_STYLE) ? Attr.RunStyle.SYNC : super.scanUnsafe(key);
	}

	/**
	 * Is recorded at its end, whatever elements came before.
	 */
	private static class FluxCall<T> extends PublisherCall<T> {

		FluxCall(CoreSubscriber<? super T> actual, CircuitBreaker breaker, boolean nests) {
			super(actual, breaker, nests, true);
		}

		@Override
		boolean fallsBack() {
			return false;
		}

		@Override
		public final void onNext(T element) {
			if (isDone()) {
				Operators.onNextDropped(element, currentContext());
				return;
			}
			emitted(element);
			next(element);
		}

		@Override
		public final void onComplete() {
			if (isDone()) {
				return;
			}
			completed();
			complete();
		}

	}

	private static final class FluxCallWithFallback<T> extends FluxCall<T> {

		FluxCallWithFallback(CoreSubscriber<? super T> actual, CircuitBreaker breaker, boolean nests) {
			super(actual, breaker, nests);
		}

		@Override
		boolean fallsBack() {
			return true;
		}

	}

}
