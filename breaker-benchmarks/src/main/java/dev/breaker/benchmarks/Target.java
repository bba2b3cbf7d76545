package dev.breaker.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A figure that this project sets itself, mostly a ratio to a rival or to a floor of the
 * same run.
 *
 * @param question what is asked
 * @param limit what must not be exceeded
 * @param unit the unit of limit and figure
 * @param figure what was measured; NaN where it was not
 */
record Target(String question, double limit, String unit, ToDoubleFunction<Results> figure) {

	private static final String TIMES = "×";

	private static final String NANOS = "ns";

	private static final String BYTES = "bytes";

	static List<Target> all() {
		return List.of(
				// Core, closed
				ratio("closed, count window / Resilience4j", 0.1, "ClosedBenchmark.breaker",
						"ClosedBenchmark.resilience4j"),
				ratio("the same, 2 threads", 0.05, "ClosedBenchmark.breaker@2", "ClosedBenchmark.resilience4j@2"),
				bytes("closed, count window, allocated", 0, "ClosedBenchmark.breaker"),
				difference("closed, 2 threads over 1", 5, "ClosedBenchmark.breaker@2", "ClosedBenchmark.breaker"),
				ratio("closed, 1 % failures / Resilience4j", 0.4, "FailingBenchmark.breaker[percent=1]",
						"FailingBenchmark.resilience4j[percent=1]"),
				ratio("the same, 2 threads", 0.3, "FailingBenchmark.breaker[percent=1]@2",
						"FailingBenchmark.resilience4j[percent=1]@2"),
				ratio("closed, time window / Resilience4j", 0.4, "TimeWindowBenchmark.breaker",
						"TimeWindowBenchmark.resilience4j"),
				ratio("the same, 2 threads", 0.15, "TimeWindowBenchmark.breaker@2",
						"TimeWindowBenchmark.resilience4j@2"),
				ratio("closed, slow-call rule / two nanoTime", 1.2, "SlowCallBenchmark.breakerCount",
						"FloorBenchmark.twoNanoTimes"),
				ratio("the same, 2 threads", 1.2, "SlowCallBenchmark.breakerCount@2", "FloorBenchmark.twoNanoTimes@2"),
				// Core, refused
				difference("refused, tryAcquire over an empty call", 10, "RefusedBenchmark.breakerTryAcquire",
						"FloorBenchmark.emptyCall"),
				difference("the same, held open by a command", 10, "RefusedBenchmark.breakerHeldTryAcquire",
						"FloorBenchmark.emptyCall"),
				difference("refused, tryAcquire over one nanoTime", 10, "RefusedBenchmark.breakerTryAcquire",
						"FloorBenchmark.nanoTime"),
				ratio("refused, as exception / Resilience4j", 0.05, "RefusedBenchmark.breaker",
						"RefusedBenchmark.resilience4j"),
				// Registry
				new Target("look-up among 100,000 names", 25, NANOS,
						(results) -> results.score("RegistryBenchmark.breaker[asked=64]")));
	}

	private static Target ratio(String question, double limit, String ours, String other) {
		return new Target(question, limit, TIMES, (results) -> results.score(ours) / results.score(other));
	}

	private static Target difference(String question, double limit, String ours, String other) {
		return new Target(question, limit, NANOS, (results) -> results.score(ours) - results.score(other));
	}

	private static Target bytes(String question, double limit, String ours) {
		// The profiler counts what JMH itself allocates between iterations too.
		return new Target(question, limit, BYTES, (results) -> Math.floor(results.bytes(ours)));
	}

	/** Whether it was measured at all. */
	boolean isMeasured(Results results) {
		return !Double.isNaN(this.figure.applyAsDouble(results));
	}

	String row(Results results) {
		double measured = this.figure.applyAsDouble(results);
		return String.format(Locale.ROOT, "| %s | %s %s | %s %s | %s |", this.question, number(this.limit), this.unit,
				number(measured), this.unit, (measured <= this.limit) ? "yes" : "**no**");
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
