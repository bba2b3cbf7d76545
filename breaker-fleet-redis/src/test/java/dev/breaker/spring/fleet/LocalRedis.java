package dev.breaker.spring.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import redis.embedded.RedisServer;

/**
 * A Redis of the test's own on this machine.
 */
final class LocalRedis implements AutoCloseable {

	private final int port;

	private final RedisServer server;

	private LocalRedis(int port) throws IOException {
		this.port = port;
		this.server = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
		this.server.start();
	}

	static LocalRedis start() {
		return startAt(freePort());
	}

	static LocalRedis startAt(int port) {
		try {
			return new LocalRedis(port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** A port that nothing listens at. */
	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	int port() {
		return this.port;
	}

	@Override
	public void close() {
		try {
			this.server.stop();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
