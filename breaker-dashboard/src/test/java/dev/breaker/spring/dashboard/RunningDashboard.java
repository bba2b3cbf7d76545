package dev.breaker.spring.dashboard;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.spring.BreakerClock;
import dev.breaker.test.ManualClock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * An application with the dashboard, on random ports and with a clock that is moved by
 * hand, and what it answers over HTTP.
 */
final class RunningDashboard implements AutoCloseable {

	private static final JsonMapper mapper = new JsonMapper();

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final List<Viewer> viewers = new ArrayList<>();

	private final ConfigurableApplicationContext context;

	private final String base;

	private RunningDashboard(ConfigurableApplicationContext context, String base) {
		this.context = context;
		this.base = base;
	}

	/** Starts an application with all actuator endpoints exposed. */
	static RunningDashboard start(WebApplicationType type, String... properties) {
		return start(type, "/actuator", List.of(), properties);
	}

	/**
	 * Starts an application.
	 * @param base the path of its endpoints
	 * @param configurations what it has beside the clock
	 */
	static RunningDashboard start(WebApplicationType type, String base, List<Class<?>> configurations,
			String... properties) {
		List<Class<?>> sources = new ArrayList<>(configurations);
		sources.add(Application.class);
		return new RunningDashboard(new SpringApplicationBuilder(sources.toArray(Class<?>[]::new)).web(type)
			// Reactor Netty can stop reading a kept-alive connection: docs/reactive.md
			.properties("server.port=0", "spring.main.banner-mode=off", "server.netty.max-keep-alive-requests=1",
					"spring.reactor.netty.shutdown-quiet-period=20ms", "spring.application.name=shop",
					"management.endpoints.web.exposure.include=*")
			.run(Stream.of(properties).map("--"::concat).toArray(String[]::new)), base);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	CircuitBreakerRegistry registry() {
		return this.context.getBean(CircuitBreakerRegistry.class);
	}

	CircuitBreaker breaker(String name) {
		return registry().get(name);
	}

	/** A second passes, and is added to the history. */
	void endSecond() {
		this.context.getBean(ManualClock.class).advance(Duration.ofSeconds(1));
		this.context.getBean(History.class).sample();
	}

	int port() {
		Environment environment = this.context.getEnvironment();
		return environment.getProperty("local.management.port", Integer.class,
				environment.getProperty("local.server.port", Integer.class, 0));
	}

	Answer get(String path) {
		return send(path, UnaryOperator.identity());
	}

	/** A request to an endpoint. */
	Answer send(String path, UnaryOperator<HttpRequest.Builder> more) {
		HttpRequest request = more
			.apply(HttpRequest.newBuilder(URI.create("http://localhost:" + port() + this.base + path))
				.timeout(Duration.ofSeconds(20)))
			.build();
		try {
			return new Answer(this.client.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8)));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/** Begins to read the stream. */
	Viewer view() {
		Viewer viewer = new Viewer(this.client,
				URI.create("http://localhost:" + port() + this.base + "/breakerdashboard/stream"));
		this.viewers.add(viewer);
		return viewer;
	}

	void closeViewers() {
		this.viewers.forEach(Viewer::close);
		this.viewers.clear();
	}

	@Override
	public void close() {
		this.context.close();
		closeViewers();
	}

	/**
	 * What came back.
	 */
	record Answer(HttpResponse<String> response) {

		int status() {
			return this.response.statusCode();
		}

		String body() {
			return this.response.body();
		}

		@Nullable String header(String name) {
			return this.response.headers().firstValue(name).orElse(null);
		}

		JsonNode json() {
			return mapper.readTree(this.response.body());
		}

	}

	/**
	 * Reads a stream of events.
	 */
	static final class Viewer implements AutoCloseable {

		private final List<Event> events = new CopyOnWriteArrayList<>();

		private final HttpResponse<InputStream> response;

		private volatile boolean over;

		Viewer(HttpClient client, URI stream) {
			try {
				this.response = client.send(
						HttpRequest.newBuilder(stream).header("Accept", "text/event-stream").build(),
						BodyHandlers.ofInputStream());
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
			Thread reader = new Thread(this::read, "viewer of a test");
			reader.setDaemon(true);
			reader.start();
		}

		private void read() {
			try (BufferedReader lines = new BufferedReader(
					new InputStreamReader(this.response.body(), StandardCharsets.UTF_8))) {
				String name = "";
				String id = "";
				String line;
				while ((line = lines.readLine()) != null) {
					if (line.startsWith("event:")) {
						name = line.substring("event:".length());
					}
					else if (line.startsWith("id:")) {
						id = line.substring("id:".length());
					}
					else if (line.startsWith("data:")) {
						this.events.add(new Event(name, id, mapper.readTree(line.substring("data:".length()))));
					}
				}
			}
			catch (IOException ex) {
				// The server or the test has ended it.
			}
			finally {
				this.over = true;
			}
		}

		HttpResponse<InputStream> response() {
			return this.response;
		}

		List<Event> events() {
			return this.events;
		}

		boolean isOver() {
			return this.over;
		}

		@Override
		public void close() {
			try {
				this.response.body().close();
			}
			catch (IOException ex) {
				// It is over already.
			}
		}

	}

	/**
	 * An event of a stream.
	 *
	 * @param name its name
	 * @param id its id
	 * @param data the JSON
	 */
	record Event(String name, String id, JsonNode data) {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock breakerClock(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

	}

}
