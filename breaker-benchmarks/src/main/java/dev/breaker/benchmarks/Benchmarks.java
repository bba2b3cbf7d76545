package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs everything and prints the report. With one thread, then with two on the same
 * breakers where they contend for something.
 */
public final class Benchmarks {

	private static final String FOOTPRINT = "Footprint";

	private static final String START_UP = "StartUpBenchmark";

	private static final String ANNOTATED = "AnnotatedBenchmark";

	/** For those two, whose forks differ more from each other than those of others. */
	private static final int MORE_FORKS = 7;

	/** Nothing is shared there, or it is the same question again. */
	private static final String NOT_CONTENDED = "RefusedBenchmark|RegistryBenchmark|AnnotatedBenchmark|KeyBenchmark";

	/** Whose cost is not that of what threads share. */
	private static final String HEAVY = "\\.(failsafe|smallRye|sentinel)$";

	private Benchmarks() {
	}

	/**
	 * Runs the benchmarks.
	 * @param args {@code quick} or {@code full}, and a regular expression for the names
	 * of what is to be run; without them, everything quickly
	 * @throws IOException if a file cannot be written
	 * @throws RunnerException if JMH fails
	 */
	public static void main(String[] args) throws IOException, RunnerException {
		boolean full = args.length > 0 && args[0].equals("full");
		String filter = (args.length > 1) ? args[1] : "";
		Path directory = Files.createTempDirectory("breaker-benchmarks");
		boolean any = run(
				options(full, filter, directory.resolve("threads-1.json")).exclude(START_UP).exclude(ANNOTATED));
		any |= run(options(full, filter, directory.resolve("annotated.json")).exclude(allBut(ANNOTATED))
			.forks(full ? MORE_FORKS : 1));
		any |= run(options(full, filter, directory.resolve("threads-2.json")).exclude(START_UP)
			.exclude(NOT_CONTENDED)
			.exclude(HEAVY)
			.param("percent", "1")
			.threads(2));
		any |= run(options(full, filter, directory.resolve("start-up.json")).exclude(allBut(START_UP))
			.forks(full ? MORE_FORKS : 1)
			.warmupIterations(0)
			.measurementIterations(1));
		boolean footprint = FOOTPRINT.contains(filter);
		if (!any && !footprint) {
			throw new IllegalArgumentException("No benchmark has a name like " + filter);
		}
		System.out.println("Results of JMH are in " + directory);
		System.out.println();
		System.out.println(Report.of(directory, footprint ? Footprint.measure() : Map.of()));
	}

	private static ChainedOptionsBuilder options(boolean full, String filter, Path result) {
		int iterations = full ? 5 : 2;
		return new OptionsBuilder().include("dev\\.breaker\\.benchmarks\\..*(?:" + filter + ")")
			.forks(full ? 3 : 1)
			.warmupIterations(iterations)
			.warmupTime(TimeValue.milliseconds(500))
			.measurementIterations(iterations)
			.measurementTime(TimeValue.milliseconds(500))
			.addProfiler(GCProfiler.class)
			.resultFormat(ResultFormatType.JSON)
			.result(result.toString());
	}

	private static String allBut(String benchmark) {
		return "^(?!.*\\." + benchmark + "\\.)";
	}

	/** Whether there was anything to run. */
	private static boolean run(ChainedOptionsBuilder options) throws RunnerException {
		try {
			return !new Runner(options.build()).run().isEmpty();
		}
		catch (NoBenchmarksException ex) {
			return false;
		}
	}

}
