package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.LI_Result;

/**
 * Promise 4: a failure of the period that a reset ends never counts in the next one.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=OwnPeriodStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "CLOSED, 0", expect = Expect.ACCEPTABLE,
		desc = "It was of the old period, or late")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "It counted in the new one")
@org.openjdk.jcstress.annotations.State
public class OwnPeriodStress {

	private final CircuitBreaker breaker = CircuitBreaker.of("period",
			CircuitBreakerConfig.builder().consecutiveFailureThreshold(2).build());

	private final Permit permit = this.breaker.acquire();

	@Actor
	public void reset() {
		this.breaker.reset();
	}

	@Actor
	public void fail() {
		this.permit.failure(new IllegalStateException(), 0);
	}

	@Arbiter
	public void rest(LI_Result result) {
		Snapshot snapshot = this.breaker.snapshot();
		result.r1 = snapshot.state();
		result.r2 = snapshot.bufferedCalls();
	}

}
