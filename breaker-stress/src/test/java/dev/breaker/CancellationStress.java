package dev.breaker;

import java.util.concurrent.CompletableFuture;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * Promise 11: an answer and a cancellation at once: who holds the answer finds it
 * recorded.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false -Djcstress.tests=CancellationStress}, longer
 * with {@code -Pstress}.
 */
@JCStressTest
@org.openjdk.jcstress.annotations.Outcome(id = "answered, 1", expect = Expect.ACCEPTABLE, desc = "The answer won")
@org.openjdk.jcstress.annotations.Outcome(id = "cancelled, 0", expect = Expect.ACCEPTABLE,
		desc = "The cancellation won")
@org.openjdk.jcstress.annotations.Outcome(id = "cancelled, 1", expect = Expect.ACCEPTABLE_INTERESTING,
		desc = "Recorded, and cancelled before it was handed out")
@org.openjdk.jcstress.annotations.Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "Handed out, and not recorded")
@org.openjdk.jcstress.annotations.State
public class CancellationStress {

	private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("cancellation");

	private final CompletableFuture<String> source = new CompletableFuture<>();

	private final CompletableFuture<String> guarded = this.breaker.callAsync(() -> this.source).toCompletableFuture();

	@Actor
	public void answer() {
		this.source.complete("answer");
	}

	@Actor
	public void cancel() {
		this.guarded.cancel(true);
	}

	@Arbiter
	public void rest(LL_Result result) {
		result.r1 = this.guarded.isCancelled() ? "cancelled" : "answered";
		result.r2 = this.breaker.snapshot().successfulCallsTotal();
	}

}
