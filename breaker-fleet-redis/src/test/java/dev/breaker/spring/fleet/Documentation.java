package dev.breaker.spring.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the pages say.
 */
final class Documentation {

	private Documentation() {
	}

	/** The table of docs/meters.md. */
	static List<String> metersOfAFleet() {
		try {
			return Files.readAllLines(Path.of("..", "docs", "meters.md"))
				.stream()
				.dropWhile((row) -> !row.startsWith("| meter of a fleet"))
				.takeWhile((row) -> row.startsWith("|"))
				.filter((row) -> row.startsWith("| `"))
				.map((row) -> row.substring(3, row.indexOf('`', 3)))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
