package dev.breaker.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * A figure and how far it differs from fork to fork.
 *
 * @param median the median over the forks; NaN where nothing was measured
 * @param low the lowest fork's, of a ratio that of our lowest and the other's highest
 * @param high the other way round
 * @param rounds the figure of each round, where it was measured in rounds: what is
 * compared was measured within a minute then, and is compared round by round
 */
record Range(double median, double low, double high, List<Double> rounds) {

	static final Range NONE = exactly(Double.NaN);

	static Range exactly(double value) {
		return new Range(value, value, value, List.of());
	}

	static Range ofRounds(List<Double> rounds) {
		Range forks = of(rounds.stream().mapToDouble(Double::doubleValue).toArray());
		return new Range(forks.median, forks.low, forks.high, List.copyOf(rounds));
	}

	static Range of(double[] forks) {
		if (forks.length == 0) {
			return NONE;
		}
		double[] sorted = forks.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		double median = (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
		return new Range(median, sorted[0], sorted[sorted.length - 1], List.of());
	}

	Range dividedBy(Range other) {
		return isBesides(other) ? byRound(other, (one, another) -> one / another)
				: new Range(this.median / other.median, this.low / other.high, this.high / other.low, List.of());
	}

	Range minus(Range other) {
		return isBesides(other) ? byRound(other, (one, another) -> one - another)
				: new Range(this.median - other.median, this.low - other.high, this.high - other.low, List.of());
	}

	private boolean isBesides(Range other) {
		return !this.rounds.isEmpty() && this.rounds.size() == other.rounds.size();
	}

	private Range byRound(Range other, DoubleBinaryOperator operation) {
		return ofRounds(IntStream.range(0, this.rounds.size())
			.mapToObj((i) -> operation.applyAsDouble(this.rounds.get(i), other.rounds.get(i)))
			.toList());
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
