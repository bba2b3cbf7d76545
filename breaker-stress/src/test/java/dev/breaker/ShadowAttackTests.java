package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A breaker that does not enforce refuses no call, and what it lets through decides
 * nothing, whatever 64 threads do.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=ShadowAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class ShadowAttackTests {

	private static final int STEPS = 2_000;

	private final HandClock clock = new HandClock();

	/** Threads whose call would have been refused; told before it is made. */
	private final Queue<Thread> beyond = new ConcurrentLinkedQueue<>();

	private final Queue<StateChange> changes = new ConcurrentLinkedQueue<>();

	private final CircuitBreakerListener listener = new CircuitBreakerListener() {
		@Override
		public void onWouldRefuse(CircuitBreaker breaker) {
			ShadowAttackTests.this.beyond.add(Thread.currentThread());
		}

		@Override
		public void onStateChange(CircuitBreaker breaker, StateChange change) {
			ShadowAttackTests.this.changes.add(change);
		}
	};

	/**
	 * Calls beyond the permitted ones end as badly, or as well, as they can, and
	 * permitted ones the other way round.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatIsLetThroughDecidesNothing(boolean permittedSucceed) {
		CircuitBreaker breaker = CircuitBreaker.of("shadow", config().initialState(State.OPEN).enforce(false).build());
		breaker.addListener(this.listener);
		LongAdder unpermitted = new LongAdder();
		Crowd.run(Crowd.SIZE, (number) -> {
			Random random = ThreadLocalRandom.current();
			for (int i = 0; i < Crowd.scaled(STEPS); i++) {
				breaker.call(() -> {
					boolean permitted = !this.beyond.remove(Thread.currentThread());
					if (!permitted) {
						unpermitted.increment();
					}
					if (permitted != permittedSucceed) {
						throw new IOException();
					}
					return "pong";
				}, (thrown) -> "instead");
				if (random.nextInt(100) == 0) {
					this.clock.advance(Duration.ofMillis(100));
				}
				if (random.nextInt(1000) == 0) {
					breaker.open();
				}
			}
		});
		assertThat(unpermitted.sum()).isPositive().isEqualTo(breaker.snapshot().wouldRefuseTotal());
		assertThat(this.changes).extracting(StateChange::reason)
			.contains(permittedSucceed ? Reason.PROBES_SUCCEEDED : Reason.PROBES_FAILED)
			.doesNotContain(permittedSucceed ? Reason.PROBES_FAILED : Reason.PROBES_SUCCEEDED, Reason.FAILURE_RATE);
		assertThat(this.changes).extracting(StateChange::enforced).containsOnly(false);
		assertThat(breaker.snapshot().notPermittedCallsTotal()).isZero();
	}

	/** Each call is made or refused, and counted as what it was. */
	@Test
	void noCallIsLostWhileItEnforcesAndDoesNot() {
		CircuitBreakerConfig enforcing = config().build();
		CircuitBreakerConfig shadow = config().enforce(false).build();
		CircuitBreaker breaker = CircuitBreaker.of("shadow", shadow);
		breaker.addListener(this.listener);
		LongAdder made = new LongAdder();
		LongAdder refused = new LongAdder();
		Crowd.run(Crowd.SIZE, (number) -> {
			Random random = ThreadLocalRandom.current();
			for (int i = 0; i < Crowd.scaled(STEPS); i++) {
				try {
					Permit permit = (random.nextInt(3) == 0) ? breaker.acquire() : null;
					if (permit != null) {
						permit.failure(new IOException(), 0);
					}
					else if (random.nextBoolean()) {
						breaker.run(() -> {
						});
					}
					else if (breaker.callAsync(() -> CompletableFuture.completedFuture("pong"))
						.toCompletableFuture()
						.isCompletedExceptionally()) {
						refused.increment();
						continue;
					}
					made.increment();
				}
				catch (CallNotPermittedException ex) {
					refused.increment();
				}
				if (random.nextInt(50) == 0) {
					this.clock.advance(Duration.ofMillis(50));
				}
				if (random.nextInt(200) == 0) {
					breaker.reconfigure(random.nextBoolean() ? shadow : enforcing);
				}
				if (random.nextInt(500) == 0) {
					breaker.forceOpen(Duration.ofMillis(200));
				}
			}
		});
		Snapshot snapshot = breaker.snapshot();
		assertThat(snapshot.successfulCallsTotal() + snapshot.failedCallsTotal()).isEqualTo(made.sum());
		assertThat(snapshot.notPermittedCallsTotal()).isPositive().isEqualTo(refused.sum());
		assertThat(snapshot.wouldRefuseTotal()).isPositive().isEqualTo(this.beyond.size());
		assertThat(snapshot.bufferedCalls()).isLessThanOrEqualTo(10);
	}

	/** After the end of a stack, a thread is inside of no call. */
	@Test
	void theEndOfAStackLeavesNoThreadInside() {
		for (int round = 0; round < Crowd.scaled(10); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("deep",
					config().initialState(State.OPEN).enforce(false).build());
			int first = round;
			List<Long> counts = new ArrayList<>();
			StackEndRun.run(first, (call) -> {
				if (call % 2 == 0) {
					breaker.run(() -> {
					});
				}
				else {
					breaker.callAsync(() -> CompletableFuture.completedFuture("pong"));
				}
				if (call - first > 600 && counts.isEmpty()) {
					// Far from the end, on the same thread
					long before = breaker.snapshot().wouldRefuseTotal();
					breaker.run(() -> {
					});
					counts.add(breaker.snapshot().wouldRefuseTotal() - before);
				}
			});
			assertThat(counts).as("round %d", round).containsExactly(1L);
		}
	}

	private CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder()
			.slidingWindowSize(10)
			.minimumNumberOfCalls(5)
			.permittedNumberOfCallsInHalfOpenState(3)
			.waitDurationInOpenState(Duration.ofMillis(500))
			.maxWaitDurationInHalfOpenState(Duration.ofHours(1))
			.nanoClock(this.clock);
	}

}
