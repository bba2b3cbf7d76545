package dev.breaker.benchmarks;

import com.alibaba.csp.sentinel.node.ClusterNode;
import com.alibaba.csp.sentinel.slots.clusterbuilder.ClusterBuilderSlot;
import dev.breaker.CircuitBreaker;
import dev.breaker.Snapshot;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import org.jspecify.annotations.Nullable;

/**
 * What a guard itself says of the calls that it saw. Each benchmark asks for it at its
 * end, and fails where it is not what the benchmark's name says: such a figure would be
 * one of something else. An open guard waits for an hour here, so one that is closed at
 * the end was never open.
 *
 * @param guard whose it is
 * @param state its state
 * @param succeeded successful calls: since the start, or in the window, as the library
 * counts; {@link #UNTOLD} where it does not
 * @param failed failed calls, likewise
 * @param refused refused calls, likewise
 */
record Tally(String guard, String state, long succeeded, long failed, long refused) {

	static final long UNTOLD = -1;

	private static final String CLOSED = "CLOSED";

	private static final String OPEN = "OPEN";

	/** Totals since the start. */
	static Tally of(CircuitBreaker breaker) {
		Snapshot snapshot = breaker.snapshot();
		return new Tally(breaker.name(), snapshot.state().name(), snapshot.successfulCallsTotal(),
				snapshot.failedCallsTotal(), snapshot.notPermittedCallsTotal());
	}

	/** The calls in the window; refusals since it opened. */
	static Tally of(io.github.resilience4j.circuitbreaker.CircuitBreaker breaker) {
		io.github.resilience4j.circuitbreaker.CircuitBreaker.Metrics metrics = breaker.getMetrics();
		return new Tally(breaker.getName(), breaker.getState().name(), metrics.getNumberOfSuccessfulCalls(),
				metrics.getNumberOfFailedCalls(), metrics.getNumberOfNotPermittedCalls());
	}

	/** The calls in the window. */
	static Tally of(dev.failsafe.CircuitBreaker<?> breaker) {
		return new Tally("Failsafe", breaker.getState().name(), breaker.getSuccessCount(), breaker.getFailureCount(),
				UNTOLD);
	}

	/** The state alone. */
	static Tally ofSmallRye(String name) {
		return new Tally(name, CircuitBreakerMaintenance.get().currentState(name).name(), UNTOLD, UNTOLD, UNTOLD);
	}

	/** The calls of the last minute. Its state cannot be asked for. */
	static Tally of(SentinelGuard guard) {
		@Nullable ClusterNode node = ClusterBuilderSlot.getClusterNode(guard.resource());
		if (node == null) {
			return new Tally(guard.resource(), CLOSED, 0, 0, 0);
		}
		long failed = node.totalException();
		return new Tally(guard.resource(), guard.isOpen() ? OPEN : CLOSED, node.totalSuccess() - failed, failed,
				node.blockRequest());
	}

	/** What was added to an earlier one. */
	Tally since(Tally before) {
		return new Tally(this.guard, this.state, this.succeeded - before.succeeded, this.failed - before.failed,
				this.refused - before.refused);
	}

	void onlySucceeded() {
		expect(this.state.equals(CLOSED) && some(this.succeeded) && none(this.failed) && none(this.refused),
				"closed, with successes and nothing else");
	}

	/**
	 * Some of its calls have failed, all were admitted.
	 * @param percent how many of 100, but for one call of each thread
	 * @param threads how many threads called
	 */
	void someFailed(int percent, int threads) {
		long calls = this.succeeded + this.failed;
		boolean asManyAsSaid = this.failed == UNTOLD
				|| Math.abs(this.failed * 100.0 - calls * (double) percent) <= 100.0 * threads;
		// Threads that fail at the same time leave few or none in a small window.
		expect(this.state.equals(CLOSED) && some(this.succeeded) && (some(this.failed) || threads > 1) && asManyAsSaid
				&& none(this.refused), "closed, with " + percent + " % failures and no refusal");
	}

	/**
	 * Some of its calls have failed, all were admitted. Of Sentinel, which loses counts
	 * where its clock is late.
	 */
	void someFailed() {
		expect(this.state.equals(CLOSED) && some(this.succeeded) && some(this.failed) && none(this.refused),
				"closed, with failures and no refusal");
	}

	void onlyRefused() {
		onlyRefused(OPEN);
	}

	void onlyRefused(String state) {
		expect(this.state.equals(state) && none(this.succeeded) && none(this.failed) && some(this.refused),
				state + ", with refusals and nothing else");
	}

	private static boolean some(long count) {
		return count == UNTOLD || count > 0;
	}

	private static boolean none(long count) {
		return count == UNTOLD || count == 0;
	}

	private void expect(boolean asExpected, String expected) {
		Checks.that(asExpected, () -> "expected to be " + expected + ": " + this);
	}

}
