package dev.breaker.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether the benchmarks still run; how fast anything is, is no question for a build.
 */
class BenchmarksTests {

	private static final String START_UP = "StartUpBenchmark";

	/** So many that each check has something to look at, whatever a call takes. */
	private static final int CALLS = 1000;

	@Test
	void everyBenchmarkRunsAndMeasuresWhatItSays() throws RunnerException {
		Collection<RunResult> results = new ArrayList<>();
		results.addAll(new Runner(options().exclude(START_UP).measurementBatchSize(CALLS).build()).run());
		results.addAll(new Runner(options().include(START_UP).param("breakers", "2").build()).run());
		assertThat(results)
			.allSatisfy((result) -> assertThat(result.getPrimaryResult().getScore()).isFinite().isPositive());
		assertThat(results).extracting((result) -> result.getParams().getBenchmark())
			.containsAll(BenchmarkList.defaultList()
				.getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
				.stream()
				.map(BenchmarkListEntry::getUsername)
				.toList());
	}

	@Test
	void everyBenchmarkMeasuresTheSameWithTwoThreads() throws RunnerException {
		Collection<RunResult> results = new Runner(options().exclude(START_UP)
			.exclude("AnnotatedBenchmark")
			.measurementBatchSize(CALLS)
			.param("percent", "1")
			.threads(2)
			.build()).run();
		assertThat(results).isNotEmpty();
	}

	private static ChainedOptionsBuilder options() {
		return new OptionsBuilder().mode(Mode.SingleShotTime)
			.forks(0)
			.warmupIterations(0)
			.measurementIterations(1)
			.shouldFailOnError(true)
			.verbosity(VerboseMode.SILENT);
	}

	@Test
	void everyBreakerHasASizeBeforeAndAfterItsFirstCall() {
		Map<String, Footprint.Size> footprint = Footprint.measure(100);
		assertThat(footprint).containsKeys(Footprint.COUNT, Footprint.TIME, Footprint.RESILIENCE4J_COUNT,
				Footprint.RESILIENCE4J_TIME);
		assertThat(footprint).allSatisfy((breaker, size) -> {
			assertThat(size.idle()).isPositive();
			if (!breaker.equals(Footprint.EVERY_SECOND)) {
				assertThat(size.used()).isGreaterThanOrEqualTo(size.idle());
			}
		});
	}

}
