package dev.breaker.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * A figure and how far it differs from fork to fork.
 *
 * @param median the median over the forks; NaN where nothing was measured
 * @param low the lowest fork's, of a ratio that of our lowest and the other's highest
 * @param high the other way round
 */
record Range(double median, double low, double high) {

	static final Range NONE = exactly(Double.NaN);

	static Range exactly(double value) {
		return new Range(value, value, value);
	}

	static Range of(double[] forks) {
		if (forks.length == 0) {
			return NONE;
		}
		double[] sorted = forks.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		double median = (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
		return new Range(median, sorted[0], sorted[sorted.length - 1]);
	}

	Range dividedBy(Range other) {
		return new Range(this.median / other.median, this.low / other.high, this.high / other.low);
	}

	Range minus(Range other) {
		return new Range(this.median - other.median, this.low - other.high, this.high - other.low);
	}

	boolean isMeasured() {
		return !Double.isNaN(this.median);
	}

	/** From the lowest to the highest; empty where they are the same. */
	String spread() {
		String lowest = number(this.low);
		String highest = number(this.high);
		return lowest.equals(highest) ? "" : lowest + " to " + highest;
	}

	@Override
	public String toString() {
		return number(this.median);
	}

	/** With as many digits as mean something. */
	static String number(double value) {
		if (Double.isNaN(value)) {
			return "";
		}
		double size = Math.abs(value);
		if (size == Math.rint(size) || size >= 1000) {
			return String.format(Locale.ROOT, "%,.0f", value);
		}
		return String.format(Locale.ROOT, (size < 1) ? "%.3f" : "%.1f", value);
	}

}
