package dev.breaker.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

/**
 * What a run's files become.
 */
class ReportTests {

	@TempDir
	Path directory;

	@Test
	void ratiosAreShownWithTheSpreadOfTheirForks() throws IOException {
		String tables = Report.performance(resultsOf("ClosedBenchmark"));
		assertThat(tables)
			.contains("| closed, count window / Resilience4j | 0.100 × | 0.050 × | 0.036 to 0.067 | yes |")
			.contains("| resilience4j | 100 ns/op | 90 to 110 | 40 | 20 | 15 to 27.5 |")
			.contains("| breaker | 5 ns/op | 4 to 6 | 0 | 1 |  |");
	}

	@Test
	void whatIsMeasuredInRoundsIsComparedRoundByRound() throws IOException {
		String run = """
				{"benchmark": "dev.breaker.benchmarks.StartUpBenchmark.start", "threads": 1,
				"params": {"breakers": "100", "library": "%s"},
				"primaryMetric": {"scoreUnit": "ms/op", "rawData": [[%s]]},
				"secondaryMetrics": {"gc.alloc.rate.norm": {"score": %s}}}
				""";
		// The machine becomes slower from round to round.
		double[] factors = { 1, 2, 4 };
		for (int round = 0; round < factors.length; round++) {
			double factor = factors[round];
			Files.writeString(this.directory.resolve("start-1-" + round + ".json"),
					"[" + run.formatted("NONE", 700 * factor, 100 * factor) + ","
							+ run.formatted("BREAKER", (700 + 60) * factor, 0) + ","
							+ run.formatted("RESILIENCE4J_BREAKER", (700 + 100) * factor, 0) + "]");
		}
		Results results = Results.read(this.directory);
		String key = "StartUpBenchmark.start[breakers=100][library=NONE]";
		assertThat(results.score(key)).isEqualTo(new Range(1400, 700, 2800, List.of(700.0, 1400.0, 2800.0)));
		assertThat(results.bytes(key)).isCloseTo(233.3, within(0.1));
		assertThat(Report.performance(results)).contains("| 0.700 × | 0.600 × |  | yes |");
	}

	@Test
	void aTargetThatIsMissedIsMarked() throws IOException {
		Results.write(this.directory, Map.of(Footprint.COUNT, new Footprint.Size(601, 700, 800)));
		assertThat(Report.performance(Results.read(this.directory)))
			.contains("| heap, count window | 600 bytes | 601 bytes |  | **no** |")
			.contains("| Breaker, 100 calls | 601 | 700 | 800 |");
	}

	@Test
	void readmesTableHasWhatWasMeasured() throws IOException {
		assertThat(Report.readme(resultsOf("ClosedBenchmark")))
			.contains("| a healthy call | 5 ns | 100 ns | 20 × | 15 to 27.5 |")
			.doesNotContain("heap");
	}

	@Test
	void theTablesOfTheProjectCanBeReplaced() throws IOException {
		String old = GeneratedTables.of(Results.read(this.directory));
		assertThat(GeneratedTables.replace("before\n" + old + "after\n", "| new |")).contains("before\n",
				"begin -->\n\n| new |\n\n<!--", "after\n");
		assertThatIllegalArgumentException().isThrownBy(() -> GeneratedTables.replace("nothing", "| new |"))
			.withMessageContaining("begin");
	}

	@Test
	void theProjectsFilesHavePlacesForTables() throws IOException {
		for (String file : new String[] { "../README.md", "../docs/performance.md" }) {
			assertThat(GeneratedTables.replace(Files.readString(Path.of(file)), "| new |")).contains("| new |");
		}
	}

	private Results resultsOf(String benchmark) throws IOException {
		String run = """
				{"benchmark": "dev.breaker.benchmarks.%s.%s", "threads": 1,
				"primaryMetric": {"scoreUnit": "ns/op", "rawData": %s},
				"secondaryMetrics": {"gc.alloc.rate.norm": {"score": %s}}}
				""";
		Files.writeString(this.directory.resolve("any.json"),
				"[" + run.formatted(benchmark, "breaker", "[[3.0, 5.0], [5.0], [6.0]]", "0.001") + ","
						+ run.formatted(benchmark, "resilience4j", "[[90.0], [100.0], [110.0]]", "40.2") + "]");
		return Results.read(this.directory);
	}

}
