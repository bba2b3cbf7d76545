package dev.breaker.benchmarks;

import java.util.concurrent.TimeUnit;

import dev.breaker.CircuitBreaker;
import dev.breaker.SlidingWindowType;
import dev.breaker.reactor.CircuitBreakerOperator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A healthy subscription through the operator of a closed breaker, with a count window
 * and without a listener: a Mono of one value, and a Flux of three elements. The floors
 * are the same publishers without an operator.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReactorBenchmark {

	private static final SlidingWindowType WINDOW = SlidingWindowType.COUNT_BASED;

	private final CircuitBreaker breaker = Guards.breaker(WINDOW, 50);

	private final io.github.resilience4j.circuitbreaker.CircuitBreaker resilience4j = Guards.resilience4j(WINDOW, 50);

	private final Mono<Object> mono = Mono.just(new Object());

	private final Flux<Object> flux = Flux.just(new Object(), new Object(), new Object());

	private final Mono<Object> breakerMono = this.mono.transform(CircuitBreakerOperator.of(this.breaker));

	private final Flux<Object> breakerFlux = this.flux.transform(CircuitBreakerOperator.of(this.breaker));

	private final Mono<Object> resilience4jMono = this.mono
		.transform(io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator.of(this.resilience4j));

	private final Flux<Object> resilience4jFlux = this.flux
		.transform(io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator.of(this.resilience4j));

	@TearDown
	public void check(BenchmarkParams params) {
		switch (Checks.method(params)) {
			case "breakerMono", "breakerFlux" -> Tally.of(this.breaker).onlySucceeded();
			case "resilience4jMono", "resilience4jFlux" -> Tally.of(this.resilience4j).onlySucceeded();
			case "emptyMono" -> Checks.that(emptyMono() != null, () -> "no value");
			case "emptyFlux" -> Checks.that(emptyFlux() != null, () -> "no element");
			default -> throw Checks.missing(params);
		}
	}

	@Benchmark
	public @Nullable Object emptyMono() {
		return subscribe(this.mono);
	}

	@Benchmark
	public @Nullable Object breakerMono() {
		return subscribe(this.breakerMono);
	}

	@Benchmark
	public @Nullable Object resilience4jMono() {
		return subscribe(this.resilience4jMono);
	}

	@Benchmark
	public @Nullable Object emptyFlux() {
		return subscribe(this.flux);
	}

	@Benchmark
	public @Nullable Object breakerFlux() {
		return subscribe(this.breakerFlux);
	}

	@Benchmark
	public @Nullable Object resilience4jFlux() {
		return subscribe(this.resilience4jFlux);
	}

	/** The last element. */
	static @Nullable Object subscribe(Publisher<Object> publisher) {
		Last last = new Last();
		publisher.subscribe(last);
		return last.element;
	}

	/**
	 * Keeps the last element.
	 */
	private static final class Last implements CoreSubscriber<Object> {

		private @Nullable Object element;

		@Override
		public void onSubscribe(Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(Object next) {
			this.element = next;
		}

		@Override
		public void onError(Throwable thrown) {
			throw new IllegalStateException(thrown);
		}

		@Override
		public void onComplete() {
			// The element is there.
		}

	}

}
