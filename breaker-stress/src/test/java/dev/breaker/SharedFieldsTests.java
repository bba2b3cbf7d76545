package dev.breaker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The list of shared fields in {@code docs/concurrency.md} is that of the source of the
 * core, of the starter, of the aspect and of the dashboard. What only a lock guards does
 * not show in a declaration: such a field can be missing in the list, but none in the
 * list can be missing in the source.
 */
class SharedFieldsTests {

	private static final List<Path> SOURCES = List.of(Path.of("../breaker-core/src/main/java"),
			Path.of("../breaker-spring-boot-starter/src/main/java"), Path.of("../breaker-aspectj/src/main/java"),
			Path.of("../breaker-dashboard/src/main/java"), Path.of("../breaker-fleet-redis/src/main/java"));

	private static final Pattern TYPE = Pattern
		.compile("(\t*)(?:[a-z]+ )*(?:class|record|enum|interface) (\\w+).*?(extends (?:Atomic\\w+|SpinLock)\\b.*)?");

	private static final Pattern FIELD = Pattern
		.compile("(\t+)((?:private |protected |public |final |static |transient |volatile )*)"
				+ "([A-Z@abcdfilnst].*?) (\\w+)(?:;| =.*)");

	private static final Pattern SHARED = Pattern
		.compile("\\bvolatile |\\bAtomic[A-Z]|\\bLongAdder\\b|\\bSpinLock\\b|\\bConcurrent[A-Z]"
				+ "|\\bCopyOnWrite|\\bsynchronized(?:Map|Set|List|Collection)\\(|\\w+BlockingQueue\\b");

	private static final Pattern HANDLE = Pattern
		.compile("FieldHandle\\.of\\(MethodHandles\\.lookup\\(\\),\\s*\"(\\w+)\"");

	private static final Pattern NAMED = Pattern.compile("`((?:[A-Z]\\w*)(?:\\.[A-Z]\\w*)*)?(?:\\.([a-z]\\w*))?`");

	private final Set<String> declared = new TreeSet<>();

	private final Set<String> shared = new TreeSet<>();

	private final Set<String> listed = new TreeSet<>();

	SharedFieldsTests() throws IOException {
		for (Path source : SOURCES) {
			try (Stream<Path> files = Files.walk(source)) {
				files.filter((file) -> file.toString().endsWith(".java")).forEach(this::read);
			}
		}
		String document = Files.readString(Path.of("../docs/concurrency.md"));
		String list = document.substring(document.indexOf("## Shared fields"), document.indexOf("## Promises"));
		list.lines().filter((line) -> line.startsWith("| `")).forEach(this::readRow);
	}

	@Test
	void everySharedFieldIsInTheList() {
		assertThat(this.shared).hasSizeGreaterThan(50);
		this.shared.removeAll(this.listed);
		assertThat(this.shared).as("shared, and not in the list of docs/concurrency.md").isEmpty();
	}

	@Test
	void everyFieldOfTheListIsInTheSource() {
		assertThat(this.listed).hasSizeGreaterThan(50);
		this.listed.removeAll(this.declared);
		assertThat(this.listed).as("in the list of docs/concurrency.md, and not in the source").isEmpty();
	}

	private void read(Path file) {
		String text;
		try {
			text = Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		String[] types = new String[20];
		String[] lines = text.split("\n");
		for (int i = 0; i < lines.length; i++) {
			String line = lines[i];
			Matcher type = TYPE.matcher(line);
			Matcher field = FIELD.matcher(line);
			if (type.matches()) {
				int depth = type.group(1).length();
				types[depth] = ((depth > 0) ? types[depth - 1] + "." : "") + type.group(2);
				add(types[depth], type.group(3) != null);
			}
			else if (field.matches() && types[field.group(1).length() - 1] != null) {
				String name = types[field.group(1).length() - 1] + "." + field.group(4);
				add(name, SHARED.matcher(line).find());
				// A handle is looked up by the type that has the field.
				String declaring = types[field.group(1).length() - 1];
				HANDLE.matcher(line + lines[i + 1])
					.results()
					.forEach((handle) -> this.shared.add(declaring + "." + handle.group(1)));
			}
		}
	}

	private void add(String name, boolean shared) {
		this.declared.add(name);
		if (shared) {
			this.shared.add(name);
		}
	}

	/** A row names types, fields with their type, and more fields of the last type. */
	private void readRow(String row) {
		Matcher named = NAMED.matcher(row.substring(0, row.indexOf(" | ")));
		String type = null;
		while (named.find()) {
			type = (named.group(1) != null) ? named.group(1) : type;
			this.listed.add((named.group(2) != null) ? type + "." + named.group(2) : type);
		}
	}

}
