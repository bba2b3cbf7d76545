package dev.breaker.fleet.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.breaker.State;

/**
 * A {@link NodeMain} that runs.
 */
final class NodeProcess implements AutoCloseable {

	private static final long LONG_SECONDS = 60;

	private final String name;

	private final Process process;

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	private boolean paused;

	private NodeProcess(String name, Process process) {
		this.name = name;
		this.process = process;
		Thread reader = new Thread(this::read, "answers of " + name);
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Starts a node, and waits until it has joined the fleet.
	 * @param wrong how far its wall clock goes wrong
	 */
	static NodeProcess start(TestRedis redis, String name, Duration wrong) {
		try {
			NodeProcess started = new NodeProcess(name,
					new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
							"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
							NodeMain.class.getName(), Integer.toString(redis.port()), name, wrong.toString())
						.redirectErrorStream(true)
						.start());
			started.await("joined true");
			return started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		try (BufferedReader output = this.process.inputReader(StandardCharsets.UTF_8)) {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				if (line.startsWith(NodeMain.ANSWER)) {
					this.answers.add(line.substring(NodeMain.ANSWER.length()));
				}
			}
		}
		catch (IOException ex) {
			// The process has ended.
		}
	}

	private String await(String expected) {
		String answer = next();
		if (!answer.equals(expected)) {
			throw new AssertionError(this.name + " answers '" + answer + "' and not '" + expected + "'");
		}
		return answer;
	}

	private String next() {
		try {
			String answer = this.answers.poll(LONG_SECONDS, TimeUnit.SECONDS);
			if (answer == null) {
				throw new AssertionError(this.name + " does not answer");
			}
			return answer;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Tells it something, and waits for its answer. */
	String say(String line) {
		try {
			this.process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return next();
	}

	State state() {
		return State.valueOf(say("state"));
	}

	/** Makes a call. */
	String call(boolean well) {
		String taken = say("take");
		if (!taken.equals("refused")) {
			say(well ? "succeed" : "fail");
		}
		return taken;
	}

	boolean isPaused() {
		return this.paused;
	}

	void pause() {
		signal("STOP");
		this.paused = true;
	}

	void resume() {
		signal("CONT");
		this.paused = false;
	}

	private void signal(String signal) {
		TestRedis.signal(this.process, signal);
	}

	void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	@Override
	public void close() {
		kill();
	}

	@Override
	public String toString() {
		return this.name;
	}

}
