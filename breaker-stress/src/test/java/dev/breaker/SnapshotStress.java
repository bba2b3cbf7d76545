package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.LIL_Result;

/**
 * Promise 7: a snapshot shows the breaker before the failure that opens it, or after:
 * never closed with the failure, nor open without it or without its wait.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=SnapshotStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "CLOSED, 0, false", expect = Expect.ACCEPTABLE, desc = "Before")
@org.openjdk.jcstress.annotations.Outcome(id = "OPEN, 1, true", expect = Expect.ACCEPTABLE, desc = "After")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Torn")
@org.openjdk.jcstress.annotations.State
public class SnapshotStress {

	private final CircuitBreaker breaker = CircuitBreaker.of("snapshot",
			CircuitBreakerConfig.builder().consecutiveFailureThreshold(1).nanoClock(() -> 0).build());

	private final Permit permit = this.breaker.acquire();

	@Actor
	public void fail() {
		this.permit.failure(new IllegalStateException(), 0);
	}

	@Actor
	public void look(LIL_Result result) {
		Snapshot snapshot = this.breaker.snapshot();
		result.r1 = snapshot.state();
		result.r2 = snapshot.failedCalls();
		result.r3 = !snapshot.retryAfter().isZero();
	}

}
