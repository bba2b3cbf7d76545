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

	private static final String INTERCEPTOR = "AnnotatedBenchmark.emptyInterceptor";

	private static final String CLOSED = "AnnotatedBenchmark.breakerClosed[meters=false]";

	private static final String CLOSED_METERS = "AnnotatedBenchmark.breakerClosed[meters=true]";

	private static final String OPEN = "AnnotatedBenchmark.breakerOpen[meters=false]";

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
						(results) -> results.score("RegistryBenchmark.breaker[asked=64]")),
				// Heap of one idle breaker
				heap("heap, count window", 600, Footprint.COUNT), heap("heap, time window", 900, Footprint.TIME),
				heap("the same, every second used", 900, Footprint.USED),
				// Annotated
				ratio("annotated, closed / empty interceptor", 1.5, CLOSED, INTERCEPTOR),
				bytes("annotated, closed, allocated", 160, CLOSED),
				ratio("annotated, closed, meters / empty interceptor", 4, CLOSED_METERS, INTERCEPTOR),
				bytes("annotated, closed, meters, allocated", 160, CLOSED_METERS),
				ratio("annotated, closed, meters / Resilience4j with its own", 1 / 10.0, CLOSED_METERS,
						"AnnotatedBenchmark.resilience4jClosed[meters=true]"),
				ratio("annotated, open, fallback / empty interceptor", 3, OPEN, INTERCEPTOR),
				ratio("annotated, open, fallback / Resilience4j", 1 / 25.0, OPEN,
						"AnnotatedBenchmark.resilience4jOpen[meters=false]"),
				ratio("annotated, failing, fallback / Resilience4j", 1 / 15.0,
						"AnnotatedBenchmark.breakerFailing[meters=false]",
						"AnnotatedBenchmark.resilience4jFailing[meters=false]"),
				// Start-up
				new Target("start-up, 100 breakers: what it adds / what Resilience4j adds", 0.5, TIMES,
						(results) -> startUp(results, "BREAKER") / startUp(results, "RESILIENCE4J")));
	}

	/** What a library adds to the start of an application without any. */
	private static double startUp(Results results, String library) {
		String benchmark = "StartUpBenchmark.start[breakers=100][library=%s]";
		return results.score(benchmark.formatted(library)) - results.score(benchmark.formatted("NONE"));
	}

	private static Target heap(String question, double limit, String breaker) {
		return new Target(question, limit, BYTES, (results) -> results.heap(breaker));
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
