package dev.breaker;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.LI_Result;

/**
 * A name has one breaker however many ask for it at once, and a listener that comes at
 * that moment hears it once.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=RegistryStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "One breaker, heard once")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Two, or not heard once")
@org.openjdk.jcstress.annotations.State
public class RegistryStress {

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.ofDefaults());

	private final AtomicInteger heard = new AtomicInteger();

	private CircuitBreaker one;

	private CircuitBreaker other;

	@Actor
	public void one() {
		this.one = this.registry.get("name");
	}

	@Actor
	public void listenAndAsk() {
		this.registry.addListener(new CircuitBreakerListener() {
			@Override
			public void onStateChange(CircuitBreaker changed, StateChange change) {
				RegistryStress.this.heard.incrementAndGet();
			}
		});
		this.other = this.registry.get("name");
	}

	@Arbiter
	public void rest(LI_Result result) {
		this.one.forceOpen();
		result.r1 = this.one == this.other;
		result.r2 = this.heard.get();
	}

}
