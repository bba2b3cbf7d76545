package dev.breaker;

import java.time.Duration;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Promise 1: at most the permitted number of probes; places are taken, given back and
 * used up as if one thread after the other had done it. Also while a new config changes
 * how many there are.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=HalfOpenPermitsLincheckTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class HalfOpenPermitsLincheckTests {

	@Test
	void modelChecking() {
		Linearizable.modelCheck(Permits.class);
	}

	@Test
	void stress() {
		Linearizable.stress(Permits.class);
	}

	@Test
	void modelCheckingWhileReconfigured() {
		Linearizable.modelCheck(ReconfiguredPermits.class);
	}

	@Test
	void stressWhileReconfigured() {
		Linearizable.stress(ReconfiguredPermits.class);
	}

	@Param(name = "thread", gen = ThreadIdGen.class)
	public static class Permits {

		final CircuitBreaker breaker = CircuitBreaker.of("probes", config(3, 2));

		private final @Nullable Permit[] permits = new @Nullable Permit[8];

		static CircuitBreakerConfig config(int permitted, int successes) {
			return CircuitBreakerConfig.builder()
				.initialState(State.HALF_OPEN)
				.permittedNumberOfCallsInHalfOpenState(permitted)
				.successThresholdInHalfOpenState(successes)
				.waitDurationInOpenState(Duration.ofHours(1))
				.nanoClock(() -> 0)
				.build();
		}

		@Operation
		public boolean take(@Param(name = "thread") int thread) {
			Permit permit = this.breaker.tryAcquire();
			if (permit != null) {
				this.permits[thread] = permit;
			}
			return permit != null;
		}

		@Operation
		public void succeed(@Param(name = "thread") int thread) {
			Permit permit = this.permits[thread];
			if (permit != null) {
				permit.success(null, 0);
			}
		}

		@Operation
		public void fail(@Param(name = "thread") int thread) {
			Permit permit = this.permits[thread];
			if (permit != null) {
				permit.failure(new IllegalStateException(), 0);
			}
		}

		@Operation
		public void release(@Param(name = "thread") int thread) {
			Permit permit = this.permits[thread];
			if (permit != null) {
				permit.release();
			}
		}

		@Operation
		public String look() {
			Snapshot snapshot = this.breaker.snapshot();
			return snapshot.state() + " " + snapshot.failedCalls() + " of " + snapshot.bufferedCalls() + " failed, "
					+ snapshot.openings() + " openings";
		}

	}

	@Param(name = "thread", gen = ThreadIdGen.class)
	public static class ReconfiguredPermits extends Permits {

		@Operation
		public void permitOne() {
			this.breaker.reconfigure(config(1, 1));
		}

		@Operation
		public void permitTwo() {
			this.breaker.reconfigure(config(2, 2));
		}

	}

}
