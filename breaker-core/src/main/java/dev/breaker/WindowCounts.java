package dev.breaker;

/**
 * What a window, or a round of probes, holds at one moment.
 */
record WindowCounts(int calls, int failed, int slow, int consecutiveFailures, int callsUntilEvaluated) {

	float failureRate() {
		return percent(this.failed, this.calls);
	}

	float slowCallRate() {
		return percent(this.slow, this.calls);
	}

	/** NaN of nothing, which reaches no threshold. */
	static float percent(long part, long whole) {
		return (float) (100.0 * part / whole);
	}

}
