package dev.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 3: one trip is one change: one event and one step of {@code openings}, however
 * many failures race. What logs and counts hangs on that event.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=OneTripAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class OneTripAttackTests {

	private static final int ROUNDS = 12;

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void manyFailuresAtOnceAreOneTrip(SlidingWindowType type) {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			HandClock clock = new HandClock();
			CircuitBreaker breaker = CircuitBreaker.of("trip", config(clock).slidingWindowType(type).build());
			Queue<StateChange> changes = heard(breaker);
			Crowd.run(Crowd.SIZE, (number) -> fail(breaker));
			assertThat(breaker.snapshot().openings()).isEqualTo(1);
			assertThat(reasons(changes)).containsExactly(Reason.FAILURE_RATE);
		}
	}

	/**
	 * Four times round: every thread fails, looks and moves on as it likes, and still the
	 * history is one chain.
	 */
	@Test
	void eachEndOfAWaitAndEachVerdictIsToldOnce() {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			HandClock clock = new HandClock();
			CircuitBreaker breaker = CircuitBreaker.of("trip",
					config(clock).permittedNumberOfCallsInHalfOpenState(1).build());
			Queue<StateChange> changes = heard(breaker);
			Crowd.run(Crowd.SIZE, (number) -> fail(breaker));
			for (int opening = 1; opening <= 4; opening++) {
				assertThat(breaker.snapshot().openings()).isEqualTo(opening);
				clock.advance(Duration.ofSeconds(60));
				Crowd.run(Crowd.SIZE, (number) -> {
					breaker.state();
					breaker.snapshot();
				});
				Crowd.run(Crowd.SIZE, (number) -> fail(breaker));
			}
			List<Reason> expected = new ArrayList<>(List.of(Reason.FAILURE_RATE));
			for (int i = 0; i < 4; i++) {
				expected.add(Reason.WAIT_ELAPSED);
				expected.add(Reason.PROBES_FAILED);
			}
			assertThat(reasons(changes)).isEqualTo(expected);
		}
	}

	@Test
	void theEndOfAHoldAndALostProbeAreToldOnce() {
		for (int round = 0; round < Crowd.scaled(ROUNDS); round++) {
			HandClock clock = new HandClock();
			CircuitBreaker breaker = CircuitBreaker.of("hold", config(clock).build());
			breaker.forceOpen(Duration.ofSeconds(1));
			Queue<StateChange> changes = heard(breaker);
			clock.advance(Duration.ofSeconds(1));
			Crowd.run(Crowd.SIZE, (number) -> breaker.state());
			breaker.halfOpen();
			breaker.acquire();
			clock.advance(Duration.ofSeconds(70));
			Crowd.run(Crowd.SIZE, (number) -> breaker.tryAcquire());
			assertThat(reasons(changes)).containsExactly(Reason.HOLD_ELAPSED, Reason.COMMAND, Reason.PROBES_LOST);
			assertThat(breaker.snapshot().openings()).isEqualTo(1);
		}
	}

	/** Each change begins where the one before it ended, whoever made it. */
	@Test
	void aStormOfChangesIsToldAsOneChain() {
		HandClock clock = new HandClock();
		List<CircuitBreakerConfig> configs = List.of(config(clock).build(),
				config(clock).slidingWindowType(SlidingWindowType.TIME_BASED).build());
		for (int round = 0; round < Crowd.scaled(10); round++) {
			CircuitBreaker breaker = CircuitBreaker.of("storm", configs.get(0));
			Queue<StateChange> changes = heard(breaker);
			Crowd.run(Crowd.SIZE, (number) -> {
				Chaos chaos = new Chaos(breaker, clock, configs, number);
				for (int i = 0; i < 200; i++) {
					chaos.act();
				}
			});
			State state = State.CLOSED;
			int openings = 0;
			for (StateChange change : changes) {
				assertThat(change.from()).isEqualTo(state);
				assertThat(change.to()).isNotEqualTo(state);
				state = change.to();
				openings = (state == State.OPEN) ? openings + 1 : (state == State.CLOSED) ? 0 : openings;
			}
			// Whoever looks now may find a change that was due: it is told, too.
			Snapshot snapshot = breaker.snapshot();
			assertThat(new ArrayList<>(changes)).last().extracting(StateChange::to).isEqualTo(snapshot.state());
			if (snapshot.state() == state) {
				assertThat(snapshot.openings()).isEqualTo(openings);
			}
		}
	}

	private static CircuitBreakerConfig.Builder config(HandClock clock) {
		return CircuitBreakerConfig.builder()
			.slidingWindowSize(Crowd.SIZE)
			.minimumNumberOfCalls(Crowd.SIZE / 2)
			.waitDurationInOpenState(Duration.ofSeconds(60))
			.ignoreExceptions(IllegalArgumentException.class)
			.nanoClock(clock);
	}

	private static void fail(CircuitBreaker breaker) {
		Permit permit = breaker.tryAcquire();
		if (permit != null) {
			permit.failure(new IllegalStateException(), 0);
		}
	}

	private static Queue<StateChange> heard(CircuitBreaker breaker) {
		Queue<StateChange> changes = new ConcurrentLinkedQueue<>();
		breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				changes.add(change);
			}
		});
		return changes;
	}

	private static List<Reason> reasons(Queue<StateChange> changes) {
		return changes.stream().map(StateChange::reason).toList();
	}

}
