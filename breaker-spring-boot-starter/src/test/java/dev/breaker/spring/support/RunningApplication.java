package dev.breaker.spring.support;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A whole application on a random port, and what it answers over HTTP.
 */
public final class RunningApplication implements AutoCloseable {

	private static final HttpClient client = HttpClient.newHttpClient();

	private final ConfigurableApplicationContext context;

	private RunningApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/** Starts an application with all actuator endpoints exposed. */
	public static RunningApplication start(Class<?> configuration, String... properties) {
		// Reactor Netty can stop reading a kept-alive connection: docs/reactive.md
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--server.netty.max-keep-alive-requests=1", "--spring.reactor.netty.shutdown-quiet-period=20ms",
				"--management.endpoints.web.exposure.include=*"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		return new RunningApplication(new SpringApplicationBuilder(configuration).web(WebApplicationType.SERVLET)
			.run(arguments.toArray(String[]::new)));
	}

	public <T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	public ConfigurableApplicationContext context() {
		return this.context;
	}

	public Answer get(String path) {
		return send(request(path).GET());
	}

	public Answer post(String path, String json) {
		return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
	}

	private HttpRequest.Builder request(String path) {
		String port = this.context.getEnvironment().getRequiredProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).timeout(Duration.ofSeconds(10));
	}

	private static Answer send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * What came back.
	 *
	 * @param status the HTTP status
	 * @param body the body
	 */
	public record Answer(int status, String body) {

		private static final JsonMapper mapper = new JsonMapper();

		/** The JSON at a pointer, or {@code null} where there is none. */
		public @Nullable JsonNode at(String pointer) {
			JsonNode node = mapper.readTree(this.body).at(pointer);
			return node.isMissingNode() ? null : node;
		}

		public @Nullable String text(String pointer) {
			JsonNode node = at(pointer);
			return (node != null) ? node.asString() : null;
		}

	}

}
