package dev.breaker;

import java.io.IOException;
import java.time.Duration;

import dev.breaker.reactor.CircuitBreakerOperator;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Promise 11: a flux that gives an element and ends, while its subscriber cancels it,
 * counts once or, where it was cancelled before its element, not at all: both where its
 * state is that of all calls of its period, and where it has its own.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=FluxEndsStress}, longer with
 * {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "[01], 0, [01], 0", expect = Expect.ACCEPTABLE,
		desc = "Each as its end, or as its cancellation")
@org.openjdk.jcstress.annotations.Outcome(id = "[01], 0, 0, 1", expect = Expect.ACCEPTABLE,
		desc = "The one that errs did so first")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Counted twice")
@org.openjdk.jcstress.annotations.State
public class FluxEndsStress {

	private final CircuitBreaker completing = CircuitBreaker.ofDefaults("completing");

	private final CircuitBreaker erring = CircuitBreaker.of("erring",
			CircuitBreakerConfig.builder().slowCallDurationThreshold(Duration.ofHours(1)).build());

	private final Source ofPeriod = new Source(this.completing);

	private final Source own = new Source(this.erring);

	@Actor
	public void source() {
		this.ofPeriod.guarded.onNext("element");
		this.ofPeriod.guarded.onComplete();
		this.own.guarded.onNext("element");
		this.own.guarded.onError(new IOException());
	}

	@Actor
	public void subscriber() {
		this.ofPeriod.subscription.cancel();
		this.own.subscription.cancel();
	}

	@Arbiter
	public void counted(IIII_Result result) {
		result.r1 = (int) this.completing.snapshot().successfulCallsTotal();
		result.r2 = (int) this.completing.snapshot().failedCallsTotal();
		result.r3 = (int) this.erring.snapshot().successfulCallsTotal();
		result.r4 = (int) this.erring.snapshot().failedCallsTotal();
	}

	/** A source that is subscribed, and its subscriber. */
	private static final class Source extends Flux<String> implements CoreSubscriber<String> {

		CoreSubscriber<? super String> guarded = this;

		Subscription subscription = Operators.emptySubscription();

		Source(CircuitBreaker breaker) {
			CircuitBreakerOperator.<String>of(breaker).apply(this).subscribe(this);
		}

		@Override
		public void subscribe(CoreSubscriber<? super String> actual) {
			this.guarded = actual;
			actual.onSubscribe(Operators.emptySubscription());
		}

		@Override
		public void onSubscribe(Subscription given) {
			this.subscription = given;
		}

		@Override
		public void onNext(String element) {
		}

		@Override
		public void onError(Throwable thrown) {
		}

		@Override
		public void onComplete() {
		}

	}

}
