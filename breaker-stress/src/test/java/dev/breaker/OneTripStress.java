package dev.breaker;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Promise 3: two failures, each of which would open the breaker, open it once: one
 * opening, one event.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=OneTripStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "One trip")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN,
		desc = "Another number of openings or events")
@org.openjdk.jcstress.annotations.State
public class OneTripStress {

	private final CircuitBreaker breaker = CircuitBreaker.of("trip",
			CircuitBreakerConfig.builder().consecutiveFailureThreshold(1).build());

	private final AtomicInteger events = new AtomicInteger();

	private final Permit onePermit;

	private final Permit otherPermit;

	public OneTripStress() {
		this.breaker.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				OneTripStress.this.events.incrementAndGet();
			}
		});
		this.onePermit = this.breaker.acquire();
		this.otherPermit = this.breaker.acquire();
	}

	@Actor
	public void one() {
		this.onePermit.failure(new IllegalStateException(), 0);
	}

	@Actor
	public void other() {
		this.otherPermit.failure(new IllegalStateException(), 0);
	}

	@Arbiter
	public void counted(II_Result result) {
		result.r1 = this.breaker.snapshot().openings();
		result.r2 = this.events.get();
	}

}
