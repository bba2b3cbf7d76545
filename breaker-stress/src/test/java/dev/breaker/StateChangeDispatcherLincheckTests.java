package dev.breaker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Promise 3: however many threads change the state, each change is told once, and in its
 * order: each begins where the one before it ended, and the last one ends in the present
 * state.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=StateChangeDispatcherLincheckTests
 * -Dsurefire.failIfNoSpecifiedTests=false}, longer with {@code -Pstress}.
 */
class StateChangeDispatcherLincheckTests {

	@Test
	void modelChecking() {
		Linearizable.modelCheck(News.class);
	}

	@Test
	void stress() {
		Linearizable.stress(News.class);
	}

	public static class News {

		private final CircuitBreaker breaker = CircuitBreaker.of("news",
				CircuitBreakerConfig.builder().consecutiveFailureThreshold(1).nanoClock(() -> 0).build());

		private final List<StateChange> told = new CopyOnWriteArrayList<>();

		public News() {
			this.breaker.addListener(new CircuitBreakerListener() {
				@Override
				public void onStateChange(CircuitBreaker breaker, StateChange change) {
					News.this.told.add(change);
				}
			});
		}

		@Operation
		public void fail() {
			Permit permit = this.breaker.tryAcquire();
			if (permit != null) {
				permit.failure(new IllegalStateException(), 0);
			}
		}

		@Operation
		public void forceOpen() {
			this.breaker.forceOpen();
		}

		@Operation
		public void halfOpen() {
			this.breaker.halfOpen();
		}

		@Operation
		public void close() {
			this.breaker.close();
		}

		@Validate
		public void toldInOrder() {
			State state = State.CLOSED;
			for (StateChange change : this.told) {
				if (change.from() != state) {
					throw new IllegalStateException("Out of order: " + this.told);
				}
				state = change.to();
			}
			if (state != this.breaker.state()) {
				throw new IllegalStateException("The present state was not told: " + this.told);
			}
		}

	}

}
