package dev.breaker.spring.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.breaker.spring.autoconfigure.BreakerRestoreAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a file may say of the file of states.
 */
class ConfigRestoreFileTests {

	@TempDir
	Path directory;

	@Test
	void aFileThatIsNotThereYetIsWell() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.start("breaker.restore.file: " + this.directory.resolve("a/b/states"))) {
			assertThat(context.getBean(BreakerProperties.class).restore().file()).endsWith("states");
		}
	}

	@Test
	void noneSwitchesAFileOfAnotherSourceOff() {
		try (ConfigurableApplicationContext context = new YamlApplication(this.directory)
			.withArgument("--breaker.restore.file=none")
			.start("breaker.restore.file: " + this.directory)) {
			assertThat(context.getBean(BreakerProperties.class).restore().file()).isEqualTo("none");
		}
	}

	@Test
	void aDirectoryStopsTheApplicationWithItsPlace() {
		assertThat(failure("breaker.restore.file: " + this.directory)).contains("Property: breaker.restore.file")
			.contains("Value: \"" + this.directory + "\"")
			.contains("application.yml] - 1:")
			.contains("Reason: must be a file, and is a directory")
			.contains("Change \"breaker.restore.file\" to the path of a file, or to none.");
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void whatIsNoRegularFileStopsTheApplicationWithItsPlace() throws Exception {
		Path pipe = this.directory.resolve("pipe");
		assertThat(new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor()).isZero();
		Path link = Files.createSymbolicLink(this.directory.resolve("link"), pipe);
		for (Path path : List.of(pipe, link)) {
			assertThat(failure("breaker.restore.file: " + path)).contains("Property: breaker.restore.file")
				.contains("Value: \"" + path + "\"")
				.contains("application.yml] - 1:")
				.contains("Reason: must be a regular file, and is a device, a pipe or a socket")
				.contains("Change \"breaker.restore.file\" to the path of a file, or to none.");
		}
	}

	@Test
	void aPathBelowAFileStopsTheApplication() throws IOException {
		Path file = Files.createFile(this.directory.resolve("states"));
		assertThat(failure("breaker.restore.file: " + file.resolve("a/b")))
			.contains("must be below a directory, and '" + file + "' is a file");
	}

	@Test
	void whatIsNoPathStopsTheApplicationWithItsPlace() {
		assertThat(failure("breaker.restore.file: \"a\\0b\"")).contains("Property: breaker.restore.file")
			.contains("application.yml] - 1:")
			.contains("Reason: must be the path of a file: Nul character not allowed")
			.contains("Change \"breaker.restore.file\" to the path of a file, or to none.");
	}

	@Test
	void anEmptyPathStopsTheApplication() {
		assertThat(failure("breaker.restore.file: ")).contains("Property: breaker.restore.file").contains("is empty");
	}

	private String failure(String yaml) {
		return new YamlApplication(this.directory).with(BreakerRestoreAutoConfiguration.class).failure(yaml);
	}

}
