package dev.breaker;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What time decided is told with the time at which it was decided, whenever it is found.
 */
class DecidedByTimeTests {

	private static final Duration WAIT = Duration.ofSeconds(10);

	private static final Duration LATE = Duration.ofMinutes(7);

	private final TestBreaker test = TestBreaker.with((config) -> config.consecutiveFailureThreshold(2)
		.waitDurationInOpenState(WAIT)
		.maxWaitDurationInHalfOpenState(Duration.ofSeconds(30)));

	@Test
	void halfOpenBeganWhenTheWaitWasOver() {
		this.test.fail(2);
		this.test.advance(LATE);
		assertBegan(State.HALF_OPEN, Reason.WAIT_ELAPSED, HandWallClock.START.plus(WAIT));
	}

	@Test
	void closedBeganWhenTheHoldWasOver() {
		this.test.breaker.forceOpen(WAIT);
		this.test.advance(LATE);
		assertBegan(State.CLOSED, Reason.HOLD_ELAPSED, HandWallClock.START.plus(WAIT));
	}

	@Test
	void closedBeganWhenTheHoldOfDisabledWasOver() {
		this.test.breaker.disable(WAIT);
		this.test.advance(LATE);
		assertBegan(State.CLOSED, Reason.HOLD_ELAPSED, HandWallClock.START.plus(WAIT));
	}

	@Test
	void openBeganWhenTheProbeWasLost() {
		this.test.in(State.HALF_OPEN);
		this.test.advance(Duration.ofSeconds(5));
		this.test.take();
		this.test.advance(Duration.ofSeconds(32));
		assertBegan(State.OPEN, Reason.PROBES_LOST, HandWallClock.START.plusSeconds(35));
		assertThat(this.test.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(8));
	}

	@Test
	void aLostProbeAndTheWaitAfterItMayBothBeLongOver() {
		this.test.in(State.HALF_OPEN);
		this.test.take();
		this.test.advance(LATE);
		assertBegan(State.HALF_OPEN, Reason.WAIT_ELAPSED, HandWallClock.START.plusSeconds(40));
		assertThat(this.test.heard.changes()).extracting(StateChange::at)
			.containsExactly(HandWallClock.START, HandWallClock.START.plusSeconds(30),
					HandWallClock.START.plusSeconds(40));
	}

	@Test
	void aClockForPeopleThatFailsHarmsNothing() {
		this.test.fail(2);
		this.test.advance(LATE);
		this.test.wall.breakDown(new AssertionError());
		assertThat(this.test.state()).isEqualTo(State.HALF_OPEN);
		assertThat(this.test.snapshot().since()).isBefore(Instant.now().minus(Duration.ofMinutes(6)));
	}

	@Test
	void anEventOfTheRulesIsToldWithItsOwnTime() {
		this.test.advance(LATE);
		this.test.fail(2);
		assertBegan(State.OPEN, Reason.CONSECUTIVE_FAILURES, HandWallClock.START.plus(LATE));
	}

	/**
	 * Each reading is later than the one before, as with a clock that is not moved by
	 * hand.
	 */
	@Test
	void aWaitThatEndsBetweenTwoReadingsIsToldAtOnce() {
		AtomicLong readings = new AtomicLong();
		CircuitBreaker breaker = CircuitBreaker.of("payments",
				CircuitBreakerConfig.builder().nanoClock(() -> 10 * readings.getAndIncrement()).build());
		RecordingListener heard = new RecordingListener();
		breaker.addListener(heard);
		breaker.open(Duration.ofNanos(15));
		assertThat(breaker.snapshot().state()).isEqualTo(State.HALF_OPEN);
		assertThat(heard.news()).containsExactly("CLOSED -> OPEN, COMMAND", "OPEN -> HALF_OPEN, WAIT_ELAPSED");
	}

	private void assertBegan(State state, Reason reason, Instant at) {
		Snapshot snapshot = this.test.snapshot();
		assertThat(snapshot.state()).isEqualTo(state);
		assertThat(snapshot.since()).isEqualTo(at);
		assertThat(snapshot.lastChange().reason()).isEqualTo(reason);
		assertThat(snapshot.lastChange().at()).isEqualTo(at);
		assertThat(this.test.heard.changes()).last().isEqualTo(snapshot.lastChange());
	}

}
