package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Turns JMH's JSON files and the footprint into Markdown: first the figures that have a
 * target, then all.
 */
final class Report {

	private static final Pattern LIBRARY = Pattern.compile("^(breaker|failsafe|resilience4j|sentinel|smallRye)");

	private final Results results;

	private final StringBuilder text = new StringBuilder();

	private Report(Results results) {
		this.results = results;
	}

	/**
	 * Prints the report of the JSON files of a directory.
	 * @param args the directory
	 * @throws IOException if a file cannot be read
	 */
	public static void main(String[] args) throws IOException {
		System.out.println(of(Path.of(args[0]), Footprint.measure()));
	}

	static String of(Path directory, Map<String, Long> footprint) throws IOException {
		try (Stream<Path> files = Files.list(directory)) {
			List<Path> json = files.filter((file) -> file.toString().endsWith(".json")).sorted().toList();
			return new Report(Results.read(json, footprint)).write();
		}
	}

	private String write() {
		line(machine());
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
		List<Target> measured = Target.all().stream().filter((target) -> target.isMeasured(this.results)).toList();
		table("| question | at most | measured | met |", measured.stream().map((target) -> target.row(this.results)));
	}

	private void figures(String name, Map<String, Results.Measurement> figures) {
		line("### " + name);
		line("");
		table("| benchmark | score | bytes a call | / breaker |",
				figures.entrySet().stream().map((figure) -> row(name, figure.getKey(), figure.getValue())));
	}

	private String row(String name, String key, Results.Measurement measurement) {
		String method = key.substring(name.length() + 1);
		return String.format(Locale.ROOT, "| %s | %s %s | %s | %s |", method, Target.number(measurement.score()),
				measurement.unit(), Target.number(Math.floor(measurement.bytes())),
				Target.number(measurement.score() / ours(name, method)));
	}

	/** What this project's breaker takes for the same, or else for a call. */
	private double ours(String name, String method) {
		Matcher library = LIBRARY.matcher(method);
		double alike = library.find() ? this.results.score(name + '.' + library.replaceFirst("breaker")) : Double.NaN;
		return !Double.isNaN(alike) ? alike : this.results.score(name + '.' + method.replaceFirst("^\\w+", "breaker"));
	}

	private void footprint() {
		if (this.results.footprint().isEmpty()) {
			return;
		}
		line("### Heap of one idle breaker");
		line("");
		table("| breaker | bytes |",
				this.results.footprint()
					.entrySet()
					.stream()
					.map((size) -> String.format(Locale.ROOT, "| %s | %,d |", size.getKey(), size.getValue())));
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
