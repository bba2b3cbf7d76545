package dev.breaker.reactor;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.breaker.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
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

	/**
	 * Initializes what a subscription needs.
	 */
	static void warmUp() {
		FluxCall.CANCELLED.claim();
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

		/** In the place of the source of a call that has ended by being cancelled. */
		private static final Kept CANCELLED = new Kept(null, true);

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

		@Override
		protected final boolean claim(boolean cancelled) {
			Subscription source = subscription();
			while (source != DONE) {
				if (source instanceof Kept kept) {
					return kept.claim();
				}
				if (replace(source, cancelled ? CANCELLED : DONE)) {
					return true;
				}
				source = subscription();
			}
			return false;
		}

		@Override
		final void keepSource() {
			Subscription source = subscription();
			while (source != DONE && !(source instanceof Kept) && !replace(source, new Kept(source, false))) {
				source = subscription();
			}
		}

	}

	/**
	 * A source that the subscriber may still cancel or ask after the call has ended, and
	 * whether it has.
	 */
	private static final class Kept extends AtomicBoolean implements Subscription {

		private static final long serialVersionUID = 1L;

		private final transient @Nullable Subscription source;

		Kept(@Nullable Subscription source, boolean ended) {
			super(ended);
			this.source = source;
		}

		boolean claim() {
			return !getAndSet(true);
		}

		@Override
		public void request(long elements) {
			if (this.source != null) {
				this.source.request(elements);
			}
		}

		@Override
		public void cancel() {
			if (this.source != null) {
				this.source.cancel();
			}
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
