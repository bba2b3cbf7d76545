package dev.breaker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the jcstress tests of this module, the classes called {@code *Stress}: for a fifth
 * of a second each in a plain build, five times that in each of jcstress's compilation
 * modes and JVM configurations with {@code -Pstress}. One outcome that a test forbids
 * fails the build.
 *
 * <p>
 * {@code mvn verify -pl breaker-stress -am -Dtest=JcstressTests
 * -Dsurefire.failIfNoSpecifiedTests=false}; {@code -Djcstress.tests=} names one of them.
 * The report is in {@code target/jcstress}.
 */
class JcstressTests {

	private static final String ALL = "dev.breaker";

	private static final String SELECTION = System.getProperty("jcstress.tests", ALL);

	private static final Pattern MATCHING = Pattern.compile("(\\d+) matching test results");

	private static final Path REPORT = Path.of("target", "jcstress").toAbsolutePath();

	@Test
	void noForbiddenOutcome() throws IOException, InterruptedException {
		Files.createDirectories(REPORT);
		Path output = REPORT.resolve("output.txt");
		Process process = new ProcessBuilder(command()).directory(REPORT.toFile())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			assertThat(process.waitFor(Crowd.scaled(10), TimeUnit.MINUTES)).as("ended").isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		String told = Files.readString(output);
		assertThat(process.exitValue()).as(told).isZero();
		assertThat(told).contains("Failed tests: No matches.", "Error tests: No matches.");
		if (!SELECTION.equals(ALL)) {
			return;
		}
		// One that could not be scheduled here would be passed over in silence.
		int run = MATCHING.matcher(told).results().mapToInt((match) -> Integer.parseInt(match.group(1))).sum();
		assertThat(run).as(told).isEqualTo(tests());
	}

	private static int tests() throws IOException {
		try (InputStream list = JcstressTests.class.getResourceAsStream("/META-INF/TestList")) {
			return (int) new String(Objects.requireNonNull(list).readAllBytes(), StandardCharsets.UTF_8).lines()
				.count();
		}
	}

	private static List<String> command() {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.openjdk.jcstress.Main"));
		command.addAll(List.of("-t", SELECTION, "-r", REPORT.toString()));
		if (Crowd.scaled(1) == 1) {
			command.addAll(List.of("-c", "2", "-f", "1", "-iters", "1", "-time", "200", "-sc", "false"));
			command.addAll(List.of("-af", "NONE", "-jvmArgs", "-Xmx256m"));
		}
		else {
			command.addAll(List.of("-m", "quick"));
		}
		return command;
	}

}
