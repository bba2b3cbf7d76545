package dev.breaker.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A Chromium without a window, spoken to by its DevTools protocol.
 */
final class Chromium implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final JsonMapper mapper = new JsonMapper();

	private final AtomicInteger numbers = new AtomicInteger();

	private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();

	private final List<String> errors = new CopyOnWriteArrayList<>();

	private final Path profile;

	private final Process process;

	private final WebSocket page;

	Chromium(Path program) throws IOException {
		this.profile = Files.createTempDirectory("chromium");
		this.process = new ProcessBuilder(program.toString(), "--headless=new", "--no-sandbox", "--disable-gpu",
				"--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--hide-scrollbars",
				"--remote-debugging-port=0", "--user-data-dir=" + this.profile, "about:blank")
			.redirectErrorStream(true)
			.redirectOutput(this.profile.resolve("chromium.log").toFile())
			.start();
		HttpClient http = HttpClient.newHttpClient();
		this.page = http.newWebSocketBuilder().buildAsync(pageOf(http), new Listener()).join();
		List.of("Page", "Runtime", "Log").forEach((domain) -> send(domain + ".enable", Map.of()));
	}

	/** Chromium where it is installed. */
	static Optional<Path> program() {
		return Stream.of(System.getenv("PATH").split(":"))
			.flatMap((folder) -> Stream.of("chromium", "chromium-browser", "google-chrome")
				.map((name) -> Path.of(folder, name)))
			.filter(Files::isExecutable)
			.findFirst();
	}

	private URI pageOf(HttpClient http) throws IOException {
		Path port = this.profile.resolve("DevToolsActivePort");
		await().atMost(PATIENCE).until(() -> Files.exists(port) && Files.readAllLines(port).size() > 1);
		URI list = URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json/list");
		CompletableFuture<URI> found = new CompletableFuture<>();
		await().atMost(PATIENCE).until(() -> {
			JsonNode targets = this.mapper
				.readTree(http.send(HttpRequest.newBuilder(list).build(), BodyHandlers.ofString()).body());
			targets.valueStream()
				.filter((target) -> target.get("type").asString().equals("page"))
				.findFirst()
				.ifPresent((target) -> found.complete(URI.create(target.get("webSocketDebuggerUrl").asString())));
			return found.isDone();
		});
		return found.join();
	}

	void screen(int width, int height, String colorScheme) {
		send("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 640));
		send("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colorScheme))));
	}

	void open(String url) {
		this.errors.clear();
		send("Page.navigate", Map.of("url", url));
	}

	/** What the page's scripts, and what they ask for, have complained about. */
	List<String> errors() {
		return List.copyOf(this.errors);
	}

	/** The value of a JavaScript expression in the page. */
	JsonNode evaluate(String expression) {
		JsonNode result = send("Runtime.evaluate",
				Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
		assertThat(result.has("exceptionDetails")).as("%s: %s", expression, result).isFalse();
		return result.at("/result/value");
	}

	String text(String selector) {
		return evaluate("document.querySelector('%s').innerText".formatted(selector)).asString();
	}

	void awaitThat(String expression) {
		await().alias(expression).atMost(PATIENCE).until(() -> evaluate("Boolean(" + expression + ")").asBoolean());
	}

	void screenshot(Path file) throws IOException {
		JsonNode picture = send("Page.captureScreenshot", Map.of("captureBeyondViewport", true));
		Files.write(file, Base64.getDecoder().decode(picture.get("data").asString()));
	}

	private JsonNode send(String method, Map<String, Object> parameters) {
		int number = this.numbers.incrementAndGet();
		CompletableFuture<JsonNode> answer = new CompletableFuture<>();
		this.answers.put(number, answer);
		this.page
			.sendText(this.mapper.writeValueAsString(Map.of("id", number, "method", method, "params", parameters)),
					true)
			.join();
		return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
	}

	private void received(JsonNode message) {
		if (message.has("id")) {
			CompletableFuture<JsonNode> answer = this.answers.remove(message.get("id").asInt());
			if (message.has("error")) {
				answer.completeExceptionally(new IllegalStateException(message.get("error").toString()));
			}
			else {
				answer.complete(message.get("result"));
			}
			return;
		}
		switch (message.get("method").asString()) {
			case "Runtime.exceptionThrown" -> this.errors.add(message.at("/params/exceptionDetails").toString());
			case "Log.entryAdded" -> {
				if (message.at("/params/entry/level").asString().equals("error")) {
					this.errors.add(message.at("/params/entry").toString());
				}
			}
			default -> {
			}
		}
	}

	@Override
	public void close() {
		this.page.abort();
		this.process.destroy();
		try {
			this.process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
			FileSystemUtils.deleteRecursively(this.profile);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private final class Listener implements WebSocket.Listener {

		private final StringBuilder message = new StringBuilder();

		@Override
		public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
			this.message.append(data);
			if (last) {
				String whole = this.message.toString();
				this.message.setLength(0);
				received(Chromium.this.mapper.readTree(whole));
			}
			socket.request(1);
			return CompletableFuture.completedStage(null);
		}

	}

}
