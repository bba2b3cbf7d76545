package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Promise 1: of two that want the one place among the probes, one gets it.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=ProbeLimitStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = { "1, 0", "0, 1" }, expect = Expect.ACCEPTABLE, desc = "One probe")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Two probes, or none")
@org.openjdk.jcstress.annotations.State
public class ProbeLimitStress {

	private final CircuitBreaker breaker = CircuitBreaker.of("probes",
			CircuitBreakerConfig.builder()
				.initialState(State.HALF_OPEN)
				.permittedNumberOfCallsInHalfOpenState(1)
				.build());

	@Actor
	public void one(II_Result result) {
		result.r1 = (this.breaker.tryAcquire() != null) ? 1 : 0;
	}

	@Actor
	public void other(II_Result result) {
		result.r2 = (this.breaker.tryAcquire() != null) ? 1 : 0;
	}

}
