package dev.breaker;

import java.time.Duration;
import java.util.List;

/**
 * What the probes must come to, judged by trying every way in which they could still end.
 * For comparison.
 *
 * @param permitted how many probes there are
 * @param failurePercent the failure rate that opens, or {@code null}
 * @param slowPercent the slow-call rate that opens, or {@code null}
 * @param oneFailureOpens whether failures in a row are judged
 * @param successes how many successes close, or {@code null}
 */
record HalfOpenRules(int permitted, Double failurePercent, Double slowPercent, boolean oneFailureOpens,
		Integer successes) {

	/** How a probe ends. */
	enum Probe {

		SUCCESS(false, false), FAILURE(true, false), SLOW_SUCCESS(false, true), SLOW_FAILURE(true, true);

		final boolean failed;

		final boolean slow;

		Probe(boolean failed, boolean slow) {
			this.failed = failed;
			this.slow = slow;
		}

	}

	/** The state after these probes have come back. */
	State after(List<Probe> probes) {
		return (this.successes != null) ? byNumber(probes) : certainly(tally(probes));
	}

	private State byNumber(List<Probe> probes) {
		int succeeded = 0;
		int slow = 0;
		for (int i = 0; i < probes.size(); i++) {
			slow += probes.get(i).slow ? 1 : 0;
			succeeded += probes.get(i).failed ? 0 : 1;
			if (succeeded == this.successes) {
				boolean dragging = this.slowPercent != null && 100.0 * slow / (i + 1) >= this.slowPercent;
				return dragging ? State.OPEN : State.CLOSED;
			}
			int left = this.permitted - (i + 1);
			if (succeeded + left < this.successes) {
				return State.OPEN;
			}
		}
		return State.HALF_OPEN;
	}

	private static int[] tally(List<Probe> probes) {
		int[] tally = new int[3];
		for (Probe probe : probes) {
			add(tally, probe, 1);
		}
		return tally;
	}

	private static void add(int[] tally, Probe probe, int number) {
		tally[0] += number;
		tally[1] += probe.failed ? number : 0;
		tally[2] += probe.slow ? number : 0;
	}

	/** Open, or closed, where every way to go on leads there. */
	private State certainly(int[] tally) {
		if (tally[0] == this.permitted) {
			return verdict(tally[1], tally[2]);
		}
		State common = null;
		for (Probe next : Probe.values()) {
			add(tally, next, 1);
			State there = certainly(tally);
			add(tally, next, -1);
			if (there == State.HALF_OPEN || (common != null && common != there)) {
				return State.HALF_OPEN;
			}
			common = there;
		}
		return common;
	}

	private State verdict(int failed, int slow) {
		boolean anyRate = this.failurePercent != null || this.slowPercent != null;
		if (failed > 0 && (this.oneFailureOpens || !anyRate)) {
			return State.OPEN;
		}
		if (this.failurePercent != null && 100.0 * failed / this.permitted >= this.failurePercent) {
			return State.OPEN;
		}
		if (this.slowPercent != null && 100.0 * slow / this.permitted >= this.slowPercent) {
			return State.OPEN;
		}
		return State.CLOSED;
	}

	CircuitBreakerConfig.Builder apply(CircuitBreakerConfig.Builder config, long slowNanos) {
		config.permittedNumberOfCallsInHalfOpenState(this.permitted);
		if (this.failurePercent != null) {
			config.failureRateThreshold(this.failurePercent);
		}
		else {
			config.withoutFailureRateThreshold();
		}
		if (this.slowPercent != null) {
			config.slowCallDurationThreshold(Duration.ofNanos(slowNanos)).slowCallRateThreshold(this.slowPercent);
		}
		if (this.oneFailureOpens) {
			config.consecutiveFailureThreshold(5);
		}
		if (this.successes != null) {
			config.successThresholdInHalfOpenState(this.successes);
		}
		return config;
	}

}
