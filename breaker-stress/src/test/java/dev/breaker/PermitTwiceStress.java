package dev.breaker;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Promise 1: a permit that two threads give back counts once, as one of them said.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=PermitTwiceStress}, longer
 * with {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = { "1, 0", "0, 1" }, expect = Expect.ACCEPTABLE, desc = "Counted once")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Counted twice, or not at all")
@org.openjdk.jcstress.annotations.State
public class PermitTwiceStress {

	private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("twice");

	private final Permit permit = this.breaker.acquire();

	@Actor
	public void one() {
		this.permit.success(null, 0);
	}

	@Actor
	public void other() {
		this.permit.failure(new IllegalStateException(), 0);
	}

	@Arbiter
	public void counted(II_Result result) {
		Snapshot snapshot = this.breaker.snapshot();
		result.r1 = snapshot.bufferedCalls() - snapshot.failedCalls();
		result.r2 = snapshot.failedCalls();
	}

}
