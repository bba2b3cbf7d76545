package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.smallrye.faulttolerance.standalone.StandaloneFaultTolerance;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs everything and prints the report. With one thread, then with two on the same
 * breakers where they contend for something. A benchmark that did not measure what its
 * name says is missing in the report, and makes the whole run fail at its end.
 */
public final class Benchmarks {

	private static final String FOOTPRINT = "Footprint";

	private static final String START_UP = "StartUpBenchmark";

	private static final String ANNOTATED = "AnnotatedBenchmark";

	private static final int FORKS = 2;

	/** For those whose forks differ more from each other than those of others. */
	private static final int MORE_FORKS = 4;

	/**
	 * One fork each: a start takes seconds, in which the machine becomes faster or slower
	 * for minutes, and all libraries have to meet with the same. Medians of ten rounds
	 * differ by some hundredths from run to run.
	 */
	private static final int ROUNDS_OF_STARTS = 20;

	/** Nothing is shared there, or it is the same question again. */
	private static final String NOT_CONTENDED = "RefusedBenchmark|RegistryBenchmark|AnnotatedBenchmark|StartUpBenchmark"
			+ "|DashboardBenchmark|FleetBenchmark";

	/** Whose cost is not that of what threads share. */
	private static final String HEAVY = "\\.(failsafe|smallRye|sentinel)$";

	private final boolean full;

	private final Path directory;

	private final List<String> failed = new ArrayList<>();

	private Benchmarks(boolean full, Path directory) {
		this.full = full;
		this.directory = directory;
	}

	/**
	 * Runs the benchmarks.
	 * @param args {@code quick} or {@code full}, and a regular expression for the names
	 * of what is to be run; without them, everything quickly. Or {@code paste} and the
	 * directory with the results of a run: the generated tables of the project in the
	 * working directory are replaced by new ones
	 * @throws IOException if a file cannot be read or written
	 * @throws InterruptedException if the thread is interrupted
	 */
	public static void main(String[] args) throws IOException, InterruptedException {
		if (args.length > 0 && args[0].equals("paste")) {
			GeneratedTables.replaceIn(Path.of(""), Results.read(Path.of(args[1])));
			return;
		}
		boolean full = args.length > 0 && args[0].equals("full");
		Benchmarks benchmarks = new Benchmarks(full, Files.createTempDirectory("breaker-benchmarks"));
		try {
			benchmarks.run((args.length > 1) ? args[1] : "");
		}
		finally {
			// Its timer keeps the JVM from ending.
			StandaloneFaultTolerance.shutdown();
		}
	}

	private void run(String filter) throws IOException {
		List<String> names = names(filter);
		boolean footprint = FOOTPRINT.contains(filter);
		if (names.isEmpty() && !footprint) {
			throw new IllegalArgumentException("No benchmark has a name like " + filter);
		}
		names.forEach(this::runAlone);
		names.stream().filter(Benchmarks::isContended).forEach(this::runByTwo);
		if (footprint) {
			Results.write(this.directory, Footprint.measure(Footprint.CALLS));
		}
		Results results = Results.read(this.directory);
		System.out.println(GeneratedTables.of(results));
		System.out.println("Results are in " + this.directory);
		if (!this.failed.isEmpty()) {
			throw new IllegalStateException("Not measured, see above: " + this.failed);
		}
	}

	/** The methods, in the order of their names. */
	private static List<String> names(String filter) {
		Pattern wanted = Pattern.compile("dev\\.breaker\\.benchmarks\\..*(?:" + filter + ")");
		return BenchmarkList.defaultList()
			.getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
			.stream()
			.map(BenchmarkListEntry::getUsername)
			.filter((name) -> wanted.matcher(name).find())
			.distinct()
			.sorted()
			.toList();
	}

	private static boolean isContended(String name) {
		return !Pattern.compile(NOT_CONTENDED + "|" + HEAVY).matcher(name).find();
	}

	private void runAlone(String name) {
		if (name.contains(START_UP)) {
			runInRounds(name);
			return;
		}
		run(name, options(name, "1").forks(!this.full ? 1 : name.contains(ANNOTATED) ? MORE_FORKS : FORKS));
	}

	private void runInRounds(String name) {
		for (int round = 1; round <= (this.full ? ROUNDS_OF_STARTS : 1); round++) {
			run(name + ", round " + round,
					options(name, "1-" + round).warmupIterations(0).measurementIterations(1).forks(1));
		}
	}

	private void runByTwo(String name) {
		run(name + " by two threads", options(name, "2").forks(this.full ? FORKS : 1).param("percent", "1").threads(2));
	}

	/** The results are in a file of that name and suffix. */
	private ChainedOptionsBuilder options(String name, String suffix) {
		int iterations = this.full ? 5 : 2;
		return new OptionsBuilder().include("^" + Pattern.quote(name) + "$")
			.warmupIterations(iterations)
			.warmupTime(TimeValue.milliseconds(500))
			.measurementIterations(iterations)
			.measurementTime(TimeValue.milliseconds(500))
			.addProfiler(GCProfiler.class)
			.shouldFailOnError(true)
			.resultFormat(ResultFormatType.JSON)
			.result(this.directory.resolve(name + "-" + suffix + ".json").toString());
	}

	private void run(String what, ChainedOptionsBuilder options) {
		try {
			new Runner(options.build()).run();
		}
		catch (RunnerException ex) {
			System.out.println(ex);
			this.failed.add(what);
		}
	}

}
