package dev.breaker;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A closed breaker admits the share of its calls that it shows, to the call, however many
 * threads ask, and all of them once nothing limits it.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=RampAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class RampAttackTests {

	private static final int CALLS = 1_000;

	private final HandClock clock = new HandClock();

	private CircuitBreakerConfig.Builder config() {
		return CircuitBreakerConfig.builder().nanoClock(this.clock);
	}

	private CircuitBreaker closed(CircuitBreakerConfig config) {
		CircuitBreaker breaker = CircuitBreaker.of("ramp", config);
		breaker.open();
		breaker.close();
		return breaker;
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 25, 50, 75, 90 })
	void asManyPassAsTheShareSaysHoweverManyThreadsCall(int percent) {
		CircuitBreaker breaker = closed(
				config().recoveryRampDuration(Duration.ofHours(1)).recoveryRampStart(percent).build());
		AtomicLong admitted = new AtomicLong();
		int calls = Crowd.scaled(CALLS);
		Crowd.run(Crowd.SIZE, (number) -> {
			for (int i = 0; i < calls; i++) {
				Permit permit = breaker.tryAcquire();
				if (permit != null) {
					admitted.incrementAndGet();
					permit.success(null, 0);
				}
			}
		});
		assertThat(admitted.get()).isBetween((long) Crowd.SIZE * calls * percent / 100 - 1,
				(long) Crowd.SIZE * calls * percent / 100);
		assertThat(breaker.snapshot().notPermittedCallsTotal()).isEqualTo((long) Crowd.SIZE * calls - admitted.get());
	}

	/** The clock runs through the ramp while all call. */
	@ParameterizedTest
	@EnumSource(Refuse.class)
	void onceTheRampIsOverNoCallIsRefused(Refuse refuse) {
		long end = Duration.ofSeconds(10).toNanos();
		int steps = Crowd.scaled(CALLS);
		CircuitBreaker breaker = closed(
				config().recoveryRampDuration(Duration.ofNanos(end)).refuse(refuse).failureRateThreshold(90).build());
		AtomicLong refusedInTime = new AtomicLong();
		Crowd.run(Crowd.SIZE, (number) -> {
			while (true) {
				long before = this.clock.getAsLong();
				Permit permit = breaker.tryAcquire();
				if (permit != null) {
					permit.success(null, 0);
				}
				else {
					refusedInTime.incrementAndGet();
					assertThat(before).as("time of a refused call").isLessThan(end);
				}
				if (before >= end) {
					return;
				}
				this.clock.advance(end / steps);
			}
		});
		assertThat(refusedInTime.get()).isPositive();
		assertThat(breaker.snapshot().admittedShare()).isEqualTo(100);
		assertThat(breaker.period().isLimited()).isFalse();
	}

	@Test
	void aRelapseIsOneOpeningHoweverManyCallsFail() {
		for (int round = 0; round < Crowd.scaled(20); round++) {
			CircuitBreaker breaker = closed(config().recoveryRampDuration(Duration.ofHours(1)).build());
			Crowd.run(Crowd.SIZE, (number) -> {
				for (int i = 0; i < 50; i++) {
					Permit permit = breaker.tryAcquire();
					if (permit != null) {
						permit.failure(new IllegalStateException(), 0);
					}
				}
			});
			assertThat(breaker.state()).isEqualTo(State.OPEN);
			assertThat(breaker.snapshot().openings()).isEqualTo(2);
		}
	}

	/**
	 * A failure that is recorded while another thread finds the window without one.
	 */
	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aFailureIsNotOverlooked(SlidingWindowType type) {
		CircuitBreakerConfig config = config().refuse(Refuse.SHARE)
			.shareFactor(1)
			.failureRateThreshold(100)
			.slidingWindowType(type)
			.slidingWindowSize(10)
			.minimumNumberOfCalls(2)
			.build();
		for (int round = 0; round < Crowd.scaled(10_000); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("share", config);
			breaker.acquire().success(null, 0);
			Permit failing = breaker.acquire();
			Race.run(() -> failing.failure(new IllegalStateException(), 0), breaker::tryAcquire);
			assertThat(breaker.period().isLimited()).isTrue();
			assertThat(breaker.snapshot().admittedShare()).isEqualTo(50);
		}
	}

	@Test
	void atMostNinetyPercentAreRefusedWhateverFails() {
		CircuitBreaker breaker = CircuitBreaker.of("share",
				config().refuse(Refuse.SHARE).withoutFailureRateThreshold().build());
		AtomicLong admitted = new AtomicLong();
		int calls = Crowd.scaled(CALLS);
		Crowd.run(Crowd.SIZE, (number) -> {
			for (int i = 0; i < calls; i++) {
				Permit permit = breaker.tryAcquire();
				if (permit != null) {
					admitted.incrementAndGet();
					permit.failure(new IllegalStateException(), 0);
				}
			}
		});
		assertThat(breaker.state()).isEqualTo(State.CLOSED);
		assertThat(breaker.snapshot().admittedShare()).isEqualTo(10);
		assertThat(admitted.get()).isBetween((long) Crowd.SIZE * calls / 10 - 1,
				(long) Crowd.SIZE * calls / 10 + 20 + Crowd.SIZE);
	}

}
