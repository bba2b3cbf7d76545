package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * Promise 5: a command wins over the failure that opens the breaker and over the probe
 * that closes it.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=CommandWinsStress}, longer
 * with {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "FORCED_OPEN, FORCED_OPEN", expect = Expect.ACCEPTABLE,
		desc = "The command won, at once and for good")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Something else did")
@org.openjdk.jcstress.annotations.State
public class CommandWinsStress {

	private final CircuitBreaker breaker = CircuitBreaker.of("command",
			CircuitBreakerConfig.builder()
				.initialState(State.HALF_OPEN)
				.permittedNumberOfCallsInHalfOpenState(1)
				.build());

	private final Permit probe = this.breaker.acquire();

	@Actor
	public void command(LL_Result result) {
		this.breaker.forceOpen();
		result.r1 = this.breaker.state();
	}

	@Actor
	public void probe() {
		this.probe.success(null, 0);
	}

	@Arbiter
	public void rest(LL_Result result) {
		result.r2 = this.breaker.state();
	}

}
