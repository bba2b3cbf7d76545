package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Promise 2: a config that permits one probe and the first of two probes that succeeds,
 * at once: the round is over afterwards.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=ReconfigureStress}, longer
 * with {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "CLOSED", expect = Expect.ACCEPTABLE, desc = "The round ended")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "It never will")
@org.openjdk.jcstress.annotations.State
public class ReconfigureStress {

	private final CircuitBreaker breaker = CircuitBreaker.of("round", config(3));

	private final Permit probe = this.breaker.acquire();

	private static CircuitBreakerConfig config(int permitted) {
		return CircuitBreakerConfig.builder()
			.initialState(State.HALF_OPEN)
			.permittedNumberOfCallsInHalfOpenState(permitted)
			.successThresholdInHalfOpenState(permitted)
			.build();
	}

	@Actor
	public void reconfigure() {
		this.breaker.reconfigure(config(1));
	}

	@Actor
	public void succeed() {
		this.probe.success(null, 0);
	}

	@Arbiter
	public void rest(L_Result result) {
		result.r1 = this.breaker.state();
	}

}
