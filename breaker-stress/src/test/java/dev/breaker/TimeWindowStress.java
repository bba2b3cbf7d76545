package dev.breaker;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Promise 6: of two calls that end at once, a time window holds both, and the one that
 * was slow and failed as such.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=TimeWindowStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "2, 1, 1", expect = Expect.ACCEPTABLE, desc = "Both")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "One is lost, or counted twice")
@org.openjdk.jcstress.annotations.State
public class TimeWindowStress {

	private final CircuitBreaker breaker = CircuitBreaker.of("window",
			CircuitBreakerConfig.builder()
				.slidingWindowType(SlidingWindowType.TIME_BASED)
				.slidingWindowSize(10)
				.minimumNumberOfCalls(10)
				.slowCallDurationThreshold(Duration.ofSeconds(1))
				.nanoClock(() -> 0)
				.build());

	@Actor
	public void success() {
		this.breaker.acquire().success(null, 0);
	}

	@Actor
	public void slowFailure() {
		this.breaker.acquire().failure(new IllegalStateException(), 2_000_000_000);
	}

	@Arbiter
	public void counted(III_Result result) {
		Snapshot snapshot = this.breaker.snapshot();
		result.r1 = snapshot.bufferedCalls();
		result.r2 = snapshot.failedCalls();
		result.r3 = snapshot.slowCalls();
	}

}
