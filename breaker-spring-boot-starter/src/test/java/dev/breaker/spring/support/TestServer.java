package dev.breaker.spring.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A real HTTP server that answers each request with its path, and with the status and the
 * headers that a test sets.
 */
public final class TestServer implements AutoCloseable {

	private final AtomicInteger requests = new AtomicInteger();

	private final Map<String, String> headers = new ConcurrentHashMap<>();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpServer server;

	private volatile int status = 200;

	private volatile boolean cutsBody;

	private volatile CountDownLatch held = new CountDownLatch(0);

	public TestServer() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", this::answer);
		this.server.setExecutor(this.threads);
		this.server.start();
	}

	private void answer(HttpExchange exchange) throws IOException {
		this.requests.incrementAndGet();
		try (exchange) {
			this.held.await();
			exchange.getRequestBody().readAllBytes();
			byte[] body = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Content-Type", "text/plain");
			this.headers.forEach(exchange.getResponseHeaders()::add);
			exchange.sendResponseHeaders(this.status, this.cutsBody ? body.length + 1000 : body.length);
			exchange.getResponseBody().write(body);
			exchange.getResponseBody().flush();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Later requests are answered with this status. */
	public TestServer answersWith(int status) {
		this.status = status;
		return this;
	}

	/** Later answers have this header. */
	public TestServer withHeader(String name, String value) {
		this.headers.put(name, value);
		return this;
	}

	/** Later answers announce more of a body than comes. */
	public TestServer cutsBodies() {
		this.cutsBody = true;
		return this;
	}

	/** Later requests are answered once the latch is open. */
	public TestServer holdsUntil(CountDownLatch latch) {
		this.held = latch;
		return this;
	}

	public int requests() {
		return this.requests.get();
	}

	public int port() {
		return this.server.getAddress().getPort();
	}

	public String url(String path) {
		return "http://localhost:" + port() + path;
	}

	@Override
	public void close() {
		this.held.countDown();
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
