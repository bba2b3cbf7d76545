package dev.breaker;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 11 for calls that begin in one place and end in another. Where the stack ends
 * while a permit is taken, the call has not begun; where it ends while one is given back,
 * the call is over, or can be ended once more from where there is stack.
 */
class StackEndPermitAttackTests {

	private static final int ROUNDS = 10;

	private static final int PLACES = 1000;

	/** A breaker of a key is under way no more. */
	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "REACTIVE")
	void aGroupHasRoomAgain(Way way) {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			HandClock clock = new HandClock();
			CircuitBreakerConfig config = CircuitBreakerConfig.builder()
				.maxWaitDurationInHalfOpenState(Duration.ofSeconds(1))
				.waitDurationInOpenState(Duration.ofSeconds(1))
				.nanoClock(clock)
				.build();
			CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(config);
			CircuitBreakerGroup group = registry.group("deep", config, 1);
			Calls calls = way.calls(group.get("a"));
			calls.begin();
			assertThat(group.get("meanwhile").name()).isEqualTo("deep:_overflow");
			StackEndRun.run(round, (call) -> {
				if (call % 7 == 0) {
					clock.advance(500_000_000);
				}
				calls.use(call);
			});
			calls.end();
			clock.advance(Duration.ofSeconds(2));
			assertThat(group.get("fresh").name()).as("round %d", round).isEqualTo("deep:fresh");
		}
	}

	/** Nor does it need a probe's time to be up before its place is free. */
	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "REACTIVE")
	void noProbeKeepsItsPlace(Way way) {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("deep",
					CircuitBreakerConfig.builder()
						.initialState(State.HALF_OPEN)
						.permittedNumberOfCallsInHalfOpenState(PLACES)
						.failureRateThreshold(100)
						.ignoreExceptions(Throwable.class)
						.nanoClock(new HandClock())
						.build());
			Calls calls = way.calls(breaker);
			calls.begin();
			StackEndRun.run(round, calls::abandon);
			calls.end();
			Snapshot snapshot = breaker.snapshot();
			assertThat(snapshot.state()).isEqualTo(State.HALF_OPEN);
			int free = 0;
			while (breaker.tryAcquire() != null) {
				free++;
			}
			// Where the stack ended in a rule, the rule has failed, and so has the call.
			assertThat(free).as("round %d", round).isEqualTo(PLACES - snapshot.bufferedCalls());
		}
	}

	/** No lock stays held; what is lost is lost for a probe's time at most. */
	@ParameterizedTest
	@EnumSource(Way.class)
	void theBreakerGoesOn(Way way) {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			HandClock clock = new HandClock();
			CircuitBreaker breaker = CircuitBreaker.of("deep",
					CircuitBreakerConfig.builder()
						.slidingWindowSize(4)
						.minimumNumberOfCalls(4)
						.permittedNumberOfCallsInHalfOpenState(2)
						.maxWaitDurationInHalfOpenState(Duration.ofSeconds(1))
						.waitDurationInOpenState(Duration.ofSeconds(1))
						.nanoClock(clock)
						.build());
			Calls calls = way.calls(breaker);
			calls.begin();
			StackEndRun.run(round, (call) -> {
				if (call % 7 == 0) {
					clock.advance(500_000_000);
				}
				calls.use(call);
			});
			calls.end();
			clock.advance(Duration.ofSeconds(1));
			if (breaker.state() == State.OPEN) {
				clock.advance(Duration.ofSeconds(1));
			}
			assertThat(breaker.call(() -> "fine")).as("round %d", round).isEqualTo("fine");
		}
	}

	enum Way {

		PERMIT {

			@Override
			Calls calls(CircuitBreaker breaker) {
				return new Permits(breaker);
			}

		},

		FUTURE {

			@Override
			Calls calls(CircuitBreaker breaker) {
				return new Futures(breaker);
			}

		},

		ADAPTER {

			@Override
			Calls calls(CircuitBreaker breaker) {
				return new Adapters(breaker);
			}

		},

		REACTIVE {

			@Override
			Calls calls(CircuitBreaker breaker) {
				return new Subscriptions(breaker);
			}

		};

		abstract Calls calls(CircuitBreaker breaker);

	}

	/**
	 * Calls that are under way before the stack ends, and others that begin there.
	 */
	private abstract static class Calls {

		static final int BEFORE = 300;

		static final int ALL = 1000;

		/** Farther up, the stack is long enough. */
		static final int LEVELS = 400;

		private static final IllegalStateException THROWN = new IllegalStateException();

		final CircuitBreaker breaker;

		int begun;

		int ended;

		private int levels;

		Calls(CircuitBreaker breaker) {
			this.breaker = breaker;
		}

		final void begin() {
			for (int call = 0; call < BEFORE; call++) {
				begin(call);
			}
			assertThat(this.begun).isEqualTo(BEFORE);
		}

		/** Ends one that began before, and begins another. */
		final void use(int call) {
			if (this.levels++ >= LEVELS) {
				return;
			}
			if (call % 3 != 0 && this.ended < this.begun) {
				end(this.ended++, call);
			}
			begin(call);
		}

		/** As {@link #use}, so that nothing is recorded. */
		final void abandon(int call) {
			use(call * 3 + 2);
		}

		/** Ends all that can still be ended. */
		final void end() {
			for (int one = 0; one < this.begun; one++) {
				end(one, 2);
			}
		}

		abstract void begin(int call);

		abstract void end(int one, int call);

	}

	private static final class Permits extends Calls {

		private final @Nullable Permit[] permits = new Permit[ALL];

		Permits(CircuitBreaker breaker) {
			super(breaker);
		}

		@Override
		void begin(int call) {
			Permit permit = (call % 2 == 0) ? this.breaker.acquire() : this.breaker.tryAcquire();
			if (permit != null) {
				this.permits[this.begun++] = permit;
			}
		}

		@Override
		void end(int one, int call) {
			Permit permit = this.permits[one];
			if (call % 3 == 0) {
				permit.success("fine", 1);
			}
			else if (call % 3 == 1 || call % 2 == 0) {
				permit.failure(Calls.THROWN, 1);
			}
			else {
				permit.release();
			}
		}

	}

	private static final class Futures extends Calls {

		private final CompletableFuture<String>[] sources = sources();

		private final @Nullable CompletableFuture<String>[] guarded = sources();

		Futures(CircuitBreaker breaker) {
			super(breaker);
		}

		@SuppressWarnings("unchecked")
		private static CompletableFuture<String>[] sources() {
			return new CompletableFuture[ALL];
		}

		@Override
		void begin(int call) {
			CompletableFuture<String> source = new CompletableFuture<>();
			CompletableFuture<String> future = this.breaker.callAsync(() -> source).toCompletableFuture();
			this.sources[this.begun] = source;
			this.guarded[this.begun++] = future;
		}

		@Override
		void end(int one, int call) {
			if (call % 3 == 0) {
				this.sources[one].complete("fine");
			}
			else if (call % 3 == 1) {
				this.sources[one].completeExceptionally(Calls.THROWN);
			}
			else if (call % 10 == 2) {
				this.guarded[one].cancel(true);
			}
			else {
				this.guarded[one].completeExceptionally(Calls.THROWN);
			}
		}

	}

	private static final class Adapters extends Calls {

		private final @Nullable Adapter[] adapters = new Adapter[ALL];

		Adapters(CircuitBreaker breaker) {
			super(breaker);
		}

		@Override
		void begin(int call) {
			Adapter adapter = new Adapter(this.breaker, call % 2 == 0);
			this.adapters[this.begun++] = adapter;
		}

		@Override
		void end(int one, int call) {
			Adapter adapter = this.adapters[one];
			if (adapter.refusal() != null) {
				return;
			}
			if (call % 3 == 0) {
				adapter.returned("fine");
			}
			else if (call % 3 == 1 || call % 2 == 0) {
				adapter.threw(Calls.THROWN);
			}
			else {
				adapter.cancelled();
			}
		}

		private static final class Adapter extends GuardedCall {

			Adapter(CircuitBreaker breaker, boolean nests) {
				super(breaker, nests);
			}

		}

	}

	private static final class Subscriptions extends Calls {

		private final Mono<String> never;

		private final @Nullable Subscriber[] subscribers = new Subscriber[ALL];

		Subscriptions(CircuitBreaker breaker) {
			super(breaker);
			this.never = Mono.<String>never().transform(CircuitBreakerOperator.of(breaker));
		}

		@Override
		void begin(int call) {
			Subscriber subscriber = new Subscriber();
			this.subscribers[this.begun++] = subscriber;
			this.never.subscribe(subscriber);
		}

		@Override
		void end(int one, int call) {
			Subscription subscription = this.subscribers[one].subscription;
			if (subscription != null) {
				subscription.cancel();
			}
		}

		private static final class Subscriber implements CoreSubscriber<String> {

			private @Nullable Subscription subscription;

			@Override
			public void onSubscribe(Subscription subscription) {
				this.subscription = subscription;
				subscription.request(1);
			}

			@Override
			public void onNext(String element) {
			}

			@Override
			public void onError(Throwable thrown) {
			}

			@Override
			public void onComplete() {
			}

		}

	}

}
