package dev.breaker.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A figure that this project sets itself, mostly a ratio to a rival or to a floor of the
 * same run.
 *
 * @param question what is asked
 * @param limit what must not be exceeded
 * @param unit the unit of limit and figure
 * @param figure what was measured
 */
record Target(String question, double limit, String unit, Function<Results, Range> figure) {

	private static final String TIMES = "×";

	private static final String NANOS = "ns";

	private static final String BYTES = "bytes";

	private static final String INTERCEPTOR = "AnnotatedBenchmark.emptyInterceptor";

	private static final String CLOSED = "AnnotatedBenchmark.breakerClosed[with=nothing]";

	private static final String CLOSED_METERS = "AnnotatedBenchmark.breakerClosed[with=meters]";

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
				ratio("closed, 50 % failures, time window of a day / of 10 seconds", 1.5,
						"LongWindowBenchmark.breaker[seconds=86400]", "LongWindowBenchmark.breaker[seconds=10]"),
				ratio("the same, 2 threads", 1.5, "LongWindowBenchmark.breaker[seconds=86400]@2",
						"LongWindowBenchmark.breaker[seconds=10]@2"),
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
				// Reactor
				added("Mono, what the operator adds / Resilience4j's", 1 / 3.0, "ReactorBenchmark.%sMono"),
				addedBytes("the same, allocated", 1 / 3.0, "ReactorBenchmark.%sMono"),
				added("Flux, what the operator adds / Resilience4j's", 1 / 3.0, "ReactorBenchmark.%sFlux"),
				addedBytes("the same, allocated", 1 / 3.0, "ReactorBenchmark.%sFlux"),
				// Registry
				new Target("look-up of 64 among 100,000 names", 25, NANOS,
						(results) -> results.score("RegistryBenchmark.breaker[asked=64]")),
				// Heap of one breaker
				heap("heap, count window", 600, Footprint.COUNT), heap("heap, time window", 900, Footprint.TIME),
				heap("the same, every second used", 900, Footprint.EVERY_SECOND),
				usedHeap("heap after use by 4 threads, time window / Resilience4j", 1.2, Footprint.TIME,
						Footprint.RESILIENCE4J_TIME),
				usedHeap("heap after use by 4 threads, count window / Resilience4j", 1 / 3.0, Footprint.COUNT,
						Footprint.RESILIENCE4J_COUNT),
				// Annotated
				ratio("annotated, closed / empty interceptor", 1.5, CLOSED, INTERCEPTOR),
				bytes("annotated, closed, allocated", 160, CLOSED),
				ratio("annotated, closed, meters / empty interceptor", 4, CLOSED_METERS, INTERCEPTOR),
				bytes("annotated, closed, meters, allocated", 160, CLOSED_METERS),
				ratio("annotated, closed, meters / Resilience4j with its own", 1 / 10.0, CLOSED_METERS,
						"AnnotatedBenchmark.resilience4jClosed[with=meters]"),
				ratio("annotated, closed, Mono, events / Resilience4j", 1 / 5.0,
						"AnnotatedBenchmark.breakerMono[with=events]",
						"AnnotatedBenchmark.resilience4jMono[with=events]"),
				ratio("annotated, open, fallback / empty interceptor", 3,
						"AnnotatedBenchmark.breakerOpen[with=nothing]", INTERCEPTOR),
				ratio("annotated, open, fallback, events / Resilience4j", 1 / 25.0,
						"AnnotatedBenchmark.breakerOpen[with=events]",
						"AnnotatedBenchmark.resilience4jOpen[with=events]"),
				ratio("annotated, failing, fallback / Resilience4j", 0.4,
						"AnnotatedBenchmark.breakerFailing[with=nothing]",
						"AnnotatedBenchmark.resilience4jFailing[with=events]"),
				ratio("the same, events", 0.4, "AnnotatedBenchmark.breakerFailing[with=events]",
						"AnnotatedBenchmark.resilience4jFailing[with=events]"),
				// HTTP clients
				difference("HTTP client, guarded over an empty interceptor", 200, "HttpClientBenchmark.breaker",
						"HttpClientBenchmark.emptyInterceptor"),
				difference("the same, of another host", 100, "HttpClientBenchmark.breakerOfAnotherHost",
						"HttpClientBenchmark.emptyInterceptor"),
				// Dashboard: one percent of a core
				new Target("history of 1,000 breakers, each second", 10_000, "µs",
						(results) -> results.score("DashboardBenchmark.sample")),
				ratio("closed, beside the history of 1,000 breakers / without it", 1.1,
						"DashboardBenchmark.call[history=true]", "DashboardBenchmark.call[history=false]"),
				heap("heap, history of one breaker", 64 * 1024, Footprint.HISTORY),
				// Fleet
				ratio("closed, shared by a fleet / not shared", 1.05, "FleetBenchmark.closed[redis=on]",
						"FleetBenchmark.closed[redis=off]"),
				ratio("the same, Redis stopped", 1.05, "FleetBenchmark.closed[redis=stopped]",
						"FleetBenchmark.closed[redis=off]"),
				bytes("closed, shared by a fleet, allocated", 0, "FleetBenchmark.closed[redis=on]"),
				ratio("refused, shared by a fleet / not shared", 1.05, "FleetBenchmark.refused[redis=on]",
						"FleetBenchmark.refused[redis=off]"),
				// Start-up
				new Target("start-up, 100 breakers: what it adds / what Resilience4j's breaker adds", 0.7, TIMES,
						(results) -> startUp(results, "BREAKER").dividedBy(startUp(results, "RESILIENCE4J_BREAKER"))));
	}

	/** What a library adds to the start of an application without any. */
	static Range startUp(Results results, String library) {
		String benchmark = "StartUpBenchmark.start[breakers=100][library=%s]";
		return results.score(benchmark.formatted(library)).minus(results.score(benchmark.formatted("NONE")));
	}

	private static Target heap(String question, double limit, String breaker) {
		return new Target(question, limit, BYTES, (results) -> results.idleHeap(breaker));
	}

	private static Target usedHeap(String question, double limit, String ours, String other) {
		return new Target(question, limit, TIMES,
				(results) -> results.usedHeap(ours).dividedBy(results.usedHeap(other)));
	}

	private static Target ratio(String question, double limit, String ours, String other) {
		return new Target(question, limit, TIMES, (results) -> results.score(ours).dividedBy(results.score(other)));
	}

	private static Target difference(String question, double limit, String ours, String other) {
		return new Target(question, limit, NANOS, (results) -> results.score(ours).minus(results.score(other)));
	}

	/** What an operator adds to a publisher without any. */
	private static Target added(String question, double limit, String benchmark) {
		return new Target(question, limit, TIMES, (results) -> added(results::score, benchmark, "breaker")
			.dividedBy(added(results::score, benchmark, "resilience4j")));
	}

	private static Target addedBytes(String question, double limit, String benchmark) {
		Function<Results, Function<String, Range>> bytes = (results) -> (key) -> Range.exactly(results.bytes(key));
		return new Target(question, limit, TIMES, (results) -> added(bytes.apply(results), benchmark, "breaker")
			.dividedBy(added(bytes.apply(results), benchmark, "resilience4j")));
	}

	private static Range added(Function<String, Range> figures, String benchmark, String library) {
		return figures.apply(benchmark.formatted(library)).minus(figures.apply(benchmark.formatted("empty")));
	}

	private static Target bytes(String question, double limit, String ours) {
		// The profiler counts what JMH itself allocates between iterations too.
		return new Target(question, limit, BYTES, (results) -> Range.exactly(Math.floor(results.bytes(ours))));
	}

	/** Whether it was measured at all. */
	boolean isMeasured(Results results) {
		return this.figure.apply(results).isMeasured();
	}

	String row(Results results) {
		Range measured = this.figure.apply(results);
		return String.format(Locale.ROOT, "| %s | %s %s | %s %s | %s | %s |", this.question, Range.number(this.limit),
				this.unit, measured, this.unit, measured.spread(),
				(measured.median() <= this.limit) ? "yes" : "**no**");
	}

}
