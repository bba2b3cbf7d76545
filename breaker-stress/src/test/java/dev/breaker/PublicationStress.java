package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A breaker that reaches another thread by a data race is whole there: its state, config
 * and listeners are never seen unset.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=PublicationStress}, longer
 * with {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "null", expect = Expect.ACCEPTABLE, desc = "Not there yet")
@org.openjdk.jcstress.annotations.Outcome(id = "CLOSED", expect = Expect.ACCEPTABLE, desc = "Whole")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Half made")
@org.openjdk.jcstress.annotations.State
public class PublicationStress {

	private CircuitBreaker breaker;

	@Actor
	public void publish() {
		this.breaker = CircuitBreaker.ofDefaults("published");
	}

	@Actor
	public void use(L_Result result) {
		CircuitBreaker seen = this.breaker;
		try {
			result.r1 = (seen != null) ? seen.snapshot().state() : null;
		}
		catch (NullPointerException ex) {
			result.r1 = ex;
		}
	}

}
