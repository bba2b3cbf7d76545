package dev.breaker.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One row of README's table: like beside like, and in brackets what else a reader may
 * want to know.
 *
 * @param question what is asked
 * @param ours what is measured of this project
 * @param others what is measured of Resilience4j
 * @param text how the figures are written, both and each on its own
 */
record ReadmeRow(String question, Function<Results, Range> ours, Function<Results, Range> others, Text text) {

	private static final String CLOSED = "ClosedBenchmark.";

	private static final String REFUSED = "RefusedBenchmark.";

	private static final String ANNOTATED = "AnnotatedBenchmark.";

	private static final String REGISTRY = "RegistryBenchmark.";

	private static final String KEY = "KeyBenchmark.";

	static List<ReadmeRow> all() {
		String withTrace = "; %s with the stack trace that it makes by default";
		return List.of(calls("a healthy call", CLOSED + "breaker", CLOSED + "resilience4j"),
				calls("the same, by two threads at once", CLOSED + "breaker@2", CLOSED + "resilience4j@2"),
				calls("a refusal, as exception without a stack trace", REFUSED + "breaker",
						REFUSED + "resilience4jWithoutStackTrace")
					.andOther(withTrace, REFUSED + "resilience4j"),
				calls("a call by key", KEY + "breakerGroup", KEY + "resilience4jRegistry"),
				calls("a look-up of all of 100,000 names, in random order", REGISTRY + "breaker[asked=100000]",
						REGISTRY + "resilience4j[asked=100000]")
					.andOurs("; %s of 64 of them, which are cached", REGISTRY + "breaker[asked=64]")
					.andOther("; %s", REGISTRY + "resilience4j[asked=64]"),
				calls("an annotated call, kept as an event", ANNOTATED + "breakerClosedAllEvents[meters=false]",
						ANNOTATED + "resilience4jClosed[with=events]")
					.andOurs("; %s by default, without", ANNOTATED + "breakerClosed[with=nothing]"),
				calls("the same, with meters", ANNOTATED + "breakerClosedAllEvents[meters=true]",
						ANNOTATED + "resilience4jClosed[with=meters]")
					.andOurs("; %s without events", ANNOTATED + "breakerClosed[with=meters]"),
				calls("an annotated call while open, with a fallback, kept as an event, without a stack trace",
						ANNOTATED + "breakerOpen[with=events]",
						ANNOTATED + "resilience4jOpenWithoutStackTrace[with=events]")
					.andOurs("; %s without events", ANNOTATED + "breakerOpen[with=nothing]")
					.andOther(withTrace, ANNOTATED + "resilience4jOpen[with=events]"),
				calls("an annotated call that fails while closed, with a fallback, kept as an event",
						ANNOTATED + "breakerFailing[with=events]", ANNOTATED + "resilience4jFailing[with=events]")
					.andOurs("; %s without events", ANNOTATED + "breakerFailing[with=nothing]"),
				heap("heap of a breaker with a window of 100 calls, used by four threads", Footprint.COUNT,
						Footprint.RESILIENCE4J_COUNT),
				heap("heap of a breaker with a window of 10 seconds, used by four threads", Footprint.TIME,
						Footprint.RESILIENCE4J_TIME),
				new ReadmeRow("what 100 annotated beans with breakers add to the start of an application",
						(results) -> Target.startUp(results, "BREAKER"),
						(results) -> Target.startUp(results, "RESILIENCE4J_BREAKER"),
						new Text(ReadmeRow::seconds, (results) -> "",
								(results) -> "; %s with all that its starter switches on"
									.formatted(seconds(Target.startUp(results, "RESILIENCE4J"))))));
	}

	private static ReadmeRow calls(String question, String ours, String others) {
		return new ReadmeRow(question, (results) -> results.score(ours), (results) -> results.score(others),
				new Text(ReadmeRow::nanos, (results) -> "", (results) -> ""));
	}

	private static ReadmeRow heap(String question, String ours, String others) {
		return new ReadmeRow(question, (results) -> results.usedHeap(ours), (results) -> results.usedHeap(others),
				new Text(ReadmeRow::bytes, idle(ours), idle(others)));
	}

	private static Function<Results, String> idle(String breaker) {
		return (results) -> "; %s idle".formatted(bytes(results.idleHeap(breaker)));
	}

	private ReadmeRow andOurs(String more, String key) {
		return new ReadmeRow(this.question, this.ours, this.others, new Text(this.text.figure(),
				(results) -> more.formatted(nanos(results.score(key))), this.text.moreOfOthers()));
	}

	private ReadmeRow andOther(String more, String key) {
		return new ReadmeRow(this.question, this.ours, this.others, new Text(this.text.figure(), this.text.moreOfOurs(),
				(results) -> more.formatted(nanos(results.score(key)))));
	}

	private static String nanos(Range range) {
		return (range.median() < 10) ? range + " ns" : String.format(Locale.ROOT, "%,.0f ns", range.median());
	}

	private static String seconds(Range milliseconds) {
		return String.format(Locale.ROOT, "%.2f s", milliseconds.median() / 1000);
	}

	private static String bytes(Range range) {
		return range + " bytes";
	}

	/** Empty where it was not measured. */
	Optional<String> of(Results results) {
		Range ourRange = this.ours.apply(results);
		Range otherRange = this.others.apply(results);
		Range ratio = otherRange.dividedBy(ourRange);
		if (!ratio.isMeasured()) {
			return Optional.empty();
		}
		return Optional.of("| %s | %s%s | %s%s | %s × | %s |".formatted(this.question,
				this.text.figure().apply(ourRange), this.text.moreOfOurs().apply(results),
				this.text.figure().apply(otherRange), this.text.moreOfOthers().apply(results), ratio, ratio.spread()));
	}

	/**
	 * How a row is written.
	 *
	 * @param figure each of the figures
	 * @param moreOfOurs what follows ours
	 * @param moreOfOthers what follows the other
	 */
	record Text(Function<Range, String> figure, Function<Results, String> moreOfOurs,
			Function<Results, String> moreOfOthers) {
	}

}
