import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Prints the line coverage of one module from JaCoCo's CSV report, and fails where there
 * is none: without a report JaCoCo checks no threshold. Run by the build as a source
 * file.
 */
public final class CoverageSummary {

	private CoverageSummary() {
	}

	/**
	 * Prints one line.
	 * @param args the module's name, the report, the lowest ratio accepted
	 * @throws IOException if the report cannot be read
	 */
	public static void main(String[] args) throws IOException {
		Path report = Path.of(args[1]);
		if (!Files.exists(report)) {
			System.err.println("Line coverage of " + args[0] + " is not measured: no test ran");
			System.exit(1);
		}
		List<String> rows = Files.readAllLines(report);
		List<String> header = List.of(rows.get(0).split(","));
		long missed = sum(rows, header.indexOf("LINE_MISSED"));
		long covered = sum(rows, header.indexOf("LINE_COVERED"));
		double percent = (covered != 0) ? 100.0 * covered / (covered + missed) : 0;
		System.out.println(String.format(Locale.ROOT, "Line coverage of %s: %.1f %% (%d of %d lines), at least %.0f %%",
				args[0], percent, covered, covered + missed, 100 * Double.parseDouble(args[2])));
	}

	private static long sum(List<String> rows, int column) {
		return rows.stream().skip(1).mapToLong((row) -> Long.parseLong(row.split(",")[column])).sum();
	}

}
