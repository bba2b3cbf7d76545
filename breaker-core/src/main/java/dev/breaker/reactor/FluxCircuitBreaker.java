package dev.breaker.reactor;

import java.time.Duration;

import dev.breaker.CircuitBreaker;
import dev.breaker.OutcomeRule;
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
		new FluxCall<T>(actual, breaker, this.operator).start(limited);
	}

	@Override
	@SuppressWarnings("rawtypes")
	public @Nullable Object scanUnsafe(Attr key) {
		return (key == Attr.RUN_STYLE) ? Attr.RunStyle.SYNC : super.scanUnsafe(key);
	}

	/**
	 * Is recorded at its end, whatever elements came before.
	 */
	private static final class FluxCall<T> extends PublisherCall<T> {

		private static final byte NOTHING = 0;

		private static final byte IGNORED = 1;

		private static final byte SUCCESS = 2;

		private static final byte FAILURE = 3;

		/** The highest of what was emitted. Written by signals, which are serial. */
		private byte emitted = NOTHING;

		FluxCall(CoreSubscriber<? super T> actual, CircuitBreaker breaker, CircuitBreakerOperator<T> operator) {
			super(actual, breaker, operator);
		}

		@Override
		public void onNext(T element) {
			if (isDone()) {
				Operators.onNextDropped(element, currentContext());
				return;
			}
			if (this.emitted != FAILURE) {
				this.emitted = (byte) Math.max(this.emitted, switch (judge(element)) {
					case IGNORED -> IGNORED;
					case SUCCESS -> SUCCESS;
					case FAILURE -> FAILURE;
				});
			}
			next(element);
		}

		@Override
		public void onComplete() {
			if (isDone()) {
				return;
			}
			ended();
			complete();
		}

		@Override
		void end() {
			if (this.emitted == NOTHING) {
				cancelled();
			}
			else {
				ended();
			}
		}

		private void ended() {
			ended(switch (this.emitted) {
				case IGNORED -> OutcomeRule.Verdict.IGNORED;
				case FAILURE -> OutcomeRule.Verdict.FAILURE;
				default -> OutcomeRule.Verdict.SUCCESS;
			});
		}

	}

}
