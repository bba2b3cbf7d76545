package dev.breaker.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tests that the pages name exist.
 */
class DocumentedTestsTests {

	private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

	private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*(?:Tests|Stress))(?:\\.(\\w+))?`");

	private final List<Path> sources = files(ROOT, (path) -> path.matches(".*/src/test/.*\\.(java|kt)"));

	@Test
	void eachTestThatAPageNamesExists() {
		List<String> missing = new ArrayList<>();
		int named = 0;
		for (Path page : files(ROOT.resolve("docs"), (path) -> path.endsWith(".md"))) {
			for (MatchResult name : NAMED.matcher(read(page)).results().toList()) {
				named++;
				if (!exists(name.group(1), name.group(2))) {
					missing.add(page.getFileName() + ": " + name.group());
				}
			}
		}
		assertThat(named).isGreaterThan(100);
		assertThat(missing).as("tests that pages name, and that do not exist").isEmpty();
	}

	private boolean exists(String type, String method) {
		return this.sources.stream()
			.filter((source) -> source.getFileName().toString().matches(type + "\\.(java|kt)"))
			.anyMatch((source) -> method == null
					|| Pattern.compile("\\b(?:void|fun|Stream<DynamicTest>) " + method + "\\(")
						.matcher(read(source))
						.find());
	}

	private static List<Path> files(Path folder, java.util.function.Predicate<String> wanted) {
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter((file) -> wanted.test(file.toString())).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
