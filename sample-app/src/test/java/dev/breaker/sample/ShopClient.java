package dev.breaker.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

import dev.breaker.State;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A customer and an operator: knows the shop by HTTP only.
 */
final class ShopClient {

	static final List<String> SERVICES = List.of("payments", "inventory", "partner");

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final JsonMapper mapper = new JsonMapper();

	private final Environment environment;

	ShopClient(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Nothing wrong, no traffic, no class left to load in the first call of a test, and
	 * no trace of these calls in a breaker.
	 */
	void restore() {
		assertThat(post("/traffic?rps=0").status()).isEqualTo(200);
		SERVICES.forEach((service) -> behave(service, "ok"));
		get("/checkout/sku-1");
		get("/partner/sku-1");
		resetBreakers();
	}

	private void resetBreakers() {
		JsonNode all = get("/actuator/circuitbreakers").json();
		for (String part : List.of("circuitBreakers", "groups")) {
			all.get(part).propertyNames().forEach((name) -> {
				assertThat(command(name, "{\"reset\": true}").status()).isEqualTo(204);
			});
		}
	}

	Answer get(String path) {
		return send(request(path).build());
	}

	Answer post(String path) {
		return send(request(path).POST(BodyPublishers.noBody()).build());
	}

	Answer command(String breaker, String json) {
		return send(request("/actuator/circuitbreakers/" + breaker).header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString(json))
			.build());
	}

	void behave(String service, String mode) {
		assertThat(post("/faults/" + service + "?mode=" + mode).status()).isEqualTo(200);
	}

	JsonNode breaker(String name) {
		Answer answer = get("/actuator/circuitbreakers/" + name);
		assertThat(answer.status()).as("status of breaker %s", name).isEqualTo(200);
		return answer.json();
	}

	State state(String breaker) {
		return State.valueOf(breaker(breaker).get("state").asString());
	}

	/** How many requests the remote service says that it has received. */
	long received(String service) {
		return get("/faults").json().get(service).get("received").asLong();
	}

	/** Calls until the breaker is in a state, a few times at most. */
	void callUntil(String breaker, State state, String path) {
		for (int call = 0; call < 10; call++) {
			get(path);
			if (state(breaker) == state) {
				return;
			}
		}
		assertThat(breaker(breaker).toPrettyString()).as("breaker that should be %s", state).isEmpty();
	}

	private HttpRequest.Builder request(String path) {
		String port = this.environment.getRequiredProperty("local.server.port");
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
	}

	private Answer send(HttpRequest request) {
		try {
			HttpResponse<String> response = this.http.send(request, BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.headers(), response.body(), this.mapper);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	record Answer(int status, HttpHeaders headers, String body, JsonMapper mapper) {

		JsonNode json() {
			return this.mapper.readTree(this.body);
		}

		String header(String name) {
			return this.headers.firstValue(name).orElse("");
		}

	}

}
