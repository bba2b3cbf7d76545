package dev.breaker.spring.probe;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A real HTTP service that is sick until it is healed: {@code /pay} is what users call,
 * {@code /health} what probes do.
 */
final class SickService implements AutoCloseable {

	private final HttpClient client = HttpClient.newHttpClient();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger paidWhileSick = new AtomicInteger();

	private final AtomicInteger looks = new AtomicInteger();

	private final HttpServer server;

	private volatile int health = 503;

	SickService() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/pay", (exchange) -> {
			boolean sick = this.health != 200;
			this.paidWhileSick.addAndGet(sick ? 1 : 0);
			answer(exchange, sick ? 500 : 200);
		});
		this.server.createContext("/health", (exchange) -> {
			this.looks.incrementAndGet();
			answer(exchange, this.health);
		});
		this.server.setExecutor(this.threads);
		this.server.start();
	}

	private static void answer(HttpExchange exchange, int status) throws IOException {
		try (exchange) {
			exchange.sendResponseHeaders(status, -1);
		}
	}

	String healthUrl() {
		return "http://localhost:" + this.server.getAddress().getPort() + "/health";
	}

	/** Later looks are answered with this status. */
	void healthIs(int status) {
		this.health = status;
	}

	/** The call of a user. */
	int pay() throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:" + this.server.getAddress().getPort() + "/pay");
		int status = this.client.send(HttpRequest.newBuilder(uri).GET().build(), BodyHandlers.discarding())
			.statusCode();
		if (status != 200) {
			throw new IOException("status " + status);
		}
		return status;
	}

	/** How many calls of users it has seen while it was sick. */
	int paidWhileSick() {
		return this.paidWhileSick.get();
	}

	/** How often its health was asked for. */
	int looks() {
		return this.looks.get();
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
