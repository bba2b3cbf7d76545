package dev.breaker.sample.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * A service of somebody else, played by an HTTP server on a loopback port of its own.
 * Thread-safe. No thread waits while an answer is late.
 */
public final class RemoteService {

	static {
		// Else the server's small answers wait 40 ms for the client's acknowledgement
		System.setProperty("sun.net.httpserver.nodelay", "true");
	}

	/** Where its health is looked at. */
	public static final String HEALTH = "/health";

	/** Longer than any client waits, so that it is the client who gives up. */
	private static final Duration HANG = Duration.ofSeconds(30);

	/** The one article that no service knows. */
	private static final String UNKNOWN_ARTICLE = "/unknown";

	private final String name;

	private final LongFunction<String> answer;

	private final UnaryOperator<Duration> slowAnswer;

	private final Executor threads;

	private final LongAdder received = new LongAdder();

	private volatile Fault fault = Fault.NONE;

	private volatile long switched = System.nanoTime();

	private volatile int port;

	private @Nullable HttpServer server; // null while the port refuses; guarded by this

	/**
	 * Makes a service that is not started yet.
	 * @param name its name
	 * @param answer the JSON it answers with, from the number of the request
	 * @param slowAnswer how long it takes in mode {@link FaultMode#SLOW}, from the time
	 * since the switch to it
	 * @param threads what it runs on
	 */
	RemoteService(String name, LongFunction<String> answer, UnaryOperator<Duration> slowAnswer, Executor threads) {
		this.name = name;
		this.answer = answer;
		this.slowAnswer = slowAnswer;
		this.threads = threads;
	}

	/**
	 * Where the service is to be found. Ask before each call, as one asks a service
	 * discovery: the port changes when another process took it while the service refused
	 * connections.
	 * @return the address, without a path and a slash at its end
	 */
	public String url() {
		return "http://127.0.0.1:" + this.port;
	}

	String name() {
		return this.name;
	}

	Fault fault() {
		return this.fault;
	}

	/**
	 * The requests that have arrived, counted here and not by those who sent them; looks
	 * at its health are none.
	 */
	long received() {
		return this.received.sum();
	}

	synchronized void behave(Fault fault) {
		this.switched = System.nanoTime();
		this.fault = fault;
		if (fault.mode() == FaultMode.REFUSE) {
			stop();
		}
		else {
			start();
		}
	}

	synchronized void start() {
		if (this.server != null) {
			return;
		}
		try {
			HttpServer started = bind();
			started.createContext("/", this::handle);
			started.setExecutor(this.threads);
			started.start();
			this.port = started.getAddress().getPort();
			this.server = started;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The remote service " + this.name + " cannot listen", ex);
		}
	}

	synchronized void stop() {
		if (this.server != null) {
			this.server.stop(0);
			this.server = null;
		}
	}

	private HttpServer bind() throws IOException {
		try {
			return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 0);
		}
		catch (BindException taken) {
			return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
	}

	private void handle(HttpExchange exchange) {
		String path = exchange.getRequestURI().getPath();
		if (!path.equals(HEALTH)) {
			this.received.increment();
		}
		switch (this.fault.modeFor(path)) {
			case OK -> answer(exchange, path);
			case SLOW -> later(this.slowAnswer.apply(Duration.ofNanos(System.nanoTime() - this.switched)),
					() -> answer(exchange, path));
			case ERROR -> send(exchange, 503, "{\"error\":\"out of order\"}");
			case HANG -> later(HANG, exchange::close);
			case REFUSE -> exchange.close(); // came in while the port was being closed
		}
	}

	private void later(Duration delay, Runnable task) {
		CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, this.threads).execute(task);
	}

	private void answer(HttpExchange exchange, String path) {
		if (path.endsWith(UNKNOWN_ARTICLE)) {
			send(exchange, 404, "{\"error\":\"no such article\"}");
		}
		else {
			send(exchange, 200, this.answer.apply(received()));
		}
	}

	private static void send(HttpExchange exchange, int status, String json) {
		try (exchange) {
			byte[] body = json.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().set("Content-Type", "application/json");
			exchange.sendResponseHeaders(status, body.length);
			exchange.getResponseBody().write(body);
		}
		catch (IOException ex) {
			// Nobody to tell: the client has gone, or the port was closed
		}
	}

}
