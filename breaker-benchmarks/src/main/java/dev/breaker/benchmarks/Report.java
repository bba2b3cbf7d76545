package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Turns JMH's JSON files and the footprint into Markdown: the table of README, then for
 * docs/performance.md the figures that have a target, then all.
 */
final class Report {

	private static final Pattern LIBRARY = Pattern.compile("^(breaker|failsafe|resilience4j|sentinel|smallRye)");

	private final Results results;

	private final StringBuilder text = new StringBuilder();

	private Report(Results results) {
		this.results = results;
	}

	/** The table of README. */
	static String readme(Results results) {
		return new Report(results).writeReadme();
	}

	/** The tables of docs/performance.md. */
	static String performance(Results results) {
		return new Report(results).writePerformance();
	}

	private String writeReadme() {
		table("| | Breaker | Resilience4j | Resilience4j / Breaker | from fork to fork |",
				ReadmeRow.all().stream().map((row) -> row.of(this.results)).flatMap(Optional::stream));
		line("On " + machine() + ". The call itself does nothing; an empty interceptor takes "
				+ this.results.score("AnnotatedBenchmark.emptyInterceptor") + " ns.");
		return this.text.toString();
	}

	private String writePerformance() {
		line("On " + machine() + ":");
		line("");
		targets();
		Map<String, Map<String, Results.Measurement>> classes = new TreeMap<>();
		this.results.all()
			.forEach((key, measurement) -> classes
				.computeIfAbsent(key.substring(0, key.indexOf('.')), (name) -> new TreeMap<>())
				.put(key, measurement));
		classes.forEach(this::figures);
		footprint();
		return this.text.toString();
	}

	private void targets() {
		line("### Targets");
		line("");
		List<Target> measured = Target.all().stream().filter((target) -> target.isMeasured(this.results)).toList();
		table("| question | at most | measured | from fork to fork | met |",
				measured.stream().map((target) -> target.row(this.results)));
	}

	private void figures(String name, Map<String, Results.Measurement> figures) {
		line("### " + name);
		line("");
		table("| benchmark | score | from fork to fork | bytes a call | / breaker | from fork to fork |",
				figures.entrySet().stream().map((figure) -> row(name, figure.getKey(), figure.getValue())));
	}

	private String row(String name, String key, Results.Measurement measurement) {
		String method = key.substring(name.length() + 1);
		Range ours = ours(name, method);
		Range ratio = ours.equals(measurement.score()) ? Range.exactly(1) : measurement.score().dividedBy(ours);
		return String.format(Locale.ROOT, "| %s | %s %s | %s | %s | %s | %s |", method, measurement.score(),
				measurement.unit(), measurement.score().spread(), Range.number(Math.floor(measurement.bytes())), ratio,
				ratio.isMeasured() ? ratio.spread() : "");
	}

	/** What this project's breaker takes for the same, or else for a call. */
	private Range ours(String name, String method) {
		Matcher library = LIBRARY.matcher(method);
		Range alike = library.find() ? this.results.score(name + '.' + library.replaceFirst("breaker")) : Range.NONE;
		return alike.isMeasured() ? alike : this.results.score(name + '.' + method.replaceFirst("^\\w+", "breaker"));
	}

	private void footprint() {
		if (this.results.footprint().isEmpty()) {
			return;
		}
		line("### Heap of one breaker");
		line("");
		table("| breaker | bytes before its first call | after use by 4 threads, mean | after use, largest of 100 |",
				this.results.footprint().entrySet().stream().map((size) -> {
					Footprint.Size bytes = size.getValue();
					return String.format(Locale.ROOT, "| %s | %,d | %s | %s |", size.getKey(), bytes.idle(),
							(bytes.used() != 0) ? String.format(Locale.ROOT, "%,d", bytes.used()) : "",
							(bytes.used() != 0 && bytes.most() != 0) ? String.format(Locale.ROOT, "%,d", bytes.most())
									: "");
				}));
	}

	private void table(String header, Stream<String> rows) {
		line(header);
		line(header.replaceAll("[^|]+", " --- "));
		rows.forEach(this::line);
		line("");
	}

	private void line(String line) {
		this.text.append(line).append('\n');
	}

	private static String machine() {
		return String.format("%s, %d processors, %s %s, Java %s (%s)", processor(),
				Runtime.getRuntime().availableProcessors(), System.getProperty("os.name"),
				System.getProperty("os.arch"), System.getProperty("java.vm.version"),
				System.getProperty("java.vm.name"));
	}

	private static String processor() {
		try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
			return lines.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).trim())
				.findFirst()
				.orElse("unknown processor");
		}
		catch (IOException ex) {
			return "unknown processor";
		}
	}

}
