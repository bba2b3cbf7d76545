package dev.breaker.spring.fleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * One instance of an application whose breakers are shared: two failed calls open one by
 * its own rules, two votes open it for all, and no wait ends.
 */
final class Instance implements AutoCloseable {

	private static final HttpClient client = HttpClient.newHttpClient();

	private static final JsonMapper mapper = new JsonMapper();

	private static final List<String> STANDARD = List.of("server.port=0", "spring.main.banner-mode=off",
			"spring.application.name=shop", "management.endpoints.web.exposure.include=*",
			"management.endpoint.circuitbreakers.access=unrestricted", "management.endpoint.health.show-details=always",
			"management.health.redis.enabled=false", "breaker.cluster.enabled=true", "breaker.cluster.quorum=2",
			"breaker.cluster.heartbeat=500ms", "breaker.cluster.node-timeout=10s", "breaker.cluster.join-timeout=20s",
			"breaker.configs.default.minimum-number-of-calls=2", "breaker.configs.default.sliding-window-size=2",
			"breaker.configs.default.wait-duration-in-open-state=10m");

	private final ConfigurableApplicationContext context;

	private Instance(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static Instance start(int redis, String node, String... properties) {
		return start(redis, node, List.of(), properties);
	}

	/**
	 * Starts an instance.
	 * @param redis the port of its Redis
	 * @param node its name
	 * @param configurations what it has more than others
	 * @param properties what is configured otherwise
	 */
	static Instance start(int redis, String node, List<Class<?>> configurations, String... properties) {
		List<Class<?>> sources = new ArrayList<>(configurations);
		sources.add(Application.class);
		Map<String, String> all = new LinkedHashMap<>();
		for (String property : STANDARD) {
			put(all, property);
		}
		put(all, "spring.data.redis.port=" + redis);
		put(all, "breaker.cluster.node-id=" + node);
		for (String property : properties) {
			put(all, property);
		}
		return new Instance(new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
			.run(all.entrySet().stream().map((property) -> "--" + property).toArray(String[]::new)));
	}

	private static void put(Map<String, String> properties, String property) {
		int end = property.indexOf('=');
		properties.put(property.substring(0, end), property.substring(end + 1));
	}

	/** How long what comes by the network may take on a machine that is busy. */
	static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	CircuitBreaker breaker(String name) {
		return bean(CircuitBreakerRegistry.class).find(name).orElseThrow();
	}

	/** Two calls fail, so that its own rules open the breaker. */
	void trip(String name) {
		trip(breaker(name));
	}

	static void trip(CircuitBreaker breaker) {
		for (int i = 0; i < 2; i++) {
			assertThatIllegalStateException().isThrownBy(() -> breaker.run(() -> {
				throw new IllegalStateException("out of order");
			}));
		}
	}

	void awaitState(String name, State state) {
		await().untilAsserted(() -> assertThat(breaker(name).state()).isEqualTo(state));
	}

	/** What the endpoint says of a breaker. */
	JsonNode shown(String name) {
		return get("/actuator/circuitbreakers/" + name).json();
	}

	Answer command(String name, String json) {
		return send(request("/actuator/circuitbreakers/" + name).header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(json)));
	}

	Answer get(String path) {
		return send(request(path).GET());
	}

	private HttpRequest.Builder request(String path) {
		String port = this.context.getEnvironment().getRequiredProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).timeout(Duration.ofSeconds(20));
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
	record Answer(int status, String body) {

		JsonNode json() {
			return mapper.readTree(this.body);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
