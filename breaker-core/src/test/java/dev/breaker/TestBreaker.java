package dev.breaker;

import java.time.Duration;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A breaker in a test's hands: its clocks, what it says, and verbs for what happens to
 * it. Each verb checks that the caller gets what the work gave.
 */
final class TestBreaker {

	final HandClock clock;

	final HandWallClock wall = new HandWallClock();

	final RecordingListener heard = new RecordingListener();

	final CircuitBreaker breaker;

	private TestBreaker(HandClock clock, UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		this.clock = clock;
		this.breaker = CircuitBreaker.of("payments", settings.apply(builder()).build());
		this.breaker.addListener(this.heard);
	}

	static TestBreaker with(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return new TestBreaker(new HandClock(), settings);
	}

	static TestBreaker with(HandClock clock, UnaryOperator<CircuitBreakerConfig.Builder> settings) {
		return new TestBreaker(clock, settings);
	}

	/**
	 * Opens after three failures in a row, waits ten seconds, closes after one success.
	 */
	static TestBreaker simple() {
		return with((config) -> config.consecutiveFailureThreshold(3).waitDurationInOpenState(Duration.ofSeconds(10)));
	}

	/** A builder on this breaker's clocks. */
	CircuitBreakerConfig.Builder builder() {
		return CircuitBreakerConfig.builder().nanoClock(this.clock).clock(this.wall);
	}

	/** Brings the breaker there by an operator's command. */
	TestBreaker in(State state) {
		switch (state) {
			case CLOSED -> this.breaker.close();
			case OPEN -> this.breaker.open();
			case HALF_OPEN -> this.breaker.halfOpen();
			case FORCED_OPEN -> this.breaker.forceOpen();
			case DISABLED -> this.breaker.disable();
			case METRICS_ONLY -> this.breaker.metricsOnly();
		}
		assertThat(state()).isEqualTo(state);
		return this;
	}

	void succeed() {
		succeedTaking(Duration.ZERO);
	}

	void succeed(int times) {
		for (int i = 0; i < times; i++) {
			succeed();
		}
	}

	void succeedTaking(Duration duration) {
		returning("done", duration);
	}

	void returning(Object result) {
		returning(result, Duration.ZERO);
	}

	private void returning(Object result, Duration duration) {
		Object answer = this.breaker.call(() -> {
			this.clock.advance(duration);
			return result;
		});
		assertThat(answer).isSameAs(result);
	}

	void fail() {
		throwing(new IllegalStateException("down"));
	}

	void fail(int times) {
		for (int i = 0; i < times; i++) {
			fail();
		}
	}

	void failTaking(Duration duration) {
		throwing(new IllegalStateException("down"), duration);
	}

	void throwing(Throwable thrown) {
		throwing(thrown, Duration.ZERO);
	}

	private void throwing(Throwable thrown, Duration duration) {
		Throwable caught = catchThrowable(() -> this.breaker.call(() -> {
			this.clock.advance(duration);
			throw thrown;
		}));
		assertThat(caught).as("what the caller gets").isSameAs(thrown);
	}

	/** Takes a permit that must be there. */
	Permit take() {
		Permit permit = this.breaker.tryAcquire();
		assertThat(permit).as("permit in " + state()).isNotNull();
		return permit;
	}

	/** Makes a call that must be refused. */
	CallNotPermittedException refused() {
		Throwable caught = catchThrowable(() -> this.breaker.run(() -> {
			throw new AssertionError("the work ran");
		}));
		assertThat(caught).isInstanceOf(CallNotPermittedException.class);
		return (CallNotPermittedException) caught;
	}

	/** Whether a call would pass now. It is not made, but a refusal is counted. */
	boolean admits() {
		Permit permit = this.breaker.tryAcquire();
		if (permit != null) {
			permit.release();
		}
		return permit != null;
	}

	/** Time passes, on both clocks. */
	void advance(Duration duration) {
		this.clock.advance(duration);
		this.wall.advance(duration);
	}

	State state() {
		return this.breaker.state();
	}

	Snapshot snapshot() {
		return this.breaker.snapshot();
	}

}
