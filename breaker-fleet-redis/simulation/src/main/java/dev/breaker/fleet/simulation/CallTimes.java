package dev.breaker.fleet.simulation;

import java.util.Arrays;
import java.util.Locale;

import dev.breaker.CircuitBreaker;

/**
 * How long guarded calls of nothing take, to the nanosecond, up to a hundred
 * microseconds. It takes the same memory for any number of them.
 */
final class CallTimes {

	private static final int CALLS = 1000;

	private static final int LONGEST = 100_000;

	private final long[] counts = new long[LONGEST + 1];

	/** Makes calls, one after the other. */
	void measure(CircuitBreaker breaker) {
		for (int call = 0; call < CALLS; call++) {
			long begin = System.nanoTime();
			breaker.call(() -> this);
			long nanos = System.nanoTime() - begin;
			this.counts[(int) Math.min(nanos, LONGEST)]++;
		}
	}

	void clear() {
		Arrays.fill(this.counts, 0);
	}

	/** The smallest number of nanoseconds that so many percent do not exceed. */
	int percentile(double percent) {
		long left = (long) Math.ceil(Arrays.stream(this.counts).sum() * percent / 100);
		int nanos = 0;
		while (nanos < LONGEST && left > this.counts[nanos]) {
			left -= this.counts[nanos++];
		}
		return nanos;
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT, "p50 %d ns, p99 %d ns, p99.9 %d ns", percentile(50), percentile(99),
				percentile(99.9));
	}

}
