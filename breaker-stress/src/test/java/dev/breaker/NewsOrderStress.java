package dev.breaker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * Promise 3: two commands at once are told one after the other, in the order in which
 * they took effect.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=NewsOrderStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "FORCED_OPEN, DISABLED, DISABLED", expect = Expect.ACCEPTABLE,
		desc = "forceOpen first")
@org.openjdk.jcstress.annotations.Outcome(id = "DISABLED, FORCED_OPEN, FORCED_OPEN", expect = Expect.ACCEPTABLE,
		desc = "disable first")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Out of order, or not all told")
@org.openjdk.jcstress.annotations.State
public class NewsOrderStress {

	private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("news");

	private final List<State> told = new CopyOnWriteArrayList<>();

	public NewsOrderStress() {
		this.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				NewsOrderStress.this.told.add(change.to());
			}
		});
	}

	@Actor
	public void forceOpen() {
		this.breaker.forceOpen();
	}

	@Actor
	public void disable() {
		this.breaker.disable();
	}

	@Arbiter
	public void rest(LLL_Result result) {
		result.r1 = this.told.get(0);
		result.r2 = (this.told.size() == 2) ? this.told.get(1) : this.told;
		result.r3 = this.breaker.state();
	}

}
