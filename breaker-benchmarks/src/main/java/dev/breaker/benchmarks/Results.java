package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What JMH wrote, found by keys such as {@code FailingBenchmark.breaker[percent=1]@2}:
 * class, method, parameters, and the threads where there are more than one. And the
 * footprint, by kind of breaker.
 */
final class Results {

	private static final String FOOTPRINT = "footprint.tsv";

	private static final Measurement NONE = new Measurement(Range.NONE, Double.NaN, "");

	private final Map<String, Measurement> measurements = new TreeMap<>();

	private final Map<String, Footprint.Size> footprint;

	private Results(Map<String, Footprint.Size> footprint) {
		this.footprint = footprint;
	}

	/** Reads what a run has left in a directory. */
	static Results read(Path directory) throws IOException {
		// What is measured in rounds has a run each.
		Map<String, List<JsonNode>> runs = new TreeMap<>();
		try (Stream<Path> files = Files.list(directory)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".json")).sorted().toList()) {
				for (JsonNode run : JsonMapper.shared().readTree(Files.readString(file))) {
					runs.computeIfAbsent(key(run), (key) -> new ArrayList<>()).add(run);
				}
			}
		}
		Results results = new Results(footprint(directory.resolve(FOOTPRINT)));
		runs.forEach((key, ofKey) -> results.measurements.put(key, measurement(ofKey)));
		return results;
	}

	private static Map<String, Footprint.Size> footprint(Path file) throws IOException {
		Map<String, Footprint.Size> footprint = new LinkedHashMap<>();
		if (Files.exists(file)) {
			for (String line : Files.readAllLines(file)) {
				String[] columns = line.split("\t", -1);
				footprint.put(columns[0], new Footprint.Size(Long.parseLong(columns[1]), Long.parseLong(columns[2]),
						Long.parseLong(columns[3])));
			}
		}
		return footprint;
	}

	/** Leaves the footprint beside what JMH has left. */
	static void write(Path directory, Map<String, Footprint.Size> footprint) throws IOException {
		Files.write(directory.resolve(FOOTPRINT), footprint.entrySet().stream().map((entry) -> {
			Footprint.Size size = entry.getValue();
			return String.join("\t", entry.getKey(), Long.toString(size.idle()), Long.toString(size.used()),
					Long.toString(size.most()));
		}).toList());
	}

	private static String key(JsonNode run) {
		String benchmark = run.path("benchmark").asString();
		StringBuilder key = new StringBuilder(
				benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1));
		run.path("params")
			.properties()
			.forEach((parameter) -> key.append('[')
				.append(parameter.getKey())
				.append('=')
				.append(parameter.getValue().asString())
				.append(']'));
		int threads = run.path("threads").asInt();
		return (threads == 1) ? key.toString() : key.append('@').append(threads).toString();
	}

	private static Measurement measurement(List<JsonNode> runs) {
		List<Range> scores = runs.stream().map(Results::score).toList();
		Range score = (scores.size() == 1) ? scores.get(0)
				: Range.ofRounds(scores.stream().map(Range::median).toList());
		double bytes = runs.stream()
			.mapToDouble(
					(run) -> run.path("secondaryMetrics").path("gc.alloc.rate.norm").path("score").asDouble(Double.NaN))
			.average()
			.orElse(Double.NaN);
		return new Measurement(score, bytes, runs.get(0).path("primaryMetric").path("scoreUnit").asString());
	}

	private static Range score(JsonNode run) {
		return Range.of(StreamSupport.stream(run.path("primaryMetric").path("rawData").spliterator(), false)
			.mapToDouble(Results::mean)
			.toArray());
	}

	private static double mean(JsonNode iterations) {
		return StreamSupport.stream(iterations.spliterator(), false)
			.mapToDouble(JsonNode::asDouble)
			.average()
			.orElse(Double.NaN);
	}

	Map<String, Measurement> all() {
		return this.measurements;
	}

	/** The forks' figures, or NaN where it was not measured. */
	Range score(String key) {
		return this.measurements.getOrDefault(key, NONE).score();
	}

	/** Bytes that a call allocates, or NaN where it was not measured. */
	double bytes(String key) {
		return this.measurements.getOrDefault(key, NONE).bytes();
	}

	Map<String, Footprint.Size> footprint() {
		return this.footprint;
	}

	/** Heap of one breaker before its first call, or NaN where it was not measured. */
	Range idleHeap(String breaker) {
		return heap(breaker, Footprint.Size::idle);
	}

	/** Heap of one breaker after its calls, or NaN where it was not measured. */
	Range usedHeap(String breaker) {
		return heap(breaker, Footprint.Size::used);
	}

	private Range heap(String breaker, ToLongFunction<Footprint.Size> bytes) {
		Footprint.Size size = this.footprint.get(breaker);
		return (size != null) ? Range.exactly((double) bytes.applyAsLong(size)) : Range.NONE;
	}

	/**
	 * The figures of one benchmark.
	 *
	 * @param score what a call takes
	 * @param bytes what a call allocates
	 * @param unit the unit of the score
	 */
	record Measurement(Range score, double bytes, String unit) {
	}

}
