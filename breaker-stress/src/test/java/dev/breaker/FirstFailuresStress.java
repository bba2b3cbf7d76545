package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Promise 6: the first failures of a breaker, at once, are all among those that explain
 * its state.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=FirstFailuresStress}, longer
 * with {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "Both are there")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "One is lost")
@org.openjdk.jcstress.annotations.State
public class FirstFailuresStress {

	private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("first");

	private final Permit one = this.breaker.acquire();

	private final Permit other = this.breaker.acquire();

	@Actor
	public void one() {
		this.one.failure(new IllegalStateException(), 0);
	}

	@Actor
	public void other() {
		this.other.failure(new IllegalArgumentException(), 0);
	}

	@Arbiter
	public void kept(II_Result result) {
		Explanation explanation = this.breaker.explain();
		result.r1 = explanation.failureCounts().size();
		result.r2 = explanation.lastFailures().size();
	}

}
