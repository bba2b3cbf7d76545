package dev.breaker;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A listener that comes while another one goes: the one is heard afterwards, the other is
 * not.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=ListenersStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "Both took effect")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "One was lost")
@org.openjdk.jcstress.annotations.State
public class ListenersStress {

	private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("listeners");

	private final Ear coming = new Ear();

	private final Ear going = new Ear();

	public ListenersStress() {
		this.breaker.addListener(this.going);
	}

	@Actor
	public void add() {
		this.breaker.addListener(this.coming);
	}

	@Actor
	public void remove() {
		this.breaker.removeListener(this.going);
	}

	@Arbiter
	public void heard(II_Result result) {
		this.breaker.forceOpen();
		result.r1 = this.coming.heard.get();
		result.r2 = this.going.heard.get();
	}

	static final class Ear implements CircuitBreakerListener {

		private final AtomicInteger heard = new AtomicInteger();

		@Override
		public void onStateChange(CircuitBreaker changed, StateChange change) {
			this.heard.incrementAndGet();
		}

	}

}
