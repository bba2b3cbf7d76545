package dev.breaker.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real Prometheus that scrapes each second, under the job {@code shop}, and reads a
 * file of rules.
 */
final class Prometheus implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Pattern LISTENING = Pattern.compile("msg=\"Listening on\" address=(\\S+)");

	private static final String CONFIG = """
			global: { scrape_interval: 1s, evaluation_interval: 1s }
			rule_files: [ "%s" ]
			scrape_configs:
			  - job_name: shop
			    metrics_path: /actuator/prometheus
			    file_sd_configs: [ { files: [ targets.json ], refresh_interval: 1s } ]
			""";

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final JsonMapper mapper = new JsonMapper();

	private final Path folder;

	private final Process process;

	private final String address;

	Prometheus(Path program, Path rules) throws IOException {
		this.folder = Files.createTempDirectory("prometheus");
		Path config = Files.writeString(this.folder.resolve("prometheus.yml"),
				CONFIG.formatted(rules.toAbsolutePath().normalize()));
		scrape();
		Path log = this.folder.resolve("prometheus.log");
		this.process = new ProcessBuilder(program.toString(), "--config.file=" + config,
				"--storage.tsdb.path=" + this.folder.resolve("data"), "--web.listen-address=127.0.0.1:0")
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		this.address = await().atMost(PATIENCE)
			.until(() -> LISTENING.matcher(Files.readString(log))
				.results()
				.map((found) -> found.group(1))
				.findFirst()
				.orElse(""), (found) -> !found.isEmpty());
		await().atMost(PATIENCE).until(() -> send(HttpRequest.newBuilder(uri("/-/ready"))).statusCode() == 200);
	}

	/** A program of Prometheus' package where it is installed. */
	static Optional<Path> program(String name) {
		return Stream.of(System.getenv("PATH").split(":"))
			.map((folder) -> Path.of(folder, name))
			.filter(Files::isExecutable)
			.findFirst();
	}

	/** From now on these, and no others, are scraped: host and port. */
	void scrape(String... targets) throws IOException {
		Files.writeString(this.folder.resolve("targets.json"),
				this.mapper.writeValueAsString(List.of(Map.of("targets", List.of(targets)))));
	}

	/** What an expression gives at a time. */
	List<Sample> query(String expression, Instant time) {
		String seconds = "%d.%03d".formatted(time.getEpochSecond(), time.getNano() / 1_000_000);
		JsonNode data = post("/api/v1/query", Map.of("query", expression, "time", seconds));
		assertThat(data.get("resultType").asString()).as(expression).isEqualTo("vector");
		return data.get("result").valueStream().map(Sample::of).toList();
	}

	/** The values of a label among the series that a selector selects. */
	List<String> labelValues(String selector, String label) {
		return get("/api/v1/label/" + label + "/values?match[]=" + URLEncoder.encode(selector, StandardCharsets.UTF_8))
			.valueStream()
			.map(JsonNode::asString)
			.toList();
	}

	/** The rules as Prometheus has read them. */
	List<JsonNode> rules() {
		return get("/api/v1/rules").get("groups")
			.valueStream()
			.flatMap((group) -> group.get("rules").valueStream())
			.toList();
	}

	private JsonNode get(String path) {
		return data(send(HttpRequest.newBuilder(uri(path.replace("[]", "%5B%5D")))));
	}

	private JsonNode post(String path, Map<String, String> form) {
		String body = form.entrySet()
			.stream()
			.map((field) -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
			.collect(Collectors.joining("&"));
		return data(send(HttpRequest.newBuilder(uri(path))
			.header("Content-Type", "application/x-www-form-urlencoded")
			.POST(BodyPublishers.ofString(body))));
	}

	private JsonNode data(HttpResponse<String> response) {
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return this.mapper.readTree(response.body()).get("data");
	}

	private URI uri(String path) {
		return URI.create("http://" + this.address + path);
	}

	private HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return this.http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
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
			this.process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
			FileSystemUtils.deleteRecursively(this.folder);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * One series of a result.
	 *
	 * @param labels its labels, without the name of the metric
	 * @param value its value
	 */
	record Sample(Map<String, String> labels, double value) {

		static Sample of(JsonNode series) {
			Map<String, String> labels = new HashMap<>();
			for (Map.Entry<String, JsonNode> label : series.get("metric").properties()) {
				labels.put(label.getKey(), label.getValue().asString());
			}
			labels.remove("__name__");
			return new Sample(labels, number(series.get("value").get(1).asString()));
		}

		private static double number(String text) {
			return switch (text) {
				case "+Inf" -> Double.POSITIVE_INFINITY;
				case "-Inf" -> Double.NEGATIVE_INFINITY;
				default -> Double.parseDouble(text);
			};
		}

	}

}
