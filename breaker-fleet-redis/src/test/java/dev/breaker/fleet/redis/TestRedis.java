package dev.breaker.fleet.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A Redis server of its own, with what a test needs to reach it, to pause it and to kill
 * it. Keeps nothing on disk.
 */
final class TestRedis implements AutoCloseable {

	static final String HOST = "127.0.0.1";

	private static final ClientResources RESOURCES = DefaultClientResources.create();

	private static final int FIRST_PORT = 20_000;

	private static final int PORTS = 10_000;

	private final List<String> command = new ArrayList<>();

	private final Path folder;

	private final int port;

	private final List<AutoCloseable> opened = new ArrayList<>();

	private Process process;

	private @Nullable StatefulRedisConnection<String, String> connection;

	private TestRedis(RedisBinary binary, int port, String... settings) {
		this.port = port;
		this.folder = folder();
		this.command.addAll(List.of(binary.path().toString(), "--port", Integer.toString(port), "--bind", HOST,
				"--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", this.folder.toString()));
		this.command.addAll(List.of(settings));
		this.process = launch(this.command, this.folder);
		awaitAnswer(port);
	}

	static TestRedis start(RedisBinary binary, String... settings) {
		return new TestRedis(binary, freePort(), settings);
	}

	/** Its port, and the one of the cluster's bus 10,000 above, are free. */
	static int freePort() {
		while (true) {
			int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
			if (isFree(port) && isFree(port + PORTS)) {
				return port;
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket()) {
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	static Path folder() {
		try {
			return Files.createTempDirectory("fleet-redis");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Process launch(List<String> command, Path folder) {
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(folder.resolve("redis.log").toFile())
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static void awaitAnswer(int port) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(10))
			.until(() -> answers(port));
	}

	private static boolean answers(int port) {
		try (Socket socket = new Socket(HOST, port)) {
			socket.setSoTimeout(1_000);
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			String answer = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
				.readLine();
			return answer != null && (answer.startsWith("+PONG") || answer.startsWith("-NOAUTH"));
		}
		catch (IOException ex) {
			return false;
		}
	}

	int port() {
		return this.port;
	}

	/** What an operator would type, without a password. */
	RedisCommands<String, String> commands() {
		StatefulRedisConnection<String, String> connection = this.connection;
		if (connection == null) {
			RedisClient client = RedisClient.create(RESOURCES, RedisURI.create(HOST, this.port));
			this.opened.add(client::shutdown);
			connection = client.connect();
			this.connection = connection;
		}
		return connection.sync();
	}

	LettuceConnectionFactory connections() {
		return connections(new RedisStandaloneConfiguration(HOST, this.port));
	}

	LettuceConnectionFactory connections(RedisStandaloneConfiguration configuration) {
		return keep(new LettuceConnectionFactory(configuration, clientConfiguration()));
	}

	static LettuceClientConfiguration clientConfiguration() {
		return LettuceClientConfiguration.builder().clientResources(RESOURCES).build();
	}

	/** Starts it, and ends it with this server. */
	LettuceConnectionFactory keep(LettuceConnectionFactory connections) {
		connections.afterPropertiesSet();
		this.opened.add(connections::destroy);
		return connections;
	}

	<T extends AutoCloseable> T keep(T closeable) {
		this.opened.add(closeable);
		return closeable;
	}

	void pause() {
		signal(this.process, "STOP");
	}

	void resume() {
		signal(this.process, "CONT");
	}

	static void signal(Process process, String name) {
		try {
			int ended = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
			if (ended != 0) {
				throw new IllegalStateException("kill -" + name + " has ended with " + ended);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	/** Starts it again on the same port, empty. */
	void restart() {
		this.process = launch(this.command, this.folder);
		awaitAnswer(this.port);
	}

	@Override
	public void close() throws Exception {
		for (int i = this.opened.size() - 1; i >= 0; i--) {
			this.opened.get(i).close();
		}
		kill();
		try (var files = Files.list(this.folder)) {
			for (Path file : files.toList()) {
				Files.delete(file);
			}
		}
		Files.delete(this.folder);
	}

}
