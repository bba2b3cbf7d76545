package dev.breaker.dashboard.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The sample, as it is shipped: its jar in a process of its own.
 */
final class Shop implements AutoCloseable {

	private static final Pattern READY = Pattern.compile("page +(http://localhost:\\d+)/");

	private static final Duration START = Duration.ofSeconds(90);

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final JsonMapper mapper = new JsonMapper();

	private final Process process;

	private final String url;

	private Shop(Path jar, Path log) throws IOException {
		assertThat(jar).as("The sample's jar: run 'mvn verify -Pbrowser'").exists();
		this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", jar.toString(), "--server.port=0")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		this.url = await("the shop opens: see " + log).atMost(START).until(() -> {
			assertThat(this.process.isAlive()).as("the shop runs: see %s", log).isTrue();
			Matcher ready = READY.matcher(Files.readString(log));
			return ready.find() ? ready.group(1) : "";
		}, (found) -> !found.isEmpty());
	}

	static Shop open() throws IOException {
		return new Shop(Path.of(System.getProperty("shop.jar")),
				Files.createTempFile(Path.of("target"), "shop", ".log"));
	}

	String dashboard() {
		return this.url + "/actuator/breakerdashboard";
	}

	String page() {
		return this.url + "/";
	}

	/** Nothing wrong, no customers, and breakers as after the start. */
	void restore() {
		post("/traffic?rps=0");
		List.of("payments", "inventory", "partner").forEach((service) -> post("/faults/" + service + "?mode=ok"));
		await().atMost(START).until(() -> json("/traffic").get("inFlight").asInt() == 0);
		List.of("payments", "inventory", "partner").forEach((breaker) -> command(breaker, "{\"reset\": true}"));
	}

	void customers(int perSecond) {
		post("/traffic?rps=" + perSecond);
	}

	void behave(String service, String mode) {
		post("/faults/" + service + "?mode=" + mode);
	}

	void order(int times) {
		for (int i = 0; i < times; i++) {
			send(request("/checkout/sku-1?warehouse=lyon").build());
		}
	}

	void offer(int times) {
		for (int i = 0; i < times; i++) {
			send(request("/partner/sku-1").build());
		}
	}

	void command(String breaker, String json) {
		HttpRequest request = request("/actuator/circuitbreakers/" + breaker).header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(json))
			.build();
		assertThat(send(request).statusCode()).isEqualTo(204);
	}

	JsonNode breaker(String name) {
		return json("/actuator/circuitbreakers/" + name);
	}

	/**
	 * A sample of Prometheus' text, such as {@code breaker_calls_total{name="payments"}}.
	 */
	double meter(String series) {
		return send(request("/actuator/prometheus").build()).body()
			.lines()
			.filter((line) -> line.startsWith(series + " "))
			.mapToDouble((line) -> Double.parseDouble(line.substring(series.length() + 1)))
			.findFirst()
			.orElseThrow(() -> new AssertionError("No meter " + series));
	}

	private JsonNode json(String path) {
		return this.mapper.readTree(send(request(path).build()).body());
	}

	private void post(String path) {
		assertThat(send(request(path).POST(BodyPublishers.noBody()).build()).statusCode()).as(path).isEqualTo(200);
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create(this.url + path));
	}

	private HttpResponse<String> send(HttpRequest request) {
		try {
			return this.http.send(request, BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(20, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			this.process.destroyForcibly();
		}
	}

}
