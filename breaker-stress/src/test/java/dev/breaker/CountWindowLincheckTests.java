package dev.breaker;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Promise 6: a count window holds what some order of the calls would have left in it, and
 * trips at the same call.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=CountWindowLincheckTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class CountWindowLincheckTests {

	@Test
	void modelChecking() {
		Linearizable.modelCheck(Window.class);
	}

	@Test
	void stress() {
		Linearizable.stress(Window.class);
	}

	public static class Window {

		private final Rules rules = CircuitBreakerConfig.builder()
			.slidingWindowSize(3)
			.minimumNumberOfCalls(3)
			.failureRateThreshold(60)
			.build().rules;

		private final SlidingWindow window = SlidingWindow.of(this.rules.config, 0);

		@Operation
		public @Nullable String succeed() {
			return told(this.window.record(false, false, 0, this.rules));
		}

		@Operation
		public @Nullable String succeedSlowly() {
			return told(this.window.record(false, true, 0, this.rules));
		}

		@Operation
		public @Nullable String fail() {
			return told(this.window.record(true, false, 0, this.rules));
		}

		@Operation
		public String figures() {
			return this.window.counts(0, this.rules).toString();
		}

		/** A success that meets a trip need not hear of it: others have. */
		private static @Nullable String told(@Nullable Decision trip) {
			return (trip != null) ? trip.toString() : null;
		}

	}

}
