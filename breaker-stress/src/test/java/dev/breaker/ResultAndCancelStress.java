package dev.breaker;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Promise 11: a call that gives a result and ends, while its subscriber cancels it,
 * counts once or, where it was cancelled before its result, not at all: both where its
 * state is that of all calls of its period, and where it has its own.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=ResultAndCancelStress}, longer
 * with {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both gave their results")
@org.openjdk.jcstress.annotations.Outcome(id = { "0, 0", "0, 1", "1, 0" }, expect = Expect.ACCEPTABLE,
		desc = "Cancelled before its result")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Counted twice")
@org.openjdk.jcstress.annotations.State
public class ResultAndCancelStress {

	private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("shared");

	private final CircuitBreaker timed = CircuitBreaker.of("timed",
			CircuitBreakerConfig.builder().slowCallDurationThreshold(Duration.ofHours(1)).build());

	private final Call ofPeriod = new Call(this.breaker);

	private final Call own = new Call(this.timed);

	@Actor
	public void source() {
		this.ofPeriod.giveAndEnd();
		this.own.giveAndEnd();
	}

	@Actor
	public void subscriber() {
		this.ofPeriod.cancel();
		this.own.cancel();
	}

	@Arbiter
	public void counted(II_Result result) {
		result.r1 = (int) this.breaker.snapshot().successfulCallsTotal();
		result.r2 = (int) this.timed.snapshot().successfulCallsTotal();
	}

	private static final class Call extends GuardedCall {

		Call(CircuitBreaker breaker) {
			super(breaker, false);
		}

		void giveAndEnd() {
			returned("result");
		}

		void cancel() {
			cancelled();
		}

	}

}
