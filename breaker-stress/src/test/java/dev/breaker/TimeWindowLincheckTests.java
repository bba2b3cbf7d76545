package dev.breaker;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Promise 6: a time window holds what some order of the calls would have left in it, and
 * trips at the same call. Seconds come in any order, as from threads that lost their
 * processor after they read the clock, and leave the window.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=TimeWindowLincheckTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class TimeWindowLincheckTests {

	@Test
	void modelChecking() {
		Linearizable.modelCheck(Window.class);
	}

	@Test
	void stress() {
		Linearizable.stress(Window.class);
	}

	@Param(name = "second", gen = IntGen.class, conf = "0:4")
	public static class Window {

		private final Rules rules = CircuitBreakerConfig.builder()
			.slidingWindowType(SlidingWindowType.TIME_BASED)
			.slidingWindowSize(3)
			.minimumNumberOfCalls(3)
			.failureRateThreshold(60)
			.consecutiveFailureThreshold(3)
			.build().rules;

		private final SlidingWindow window = SlidingWindow.of(this.rules.config, 0);

		@Operation
		public void succeed(@Param(name = "second") int second) {
			this.window.record(false, false, nanos(second), this.rules);
		}

		@Operation
		public @Nullable String succeedSlowly(@Param(name = "second") int second) {
			return told(this.window.record(false, true, nanos(second), this.rules));
		}

		@Operation
		public @Nullable String fail(@Param(name = "second") int second) {
			return told(this.window.record(true, false, nanos(second), this.rules));
		}

		@Operation
		public String figures(@Param(name = "second") int second) {
			return this.window.counts(nanos(second), this.rules).toString();
		}

		private static long nanos(int second) {
			return second * 1_000_000_000L;
		}

		private static @Nullable String told(@Nullable Decision trip) {
			return (trip != null) ? trip.toString() : null;
		}

	}

}
