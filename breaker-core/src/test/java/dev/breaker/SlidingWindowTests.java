package dev.breaker;

import java.time.Duration;

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

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void hungCallsAfterATripSeeTheSameTripAndTheSameFigures(SlidingWindowType type) {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.slidingWindowType(type)
			.consecutiveFailureThreshold(1)
			.build();
		SlidingWindow window = SlidingWindow.of(config, 0);
		Decision trip = window.record(true, false, 0, config.rules);
		assertThat(trip.counts).isEqualTo(new WindowCounts(1, 1, 0, 1, 0));
		assertThat(window.recordHung(0, config.rules)).isSameAs(trip);
		assertThat(window.recordHung(0, null)).isSameAs(trip);
		assertThat(window.recordEndOfHung(true, 0, config.rules)).isSameAs(trip);
		assertThat(window.recordEndOfHung(false, 0, config.rules)).isSameAs(trip);
		assertThat(window.decision()).isSameAs(trip);
		assertThat(window.counts(0, config.rules)).isEqualTo(new WindowCounts(1, 1, 0, 1, 0));
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aHungCallTripsAtTheMomentFromWhichItIsSlow(SlidingWindowType type) {
		CircuitBreakerConfig config = slowCallsAtHalf(type);
		SlidingWindow window = SlidingWindow.of(config, 0);
		assertThat(window.recordHung(5, config.rules)).isNull();
		Decision trip = window.recordHung(7, config.rules);
		assertThat(trip.reason).isEqualTo(Reason.SLOW_CALL_RATE);
		assertThat(trip.counts).isEqualTo(new WindowCounts(2, 0, 2, 0, 0));
		assertThat(trip.time(100)).isEqualTo(7);
		assertThat(trip.by).isNull();
		assertThat(trip.told).isFalse();
		assertThat(window.decision()).isSameAs(trip);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void whereNothingJudgesHungCallsAndTheirEndsCountAlone(SlidingWindowType type) {
		CircuitBreakerConfig config = slowCallsAtHalf(type);
		SlidingWindow window = SlidingWindow.of(config, 0);
		for (int i = 0; i < 3; i++) {
			assertThat(window.recordHung(0, null)).isNull();
		}
		for (int i = 0; i < 3; i++) {
			assertThat(window.recordEndOfHung(true, 0, null)).isNull();
		}
		assertThat(window.decision()).isNull();
		assertThat(window.counts(0, config.rules)).isEqualTo(new WindowCounts(3, 3, 3, 3, 0));
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void theFailedEndOfAHungCallTrips(SlidingWindowType type) {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.slidingWindowType(type)
			.consecutiveFailureThreshold(2)
			.build();
		SlidingWindow window = SlidingWindow.of(config, 0);
		assertThat(window.recordHung(0, config.rules)).isNull();
		assertThat(window.record(true, false, 1, config.rules)).isNull();
		Decision trip = window.recordEndOfHung(true, 2, config.rules);
		assertThat(trip.reason).isEqualTo(Reason.CONSECUTIVE_FAILURES);
		assertThat(trip.counts).isEqualTo(new WindowCounts(2, 2, 1, 2, 0));
		assertThat(trip.by).isSameAs(Thread.currentThread());
		assertThat(trip.time(100)).isEqualTo(100);
		assertThat(window.decision()).isSameAs(trip);
	}

	@ParameterizedTest
	@EnumSource(SlidingWindowType.class)
	void aSuccessBeforeTheFailedEndOfAHungCallEndsTheRow(SlidingWindowType type) {
		CircuitBreakerConfig config = CircuitBreakerConfig.builder()
			.slidingWindowType(type)
			.consecutiveFailureThreshold(2)
			.build();
		SlidingWindow window = SlidingWindow.of(config, 0);
		window.recordHung(0, config.rules);
		window.record(true, false, 0, config.rules);
		window.record(false, false, 0, config.rules);
		assertThat(window.recordEndOfHung(true, 0, config.rules)).isNull();
		assertThat(window.counts(0, config.rules))
			.extracting(WindowCounts::calls, WindowCounts::failed, WindowCounts::consecutiveFailures)
			.containsExactly(3, 2, 1);
	}

	private static CircuitBreakerConfig slowCallsAtHalf(SlidingWindowType type) {
		return CircuitBreakerConfig.builder()
			.slidingWindowType(type)
			.withoutFailureRateThreshold()
			.slowCallDurationThreshold(Duration.ofSeconds(1))
			.slowCallRateThreshold(50)
			.minimumNumberOfCalls(2)
			.build();
	}

}
