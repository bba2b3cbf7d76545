package dev.breaker;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Promise 5: a command wins over what calls and clocks would do at the same moment.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=CommandWinsAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class CommandWinsAttackTests {

	private static final int INTERLEAVINGS = 10_000;

	private static final Duration WAIT = Duration.ofSeconds(10);

	@Test
	void forceOpenAgainstFailuresThatTrip() {
		attack(CircuitBreaker::forceOpen, State.FORCED_OPEN, (breaker) -> {
		});
	}

	@Test
	void forceOpenAgainstTheEndOfAWait() {
		attack(CircuitBreaker::forceOpen, State.FORCED_OPEN, CircuitBreaker::open);
	}

	@Test
	void forceOpenAgainstProbesThatFinish() {
		attack(CircuitBreaker::forceOpen, State.FORCED_OPEN, CircuitBreaker::halfOpen);
	}

	@Test
	void disableAgainstTheEndOfAHold() {
		attack(CircuitBreaker::disable, State.DISABLED, (breaker) -> breaker.forceOpen(WAIT));
	}

	@Test
	void metricsOnlyAgainstProbesThatFinish() {
		attack(CircuitBreaker::metricsOnly, State.METRICS_ONLY, CircuitBreaker::halfOpen);
	}

	private static void attack(Consumer<CircuitBreaker> command, State commanded, Consumer<CircuitBreaker> before) {
		HandClock clock = new HandClock();
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.consecutiveFailureThreshold(1)
			.permittedNumberOfCallsInHalfOpenState(2)
			.waitDurationInOpenState(WAIT)
			.nanoClock(clock)
			.build();
		for (int i = 0; i < Crowd.scaled(INTERLEAVINGS); i++) {
			CircuitBreaker breaker = CircuitBreaker.of("command", config);
			before.accept(breaker);
			Permit late = breaker.tryAcquire();
			boolean fails = i % 2 == 0;
			Race.run(() -> {
				command.accept(breaker);
				assertThat(breaker.state()).isEqualTo(commanded);
				assertThat(breaker.snapshot().state()).isEqualTo(commanded);
			}, () -> {
				clock.advance(WAIT);
				end(late, fails);
				breaker.state();
			}, () -> {
				end(breaker.tryAcquire(), !fails);
				end(breaker.tryAcquire(), fails);
			});
			clock.advance(WAIT);
			assertThat(breaker.state()).isEqualTo(commanded);
			assertThat(breaker.snapshot().lastChange()).extracting(StateChange::reason).isEqualTo(Reason.COMMAND);
		}
	}

	private static void end(Permit permit, boolean fails) {
		if (permit != null && fails) {
			permit.failure(new IOException(), 0);
		}
		else if (permit != null) {
			permit.success(null, 0);
		}
	}

}
