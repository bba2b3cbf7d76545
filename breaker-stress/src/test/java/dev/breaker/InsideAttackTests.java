package dev.breaker;

import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thread is inside of the calls that it went into, as long as it is in them: each call
 * of many threads is recorded once where it is the outermost, however blocking calls and
 * publishers of one breaker meet, and none of a thread that has come out of all is lost.
 */
class InsideAttackTests {

	private static final int ROUNDS = 300;

	private final CircuitBreaker breaker = CircuitBreaker.of("inside",
			CircuitBreakerConfig.builder().minimumNumberOfCalls(1_000_000).slidingWindowSize(1_000_000).build());

	private final OutermostCalls outermost = this.breaker.outermost();

	/** As many as the quick places, and more than there are. */
	@ParameterizedTest
	@ValueSource(ints = { 8, 48 })
	void callsThatCompletePublishersAreRecordedEach(int threads) {
		run(threads, () -> {
			Sinks.One<Integer> batch = Sinks.one();
			guarded(batch.asMono()).subscribe((value) -> Thread.yield());
			this.outermost.call(() -> {
				Thread.yield();
				return batch.tryEmitValue(1);
			});
		});
		assertThat(this.breaker.snapshot().successfulCallsTotal()).isEqualTo(2L * threads * Crowd.scaled(ROUNDS));
	}

	@ParameterizedTest
	@ValueSource(ints = { 8, 48 })
	void callsThatRequestAreRecordedEach(int threads) {
		run(threads, () -> {
			Requesting subscriber = new Requesting(this.outermost);
			guarded(Flux.just(1, 2, 3)).subscribe(subscriber);
			this.outermost.call(() -> {
				// The calls of the subscriber belong to this one.
				subscriber.request(2);
				return this.outermost.call(() -> "nested");
			});
			// The call of the subscriber is one of its own.
			subscriber.request(1);
		});
		assertThat(this.breaker.snapshot().successfulCallsTotal()).isEqualTo(3L * threads * Crowd.scaled(ROUNDS));
	}

	/** Threads that take requests of one subscription from each other. */
	@ParameterizedTest
	@ValueSource(ints = { 8, 48 })
	void threadsThatShareASubscriptionAreOutsideAfterwards(int threads) {
		Requesting shared = new Requesting(this.outermost);
		AtomicInteger produced = new AtomicInteger();
		Flux<Integer> source = Flux.generate((sink) -> {
			// Inside of the call of the subscription.
			this.outermost.call(() -> "nested");
			sink.next(produced.incrementAndGet());
		});
		guarded(source).subscribe(shared);
		run(threads, () -> {
			shared.request(1);
		});
		assertThat(produced).hasValue(threads * Crowd.scaled(ROUNDS));
		assertThat(this.breaker.snapshot().successfulCallsTotal()).isEqualTo(produced.get());
	}

	/** Each thread once it has done its work. */
	private void run(int threads, Runnable round) {
		int rounds = Crowd.scaled(ROUNDS);
		Crowd.run(threads, (number) -> {
			for (int i = 0; i < rounds; i++) {
				round.run();
			}
			assertThat(this.outermost.isInside()).isFalse();
			this.outermost.call(() -> {
				throw new IllegalStateException("down");
			}, Throwable::toString);
		});
		assertThat(this.breaker.snapshot().failedCallsTotal()).isEqualTo(threads);
	}

	private Mono<Integer> guarded(Mono<Integer> mono) {
		return mono.transform(CircuitBreakerOperator.<Integer>of(this.breaker).outermost());
	}

	private Flux<Integer> guarded(Flux<Integer> flux) {
		return flux.transform(CircuitBreakerOperator.<Integer>of(this.breaker).outermost());
	}

	/** Makes a call of its own at each element. */
	private static final class Requesting extends BaseSubscriber<Integer> {

		private final OutermostCalls outermost;

		Requesting(OutermostCalls outermost) {
			this.outermost = outermost;
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// Requests come later.
		}

		@Override
		protected void hookOnNext(Integer element) {
			this.outermost.call(() -> "of the subscriber");
		}

	}

}
