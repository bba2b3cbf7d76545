package dev.breaker.spring.restore;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.breaker.ExportedState;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.restore.SavedState.Kind;
import dev.breaker.spring.restore.SavedState.Owner;
import dev.breaker.spring.restore.StateFile.UnusableFileException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * What is in the file, and what is done with a file that is not as it was written.
 */
class StateFileTests {

	private static final Instant AT = Instant.parse("2026-03-01T12:00:00.123456789Z");

	private static final String NASTY = "k\u00f6 ln=1&2\n% \uD83D\uDE00\r\t+";

	@TempDir
	Path directory;

	private Path path;

	private StateFile file;

	@BeforeEach
	void name() {
		this.path = this.directory.resolve("states");
		this.file = new StateFile(this.path, "shop");
	}

	private static SavedState open(String name) {
		return new SavedState(new Owner(Kind.BREAKER, name, null),
				new ExportedState(State.OPEN, AT.minusSeconds(7), AT, Duration.ofNanos(23_000_000_001L), 3, null));
	}

	private static List<SavedState> all() {
		StateCommand command = StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMinutes(10)).comment(NASTY).actor("");
		return List.of(open("payments"), open(NASTY),
				new SavedState(new Owner(Kind.KEY, "stores", NASTY),
						new ExportedState(State.HALF_OPEN, AT, AT, null, 1, null)),
				new SavedState(new Owner(Kind.GROUP, "stores", null),
						new ExportedState(State.FORCED_OPEN, AT, AT, Duration.ZERO, 0, command)),
				new SavedState(new Owner(Kind.BREAKER, "tried", null),
						new ExportedState(State.METRICS_ONLY, AT, AT, null, 0, StateCommand.to(State.METRICS_ONLY))));
	}

	@Test
	@EnabledOnOs({ OS.LINUX, OS.MAC })
	void whatIsNoRegularFileIsNeitherWaitedForNorReplaced() throws Exception {
		Path pipe = this.directory.resolve("pipe");
		assertThat(new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start().waitFor()).isZero();
		StateFile file = new StateFile(pipe, "shop");
		assertThatExceptionOfType(UnusableFileException.class).isThrownBy(file::read)
			.withMessage("is no regular file")
			.matches(UnusableFileException::isForeign);
		assertThatIOException().isThrownBy(() -> file.write(List.of())).withMessageContaining("is no regular file");
		assertThat(Files.exists(pipe)).isTrue();
		assertThat(Files.isRegularFile(pipe)).isFalse();
	}

	@Test
	void whatWasWrittenIsRead() throws Exception {
		this.file.write(all());
		assertSame(this.file.read(), all());
		this.file.write(List.of());
		assertThat(this.file.read()).isEmpty();
	}

	/** Commands have no equals. */
	private static void assertSame(List<SavedState> states, List<SavedState> others) {
		assertThat(states).usingRecursiveComparison().isEqualTo(others);
	}

	@Test
	void withoutAFileThereIsNothing() throws Exception {
		assertThat(this.file.read()).isEmpty();
		assertThat(this.path).doesNotExist();
	}

	@Test
	void directoriesAreMadeAndNothingElseIsLeftInThem() throws Exception {
		Path below = this.directory.resolve("a/b/states");
		StateFile deep = new StateFile(below, "shop");
		deep.write(all());
		deep.write(all());
		assertThat(deep.read()).hasSize(5);
		try (Stream<Path> files = Files.list(below.getParent())) {
			assertThat(files).containsExactly(below);
		}
	}

	@Test
	void aLinkToADirectoryIsFollowed() throws Exception {
		Path real = Files.createDirectory(this.directory.resolve("real"));
		Path link = Files.createSymbolicLink(this.directory.resolve("link"), real);
		new StateFile(link.resolve("states"), "shop").write(all());
		assertThat(real.resolve("states")).exists();
	}

	@Test
	void aLinkToTheFileIsFollowed() throws Exception {
		Path shared = Files.createDirectory(this.directory.resolve("shared"));
		Path real = shared.resolve("states");
		Path near = Files.createSymbolicLink(shared.resolve("near"), Path.of("states"));
		Path link = Files.createSymbolicLink(this.directory.resolve("link"), near);
		StateFile linked = new StateFile(link, "shop");
		assertThat(linked.read()).as("not there yet").isEmpty();
		linked.write(all());
		linked.write(List.of(open("payments")));
		assertThat(link).isSymbolicLink();
		assertThat(near).isSymbolicLink();
		assertThat(real).isRegularFile();
		assertSame(new StateFile(real, "shop").read(), List.of(open("payments")));
		assertSame(linked.read(), List.of(open("payments")));
	}

	@Test
	void linksThatLeadNowhereAreNoFile() throws Exception {
		Path one = this.directory.resolve("one");
		Path other = Files.createSymbolicLink(this.directory.resolve("other"), one);
		Files.createSymbolicLink(one, other);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> new StateFile(one, "shop").write(all()));
		assertThat(one).isSymbolicLink();
	}

	@Test
	void aFileThatEndsAnywhereIsDamaged() throws Exception {
		this.file.write(all());
		byte[] whole = Files.readAllBytes(this.path);
		for (int length = 0; length < whole.length; length++) {
			Files.write(this.path, Arrays.copyOf(whole, length));
			assertUnusable();
		}
	}

	@Test
	void aFileWithAnyOtherByteIsDamaged() throws Exception {
		this.file.write(all());
		byte[] whole = Files.readAllBytes(this.path);
		for (int i = 0; i < whole.length; i++) {
			byte[] other = whole.clone();
			other[i] ^= 1;
			Files.write(this.path, other);
			assertUnusable();
		}
	}

	private void assertUnusable() {
		assertThatExceptionOfType(UnusableFileException.class).isThrownBy(this.file::read);
	}

	@Test
	void aFileOfSomethingElseIsForeign() throws Exception {
		Files.writeString(this.path, "root:x:0:0:root:/root:/bin/bash\n");
		assertForeign("was not written by Breaker");
		Files.write(this.path, new byte[] { (byte) 0xCA, (byte) 0xFE, (byte) 0xBA, (byte) 0xBE });
		assertForeign("was not written by Breaker");
	}

	@Test
	void aFileOfAnotherApplicationIsForeign() throws Exception {
		new StateFile(this.path, "store").write(all());
		assertForeign("is of the application 'store', and this is 'shop' (spring.application.name)");
	}

	@Test
	void aHugeFileIsForeignAndNotRead() throws Exception {
		try (RandomAccessFile huge = new RandomAccessFile(this.path.toFile(), "rw")) {
			huge.setLength(100L * 1024 * 1024);
		}
		assertForeign("is larger than any that Breaker writes");
	}

	@Test
	void aDirectoryInItsPlaceIsForeign() throws Exception {
		Files.createDirectory(this.path);
		assertForeign("cannot be read");
	}

	private void assertForeign(String problem) {
		assertThatExceptionOfType(UnusableFileException.class).isThrownBy(this.file::read)
			.withMessageStartingWith(problem)
			.satisfies((thrown) -> assertThat(thrown.isForeign()).isTrue());
	}

	@Test
	void aFileOfAnotherVersionOfTheFormatIsOurs() throws Exception {
		this.file.write(all());
		Files.writeString(this.path, Files.readString(this.path).replace("restore 1", "restore 2"));
		assertThatExceptionOfType(UnusableFileException.class).isThrownBy(this.file::read)
			.withMessage("has another version of the format")
			.satisfies((thrown) -> assertThat(thrown.isForeign()).isFalse());
	}

	@Test
	void aFailedWriteLeavesTheFileAsItWas() throws Exception {
		this.file.write(all());
		StateFile below = new StateFile(this.path.resolve("states"), "shop");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> below.write(List.of()));
		assertSame(this.file.read(), all());
	}

	/** Two instances in the course of a rolling deployment. */
	@Test
	void aReaderSeesAWholeFileWhileOthersWrite() throws Exception {
		this.file.write(List.of(open("payments")));
		ExecutorService writers = Executors.newFixedThreadPool(2);
		try {
			List<Future<?>> writing = new ArrayList<>();
			for (int writer = 0; writer < 2; writer++) {
				List<SavedState> states = IntStream.range(0, 50 * writer + 1)
					.mapToObj((i) -> open("payments" + i))
					.toList();
				writing.add(writers.submit(() -> {
					StateFile other = new StateFile(this.path, "shop");
					for (int i = 0; i < 50; i++) {
						other.write(states);
					}
					return null;
				}));
			}
			while (writing.stream().anyMatch((each) -> !each.isDone())) {
				assertThat(this.file.read().size()).isIn(1, 51);
			}
			for (Future<?> each : writing) {
				each.get(1, TimeUnit.MINUTES);
			}
		}
		finally {
			writers.shutdownNow();
		}
		try (Stream<Path> files = Files.list(this.directory)) {
			assertThat(files).containsExactly(this.path);
		}
	}

	@Test
	void itIsPlainText() throws Exception {
		this.file.write(List.of(open("payments")));
		assertThat(Files.readString(this.path, StandardCharsets.US_ASCII)).startsWith("""
				dev.breaker.restore 1
				application shop
				BREAKER name=payments state=OPEN since=2026-03-01T11%3A59%3A53.123456789Z""");
	}

}
