package dev.breaker.spring.web;

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
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A servlet or a reactive application on a random port, and what it answers.
 */
final class RunningWeb implements AutoCloseable {

	private static final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final ConfigurableApplicationContext context;

	private RunningWeb(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static RunningWeb start(WebApplicationType type, List<Class<?>> configuration, String... properties) {
		// Reactor Netty can stop reading a kept-alive connection: docs/reactive.md
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--server.netty.max-keep-alive-requests=1", "--spring.reactor.netty.shutdown-quiet-period=20ms"));
		Stream.of(properties).map("--"::concat).forEach(arguments::add);
		return new RunningWeb(new SpringApplicationBuilder(configuration.toArray(Class<?>[]::new)).web(type)
			.run(arguments.toArray(String[]::new)));
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	Answer get(String path) {
		return send("GET", path, null);
	}

	Answer send(String method, String path, @Nullable String accept) {
		try {
			return trySend(method, path, accept);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	Answer trySend(String method, String path, @Nullable String accept) throws IOException {
		HttpRequest.Builder request = request(path).method(method, BodyPublishers.noBody());
		if (accept != null) {
			request.header("Accept", accept);
		}
		return trySend(request);
	}

	/** A request on the port of the application, to be completed. */
	HttpRequest.Builder request(String path) {
		String port = this.context.getEnvironment().getRequiredProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).timeout(Duration.ofSeconds(10));
	}

	Answer send(HttpRequest.Builder request) {
		try {
			return trySend(request);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Answer trySend(HttpRequest.Builder request) throws IOException {
		try {
			return new Answer(client.send(request.build(), BodyHandlers.ofString()));
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
	 */
	record Answer(HttpResponse<String> response) {

		private static final JsonMapper mapper = new JsonMapper();

		int status() {
			return this.response.statusCode();
		}

		String body() {
			return this.response.body();
		}

		JsonNode json() {
			return mapper.readTree(this.response.body());
		}

		@Nullable String header(String name) {
			return this.response.headers().firstValue(name).orElse(null);
		}

	}

}
