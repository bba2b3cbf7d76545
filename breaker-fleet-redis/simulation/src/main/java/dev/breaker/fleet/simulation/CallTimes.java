package dev.breaker.fleet.simulation;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongSupplier;

import dev.breaker.CircuitBreaker;

/**
 * How long guarded calls of nothing take. A sample is the mean of {@value #CALLS} calls:
 * the step of a clock can be a third of what one call takes, and would decide in its
 * place. Up to 6.4 microseconds a call, and in the same memory for any number of samples.
 */
final class CallTimes {

	/** How many calls are timed together. */
	static final int CALLS = 64;

	/** So many that the first one, of calls after a pause, does not decide the p99. */
	private static final int SAMPLES = 256;

	/** Of a sample, in nanoseconds. */
	private static final int LONGEST = 409_600;

	private final LongSupplier nanoTime;

	/** Of samples, by their nanoseconds. */
	private final long[] counts = new long[LONGEST + 1];

	CallTimes() {
		this(System::nanoTime);
	}

	CallTimes(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Makes calls of two breakers, one after the other. Their samples alternate, so that
	 * what else the machine does concerns both.
	 */
	static void measure(CircuitBreaker one, CallTimes ofOne, CircuitBreaker other, CallTimes ofOther) {
		for (int sample = 0; sample < SAMPLES; sample += 2) {
			ofOne.sample(one);
			ofOther.sample(other);
			ofOther.sample(other);
			ofOne.sample(one);
		}
	}

	private void sample(CircuitBreaker breaker) {
		long begin = this.nanoTime.getAsLong();
		for (int call = 0; call < CALLS; call++) {
			breaker.call(() -> this);
		}
		long nanos = this.nanoTime.getAsLong() - begin;
		this.counts[(int) Math.min(nanos, LONGEST)]++;
	}

	void clear() {
		Arrays.fill(this.counts, 0);
	}

	/** The smallest mean, in nanoseconds, that so many percent do not exceed. */
	double percentile(double percent) {
		long left = (long) Math.ceil(Arrays.stream(this.counts).sum() * percent / 100);
		int nanos = 0;
		while (nanos < LONGEST && left > this.counts[nanos]) {
			left -= this.counts[nanos++];
		}
		return (double) nanos / CALLS;
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT, "p50 %.1f ns, p99 %.1f ns, p99.9 %.1f ns", percentile(50), percentile(99),
				percentile(99.9));
	}

}
