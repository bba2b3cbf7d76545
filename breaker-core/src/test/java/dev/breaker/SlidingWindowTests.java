package dev.breaker;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the windows have in common.
 */
class SlidingWindowTests {

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void whoComesAfterATripSeesTheSameTripAndTheSameFigures(SlidingWindowType type) {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.slidingWindowType(type)
			.consecutiveFailureThreshold(2)
			.build();
		SlidingWindow window = SlidingWindow.of(config, 0);
		assertThat(window.record(false, false, 0, config.rules)).isNull();
		assertThat(window.record(true, false, 0, config.rules)).isNull();
		assertThat(window.decision()).isNull();
		Decision trip = window.record(true, false, 0, config.rules);
		assertThat(trip.reason).isEqualTo(Reason.CONSECUTIVE_FAILURES);
		assertThat(trip.counts).isEqualTo(new WindowCounts(3, 2, 0, 2, 0));

		assertThat(window.record(true, false, 0, config.rules)).isSameAs(trip);
		window.record(false, false, 0, config.rules);
		assertThat(window.record(true, true, 0, config.rules)).isSameAs(trip);
		assertThat(window.decision()).isSameAs(trip);
		assertThat(window.counts(0, config.rules)).isEqualTo(trip.counts);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aDecisionSaysWhatLedToIt(SlidingWindowType type) {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.slidingWindowType(type)
			.consecutiveFailureThreshold(1)
			.build();
		Decision trip = SlidingWindow.of(config, 0).record(true, false, 0, config.rules);
		assertThat(trip).hasToString("CONSECUTIVE_FAILURES " + trip.counts);
		assertThat(Decision.ofTime(Reason.WAIT_ELAPSED, 0)).hasToString("WAIT_ELAPSED");
	}

}
