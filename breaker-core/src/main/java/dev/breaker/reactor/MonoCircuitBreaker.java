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

	private final CircuitBreaker breaker;

	private final boolean nests;

	private final boolean fallsBack;

	MonoCircuitBreaker(Mono<? extends T> source, CircuitBreaker breaker, boolean nests, boolean fallsBack) {
		super(source);
		this.breaker = breaker;
		this.nests = nests;
		this.fallsBack = fallsBack;
	}

	@Override
	public void subscribe(CoreSubscriber<? super T> actual) {
		Duration limit = this.breaker.config().timeLimit();
		Mono<? extends T> limited = (limit != null) ? this.source.timeout(limit) : this.source;
		new MonoCall<T>(actual, this.breaker, this.nests, this.fallsBack).start(limited);
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

		MonoCall(CoreSubscriber<? super T> actual, CircuitBreaker breaker, boolean nests, boolean fallsBack) {
			super(actual, breaker, nests, fallsBack);
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
