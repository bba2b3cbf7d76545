package dev.breaker.fleet.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

import org.opentest4j.TestAbortedException;
import redis.embedded.core.ExecutableProvider;

/**
 * The servers that the tests run against.
 */
enum RedisBinary {

	/** The one that a test dependency brings along. */
	EMBEDDED {

		@Override
		Path path() {
			return Unpacked.SERVER;
		}

	},

	/** The one that is installed. */
	INSTALLED {

		@Override
		Path path() {
			return installed().orElseThrow(
					() -> new TestAbortedException("redis-server is not on the path: install Debian's package"));
		}

	};

	/** The server; aborts the test where there is none. */
	abstract Path path();

	private static Optional<Path> installed() {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator))
			.map((folder) -> Path.of(folder, "redis-server"))
			.filter(Files::isExecutable)
			.findFirst();
	}

	private static final class Unpacked {

		private static final Path SERVER = unpack();

		private static Path unpack() {
			try {
				return ExecutableProvider.newJarResourceProvider().get().toPath().toAbsolutePath();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
