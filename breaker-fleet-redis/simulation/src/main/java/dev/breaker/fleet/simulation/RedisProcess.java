package dev.breaker.fleet.simulation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;

import redis.embedded.core.ExecutableProvider;

/**
 * A Redis of its own, in a process that can be stopped and goes on later. It keeps
 * nothing on disk, and ends with this JVM.
 */
public final class RedisProcess implements AutoCloseable {

	/** The binary that comes with the libraries of this project. */
	public static final String EMBEDDED = "embedded";

	private final Process process;

	private final int port;

	private final Thread ending;

	private RedisProcess(Process process, int port) {
		this.process = process;
		this.port = port;
		this.ending = new Thread(process::destroyForcibly, "redis-ending");
		Runtime.getRuntime().addShutdownHook(this.ending);
	}

	/**
	 * Starts a server on a free port of the loopback address, and waits until it accepts
	 * connections.
	 * @param program {@link #EMBEDDED}, or the name of a program on the path
	 * @return the server
	 * @throws IOException if it cannot be started
	 */
	public static RedisProcess start(String program) throws IOException {
		ExecutableProvider provider = program.equals(EMBEDDED) ? ExecutableProvider.newJarResourceProvider()
				: ExecutableProvider.newExecutableInPath(program);
		int port = freePort();
		List<String> command = List.of(provider.get().getPath(), "--port", Integer.toString(port), "--bind",
				"127.0.0.1", "--save", "", "--appendonly", "no");
		RedisProcess redis = new RedisProcess(new ProcessBuilder(command).redirectErrorStream(true).start(), port);
		redis.awaitReady();
		return redis;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private void awaitReady() throws IOException {
		BufferedReader log = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
		StringBuilder said = new StringBuilder();
		for (String line = log.readLine(); line != null; line = log.readLine()) {
			if (line.contains("Ready to accept connections")) {
				Thread reading = new Thread(() -> readOn(log), "redis-log");
				reading.setDaemon(true);
				reading.start();
				return;
			}
			said.append(line).append('\n');
		}
		throw new IOException("Redis did not start: " + said);
	}

	/** So that it never waits for a reader of its log. */
	private static void readOn(BufferedReader log) {
		try {
			log.lines().forEach((line) -> {
			});
		}
		catch (UncheckedIOException ex) {
			// It has ended.
		}
	}

	/**
	 * Where it listens.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/** Stops it where it is: connections stay, and nothing is answered. */
	public void pause() {
		signal("-STOP");
	}

	/** Lets it go on. */
	public void resume() {
		signal("-CONT");
	}

	private void signal(String signal) {
		try {
			int status = new ProcessBuilder("kill", signal, Long.toString(this.process.pid())).start().waitFor();
			if (status != 0) {
				throw new IllegalStateException("kill " + signal + " of Redis ended with " + status);
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException("kill " + signal + " of Redis failed", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted at kill " + signal + " of Redis", ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		this.process.onExit().join();
		Runtime.getRuntime().removeShutdownHook(this.ending);
	}

}
