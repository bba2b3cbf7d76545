package dev.breaker;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Promise 12: ten thousand virtual threads through one breaker pin no carrier, and the
 * core has no {@code ThreadLocal}. Wants JDK 21 or later: {@code mvn verify -pl
 * breaker-stress -am -Dtest=VirtualThreadAttackTests
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class VirtualThreadAttackTests {

	private static final int THREADS = 10_000;

	@Test
	void tenThousandVirtualThreadsPinNoCarrier(@TempDir Path directory) throws Exception {
		assumeThat(Runtime.version().feature()).as("JDK").isGreaterThanOrEqualTo(21);
		CircuitBreaker breaker = CircuitBreaker.of("virtual",
				CircuitBreakerConfig.builder()
					.slidingWindowSize(50)
					.minimumNumberOfCalls(20)
					.slowCallDurationThreshold(Duration.ofMinutes(1))
					.waitDurationInOpenState(Duration.ofMillis(1))
					.permittedNumberOfCallsInHalfOpenState(3)
					.build());
		Path file = directory.resolve("pinned.jfr");
		LongAdder ended = new LongAdder();
		AtomicReference<@Nullable Throwable> unexpected = new AtomicReference<>();
		try (Recording recording = new Recording()) {
			recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
			recording.start();
			CountDownLatch over = new CountDownLatch(THREADS);
			for (int i = 0; i < THREADS; i++) {
				int number = i;
				startVirtualThread(() -> {
					try {
						calls(breaker, number, ended);
					}
					catch (Throwable ex) {
						unexpected.set(ex);
					}
					over.countDown();
				});
			}
			assertThat(over.await(2, TimeUnit.MINUTES)).isTrue();
			recording.stop();
			recording.dump(file);
		}
		assertThat(unexpected.get()).isNull();
		List<RecordedEvent> pinned = RecordingFile.readAllEvents(file);
		assertThat(pinned).isEmpty();
		Snapshot snapshot = breaker.snapshot();
		assertThat(snapshot.successfulCallsTotal() + snapshot.failedCallsTotal() + snapshot.notPermittedCallsTotal())
			.isEqualTo(ended.sum())
			.isEqualTo(3L * THREADS);
	}

	private static void calls(CircuitBreaker breaker, int number, LongAdder ended) {
		for (int i = 0; i < 3; i++) {
			try {
				breaker.run(() -> {
					LockSupport.parkNanos(1_000_000);
					if (number % 3 == 0) {
						throw new IOException();
					}
				});
			}
			catch (IOException | CallNotPermittedException ex) {
				// As it should be
			}
			ended.increment();
		}
	}

	private static void startVirtualThread(Runnable work) throws ReflectiveOperationException {
		Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
		start.invoke(null, work);
	}

	@Test
	void theCoreHasNoThreadLocal() throws Exception {
		List<String> users = new ArrayList<>();
		URI core = CircuitBreaker.class.getProtectionDomain().getCodeSource().getLocation().toURI();
		if (Files.isDirectory(Path.of(core))) {
			collect(Path.of(core), users);
		}
		else {
			try (FileSystem jar = FileSystems.newFileSystem(Path.of(core), Map.of())) {
				collect(jar.getPath("/"), users);
			}
		}
		assertThat(users).isEmpty();
	}

	private static void collect(Path root, List<String> users) throws IOException {
		try (Stream<Path> files = Files.walk(root)) {
			List<Path> classes = files.filter((file) -> file.toString().endsWith(".class")).toList();
			assertThat(classes).hasSizeGreaterThan(20);
			for (Path file : classes) {
				try (InputStream in = Files.newInputStream(file)) {
					String constants = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
					if (constants.contains("java/lang/ThreadLocal")) {
						users.add(file.toString());
					}
				}
			}
		}
	}

}
