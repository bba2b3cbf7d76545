package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What JMH wrote, found by keys such as {@code FailingBenchmark.breaker[percent=1]@2}:
 * class, method, parameters, and the threads where there are more than one. And the
 * footprint, by kind of breaker.
 */
final class Results {

	private static final Measurement NONE = new Measurement(Double.NaN, Double.NaN, 0, "");

	private final Map<String, Measurement> measurements = new TreeMap<>();

	private final Map<String, Long> footprint;

	private Results(Map<String, Long> footprint) {
		this.footprint = footprint;
	}

	static Results read(List<Path> files, Map<String, Long> footprint) throws IOException {
		Results results = new Results(footprint);
		for (Path file : files) {
			for (JsonNode run : JsonMapper.shared().readTree(Files.readString(file))) {
				results.measurements.put(key(run), measurement(run));
			}
		}
		return results;
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

	private static Measurement measurement(JsonNode run) {
		JsonNode primary = run.path("primaryMetric");
		double[] forks = StreamSupport.stream(primary.path("rawData").spliterator(), false)
			.mapToDouble(Results::mean)
			.sorted()
			.toArray();
		double bytes = run.path("secondaryMetrics").path("gc.alloc.rate.norm").path("score").asDouble(Double.NaN);
		return new Measurement(median(forks), bytes, forks.length, primary.path("scoreUnit").asString());
	}

	private static double mean(JsonNode iterations) {
		return StreamSupport.stream(iterations.spliterator(), false)
			.mapToDouble(JsonNode::asDouble)
			.average()
			.orElse(Double.NaN);
	}

	private static double median(double[] sorted) {
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle]
				: Arrays.stream(sorted, middle - 1, middle + 1).average().orElse(Double.NaN);
	}

	Map<String, Measurement> all() {
		return this.measurements;
	}

	/** The median over the forks, or NaN where it was not measured. */
	double score(String key) {
		return this.measurements.getOrDefault(key, NONE).score();
	}

	/** Bytes that a call allocates, or NaN where it was not measured. */
	double bytes(String key) {
		return this.measurements.getOrDefault(key, NONE).bytes();
	}

	Map<String, Long> footprint() {
		return this.footprint;
	}

	/** Heap of one idle breaker, or NaN where it was not measured. */
	double heap(String breaker) {
		Long bytes = this.footprint.get(breaker);
		return (bytes != null) ? bytes : Double.NaN;
	}

	/**
	 * The figures of one benchmark.
	 *
	 * @param score the median over the forks
	 * @param bytes what a call allocates
	 * @param forks how many there were
	 * @param unit the unit of the score
	 */
	record Measurement(double score, double bytes, int forks, String unit) {
	}

}
