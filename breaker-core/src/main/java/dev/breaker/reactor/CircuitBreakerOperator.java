package dev.breaker.reactor;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import dev.breaker.CallNotPermittedException;
import dev.breaker.CircuitBreaker;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Guards each subscription of a {@link Mono} or {@link Flux} as one call of a circuit
 * breaker.
 *
 * <ul>
 * <li>The permit is taken when a subscriber subscribes, not before, and anew by each one,
 * as {@code retry()} is. A refusal is an error signal with a
 * {@link CallNotPermittedException}; the source is not subscribed.</li>
 * <li>The call is recorded right before its end is signalled: a {@code Mono} that gives
 * its value or completes, or a {@code Flux} that completes, is a success, and one that
 * signals an error is judged as if it was thrown, also after elements.</li>
 * <li>The {@code recordResult} rule judges the value of a {@code Mono}, {@code null}
 * where it is empty, and each element of a {@code Flux}: one that it takes for a failure
 * makes the call one. So does the {@code outcomeRule}; elements that it ignores count for
 * nothing, and where it ignores all of them, the call is ignored.</li>
 * <li>A cancellation after an element is a success, as that of {@code take(1)} is; one
 * before records nothing and gives the permit back, unless the call was slow by then: it
 * counts as a slow success.</li>
 * <li>The time of a call is that from its subscription to its end.</li>
 * <li>Where the config has a {@code timeLimit}, Reactor's {@code timeout} stands right
 * behind the source: a {@code Mono} that gives nothing for so long, or a {@code Flux}
 * that gives no further element, fails with a {@code TimeoutException} and is cancelled.
 * The time between two elements runs while one is requested, and not in the subscriber's
 * {@code onNext}.</li>
 * </ul>
 *
 * <p>
 * Signals pass on the threads on which they come, and the subscriber's {@code Context}
 * passes as it is. Instances are immutable and safe for use by many threads.
 *
 * <pre>{@code
 * Mono<Receipt> receipt = client.pay(order).transform(CircuitBreakerOperator.of(breaker));
 * }</pre>
 *
 * @param <T> the type of the elements
 */
public final class CircuitBreakerOperator<T> implements UnaryOperator<Publisher<T>> {

	/** The breaker, or a supplier of it: one field, since many operators are made. */
	private final Object breaker;

	// Read as fields: no call may come between a permit and its subscription.

	final boolean nests;

	final @Nullable Function<? super Throwable, ? extends Publisher<? extends T>> fallback;

	private CircuitBreakerOperator(Object breaker, boolean nests,
			@Nullable Function<? super Throwable, ? extends Publisher<? extends T>> fallback) {
		this.breaker = Objects.requireNonNull(breaker, "breaker");
		this.nests = nests;
		this.fallback = fallback;
	}

	/**
	 * Makes an operator.
	 * @param <T> the type of the elements
	 * @param breaker guards each subscription
	 * @return an operator for {@code mono.transform(…)} and {@code flux.transform(…)}
	 */
	public static <T> CircuitBreakerOperator<T> of(CircuitBreaker breaker) {
		return new CircuitBreakerOperator<>(breaker, false, null);
	}

	/**
	 * Makes an operator that asks for the breaker at each subscription, as where the
	 * breaker of a name can be removed from its registry and made anew.
	 * @param <T> the type of the elements
	 * @param breaker gives the breaker that guards a subscription, never {@code null};
	 * what it throws is an error signal
	 * @return an operator for {@code mono.transform(…)} and {@code flux.transform(…)}
	 */
	public static <T> CircuitBreakerOperator<T> of(Supplier<CircuitBreaker> breaker) {
		return new CircuitBreakerOperator<>(breaker, false, null);
	}

	/**
	 * Makes an operator with a fallback, whose publisher goes on where a call is refused,
	 * by this breaker or by one further in, or signals an error that counts as a failure.
	 * Ignored exceptions, interrupts and cancellations are signalled as they are.
	 * @param <T> the type of the elements
	 * @param breaker guards each subscription
	 * @param fallback gives what is subscribed instead, of which a {@code Mono} takes the
	 * first element; it is given what was really signalled, without a
	 * {@code CompletionException}, and what it throws is signalled as it is
	 * @return an operator for {@code mono.transform(…)} and {@code flux.transform(…)}
	 */
	public static <T> CircuitBreakerOperator<T> of(CircuitBreaker breaker,
			Function<? super Throwable, ? extends Publisher<? extends T>> fallback) {
		return new CircuitBreakerOperator<>(breaker, false, Objects.requireNonNull(fallback, "fallback"));
	}

	/**
	 * As {@link #of(CircuitBreaker, Function)}, and asks for the breaker at each
	 * subscription.
	 * @param <T> the type of the elements
	 * @param breaker gives the breaker that guards a subscription, never {@code null};
	 * what it throws is an error signal, and has no fallback
	 * @param fallback gives what is subscribed instead
	 * @return an operator for {@code mono.transform(…)} and {@code flux.transform(…)}
	 */
	public static <T> CircuitBreakerOperator<T> of(Supplier<CircuitBreaker> breaker,
			Function<? super Throwable, ? extends Publisher<? extends T>> fallback) {
		return new CircuitBreakerOperator<>(breaker, false, Objects.requireNonNull(fallback, "fallback"));
	}

	/**
	 * The same operator, by which a call inside a call of the breaker on the same thread
	 * is recorded once, at the outermost.
	 * @return an operator
	 * @see CircuitBreaker#outermost()
	 */
	public CircuitBreakerOperator<T> outermost() {
		return new CircuitBreakerOperator<>(this.breaker, true, this.fallback);
	}

	/**
	 * Guards a publisher.
	 * @param source the publisher
	 * @return a {@code Mono} for a {@code Mono}, else a {@code Flux}
	 */
	@Override
	public Publisher<T> apply(Publisher<T> source) {
		Function<? super Throwable, ? extends Publisher<? extends T>> instead = this.fallback;
		if (source instanceof Mono<T> mono) {
			Mono<T> guarded = new MonoCircuitBreaker<>(mono, this);
			return (instead != null)
					? guarded.onErrorResume(FallbackSignal.class, (signal) -> Mono.from(run(instead, signal)))
					: guarded;
		}
		Flux<T> guarded = new FluxCircuitBreaker<>(Flux.from(source), this);
		return (instead != null) ? guarded.onErrorResume(FallbackSignal.class, (signal) -> run(instead, signal))
				: guarded;
	}

	/** The breaker of a subscription that begins now. */
	CircuitBreaker breaker() {
		return (this.breaker instanceof CircuitBreaker fixed) ? fixed
				: (CircuitBreaker) Objects.requireNonNull(((Supplier<?>) this.breaker).get(), "breaker");
	}

	private static <T> Publisher<? extends T> run(
			Function<? super Throwable, ? extends Publisher<? extends T>> fallback, FallbackSignal signal) {
		try {
			return Objects.requireNonNull(fallback.apply(signal.thrown()), "The fallback returned no publisher");
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	/**
	 * Leads from the guard to its fallback, and no further.
	 */
	static final class FallbackSignal extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final Throwable thrown;

		FallbackSignal(Throwable thrown) {
			super(null, null, false, false);
			this.thrown = thrown;
		}

		Throwable thrown() {
			return this.thrown;
		}

	}

}
