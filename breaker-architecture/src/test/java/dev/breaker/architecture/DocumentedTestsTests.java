package dev.breaker.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tests that the pages name exist, and so does the code that {@code concurrency.md}
 * names; each pain of {@code pains.md} has a test.
 */
class DocumentedTestsTests {

	private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");

	private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*(?:Tests|Stress))(?:\\.(\\w+))?`");

	private static final List<Integer> PAINS = IntStream.rangeClosed(1, 70).boxed().toList();

	private static final Pattern GAP = Pattern.compile("\\((\\d+)\\)");

	private static final Pattern PAIN = Pattern.compile("(?m)^\\| (\\d+) \\| [^|]+ \\| .*`\\w+Tests[.`]");

	/** What calls the application's code is the second cell of a row. */
	private static final Pattern CALLER = Pattern.compile("(?m)^\\| [^|]+ \\| ([^|]+) \\|");

	private static final Pattern PLACE = Pattern.compile("`([A-Z]\\w*)?(?:\\.(\\w+))?`");

	private final List<Path> sources = files(ROOT, (path) -> path.matches(".*/src/test/.*\\.(java|kt)"));

	private final List<Path> mainSources = files(ROOT, (path) -> path.matches(".*/src/main/.*\\.java"));

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

	@Test
	void eachPainHasItsTestsOrIsCalledAGap() {
		String page = read(ROOT.resolve("docs/pains.md"));
		String gaps = page.substring(0, page.indexOf("| # |"));
		assertThat(Stream.concat(GAP.matcher(gaps).results(), PAIN.matcher(page).results())
			.map((number) -> Integer.valueOf(number.group(1)))).containsExactlyInAnyOrderElementsOf(PAINS);
	}

	@Test
	void eachPlaceThatCallsCodeOfTheApplicationExists() {
		String page = read(ROOT.resolve("docs/concurrency.md"));
		String tables = page.substring(page.indexOf("## Calls into the application's code"),
				page.indexOf("## What the attacks found"));
		List<String> missing = new ArrayList<>();
		int named = 0;
		for (MatchResult caller : CALLER.matcher(tables).results().toList()) {
			String type = "";
			for (MatchResult place : PLACE.matcher(caller.group(1)).results().toList()) {
				named++;
				type = (place.group(1) != null) ? place.group(1) : type;
				if (!isInSource(type, (place.group(2) != null) ? place.group(2) : type)) {
					missing.add(place.group());
				}
			}
		}
		assertThat(named).isGreaterThan(30);
		assertThat(missing).as("places that concurrency.md names, and that do not exist").isEmpty();
	}

	private boolean isInSource(String type, String member) {
		return this.mainSources.stream()
			.filter((source) -> source.endsWith(type + ".java"))
			.anyMatch((source) -> Pattern.compile("\\b" + member + "\\b").matcher(read(source)).find());
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
