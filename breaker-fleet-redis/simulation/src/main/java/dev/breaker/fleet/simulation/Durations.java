package dev.breaker.fleet.simulation;

import java.util.Arrays;
import java.util.Locale;

/**
 * Durations that were measured, in nanoseconds.
 */
final class Durations {

	private long[] nanos = new long[64];

	private int size;

	void add(long duration) {
		if (this.size == this.nanos.length) {
			this.nanos = Arrays.copyOf(this.nanos, 2 * this.size);
		}
		this.nanos[this.size++] = duration;
	}

	/** The smallest duration that so many percent do not exceed. */
	long percentile(double percent) {
		if (this.size == 0) {
			throw new IllegalStateException("Nothing was measured");
		}
		long[] sorted = Arrays.copyOf(this.nanos, this.size);
		Arrays.sort(sorted);
		return sorted[Math.max(0, (int) Math.ceil(percent / 100 * this.size) - 1)];
	}

	/** Such as "p50 3.1 ms, p99 12.0 ms, longest 14.2 ms of 100". */
	String inMillis() {
		return String.format(Locale.ROOT, "p50 %.1f ms, p99 %.1f ms, longest %.1f ms of %d", percentile(50) / 1e6,
				percentile(99) / 1e6, percentile(100) / 1e6, this.size);
	}

}
