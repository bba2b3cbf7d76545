package dev.breaker.benchmarks;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether the benchmarks still run; how fast anything is, is no question for a build.
 */
class BenchmarksTests {

	@Test
	void everyBenchmarkRunsAndGivesAScore() throws RunnerException {
		Collection<RunResult> results = new Runner(new OptionsBuilder().include("dev\\.breaker\\.benchmarks\\..*")
			.forks(0)
			.warmupIterations(0)
			.measurementIterations(1)
			.measurementTime(TimeValue.milliseconds(10))
			.param("breakers", "1")
			.shouldFailOnError(true)
			.verbosity(VerboseMode.SILENT)
			.build()).run();
		assertThat(results).isNotEmpty()
			.allSatisfy((result) -> assertThat(result.getPrimaryResult().getScore()).isFinite().isPositive());
		assertThat(results).extracting((result) -> result.getParams().getBenchmark())
			.containsAll(BenchmarkList.defaultList()
				.getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
				.stream()
				.map(BenchmarkListEntry::getUsername)
				.toList());
	}

	@Test
	void everyBreakerHasASize() {
		Map<String, Long> footprint = Footprint.measure();
		assertThat(footprint).isNotEmpty().allSatisfy((breaker, bytes) -> assertThat(bytes).isPositive());
	}

}
