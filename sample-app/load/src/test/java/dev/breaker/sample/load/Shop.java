package dev.breaker.sample.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shop under load: the one at {@code -Dload.url}, or else one of our own, which ends
 * with this JVM, however that ends.
 */
final class Shop {

	private static final Pattern READY = Pattern.compile("page +(http://localhost:\\d+)/");

	private static final int START_SECONDS = 60;

	private Shop() {
	}

	static String open() {
		String url = System.getProperty("load.url");
		return (url != null) ? url : start(Path.of(System.getProperty("load.log")), List.of());
	}

	/** One of our own, in any case. */
	static String open(String name, List<String> settings) {
		return start(Path.of(System.getProperty("load.log")).resolveSibling("shop-" + name + ".log"), settings);
	}

	private static String start(Path log, List<String> settings) {
		try {
			// The simple compiler, as with spring-boot:run, to spare the processors
			List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java"),
					"-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", System.getProperty("load.jar"), "--server.port=0",
					// So that what customers pay for probes is measured
					"--breaker.instances.payments.probe=none"));
			command.addAll(settings);
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process)));
			return awaitUrl(process, log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String awaitUrl(Process process, Path log) throws IOException, InterruptedException {
		long began = System.nanoTime();
		while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(START_SECONDS)) {
			Matcher ready = READY.matcher(Files.readString(log));
			if (ready.find()) {
				return ready.group(1);
			}
			if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
				throw new IllegalStateException("The shop ended at its start: see " + log);
			}
		}
		throw new IllegalStateException("The shop has not opened for %d s: see %s".formatted(START_SECONDS, log));
	}

	private static void stop(Process process) {
		process.destroy();
		try {
			if (!process.waitFor(10, TimeUnit.SECONDS)) {
				process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
		}
	}

}
