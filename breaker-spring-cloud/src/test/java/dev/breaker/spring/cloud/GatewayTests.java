package dev.breaker.spring.cloud;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.gateway.filter.factory.FallbackHeadersGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.SpringCloudCircuitBreakerFilterFactory;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import static dev.breaker.test.CircuitBreakerAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What clients of a gateway are answered by routes whose {@code CircuitBreaker} filter
 * has no fallback. Its other tests are in breaker-compatibility/gateway, where there is
 * no Spring MVC.
 */
class GatewayTests {

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aRefusalIsA503WhetherOrNotTheRouteResumes(boolean problemDetails) throws Exception {
		try (RunningGateway gateway = new RunningGateway("breaker.web.problem-details=" + problemDetails)) {
			gateway.breaker().open();
			for (String path : List.of("/plain", "/resuming")) {
				HttpResponse<String> answer = gateway.get(path);
				assertThat(answer.statusCode()).isEqualTo(503);
				assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(problemDetails);
				assertThat(answer.body().contains("\"circuitBreaker\":\"orders\"")).isEqualTo(problemDetails);
			}
			assertThat(gateway.breaker()).hasRefused(2);
			assertThat(gateway.remote.requests).hasValue(0);
		}
	}

	@Test
	void aFailureIsA500AndPassesWhereTheRouteResumes() throws Exception {
		try (RunningGateway gateway = new RunningGateway()) {
			gateway.remote.status = 502;
			assertThat(gateway.get("/plain").statusCode()).isEqualTo(500);
			assertThat(gateway.get("/resuming").statusCode()).isEqualTo(502);
			assertThat(gateway.breaker()).hasFailed(2);
			gateway.remote.status = 200;
			assertThat(gateway.get("/plain").body()).isEqualTo("/plain");
		}
	}

	@Test
	void aCallOverItsTimeLimitIsA504WhetherOrNotTheRouteResumes() throws Exception {
		try (RunningGateway gateway = new RunningGateway("breaker.instances.orders.time-limit=100ms")) {
			assertThat(gateway.get("/plain/silent").statusCode()).isEqualTo(504);
			assertThat(gateway.get("/resuming/silent").statusCode()).isEqualTo(504);
			assertThat(gateway.breaker()).hasFailed(2);
		}
	}

	@Test
	void theFiltersAreThereOnceUnlessTheyAreSwitchedOff() throws Exception {
		try (RunningGateway gateway = new RunningGateway()) {
			assertThat(gateway.beans(SpringCloudCircuitBreakerFilterFactory.class)).singleElement()
				.isInstanceOf(BreakerGatewayFilterFactory.class);
			assertThat(gateway.beans(FallbackHeadersGatewayFilterFactory.class)).hasSize(1);
		}
		try (RunningGateway gateway = new RunningGateway("routes=false",
				"spring.cloud.gateway.server.webflux.filter.circuit-breaker.enabled=false",
				"spring.cloud.gateway.server.webflux.filter.fallback-headers.enabled=false")) {
			assertThat(gateway.beans(BreakerGatewayFilterFactory.class)).isEmpty();
			assertThat(gateway.beans(FallbackHeadersGatewayFilterFactory.class)).isEmpty();
			assertThat(gateway.beans(GatewayFilterFactory.class)).isNotEmpty();
		}
	}

	/** A gateway between a client, a server, and one that never answers. */
	private static final class RunningGateway implements AutoCloseable {

		final Remote remote = new Remote();

		private final HttpClient client = HttpClient.newHttpClient();

		private final ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

		private final ConfigurableApplicationContext context;

		RunningGateway(String... properties) throws IOException {
			List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
					"--spring.cloud.gateway.server.webflux.enabled=true", "--remote.url=" + this.remote.url(),
					"--silent.url=http://localhost:" + this.silent.getLocalPort()));
			for (String property : properties) {
				arguments.add("--" + property);
			}
			this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
				.run(arguments.toArray(String[]::new));
		}

		HttpResponse<String> get(String path) throws Exception {
			String port = this.context.getEnvironment().getRequiredProperty("local.server.port");
			return this.client.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
					BodyHandlers.ofString());
		}

		<T> List<T> beans(Class<T> type) {
			return this.context.getBeanProvider(type).stream().toList();
		}

		CircuitBreaker breaker() {
			return this.context.getBean(CircuitBreakerRegistry.class).find("orders").orElseThrow();
		}

		@Override
		public void close() throws IOException {
			this.context.close();
			this.remote.close();
			this.silent.close();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		RouteLocator routes(RouteLocatorBuilder builder, Environment environment) {
			RouteLocatorBuilder.Builder routes = builder.routes();
			if (environment.getProperty("routes", Boolean.class, true)) {
				String silent = environment.getRequiredProperty("silent.url");
				String remote = environment.getRequiredProperty("remote.url");
				add(routes, "/plain/silent", false, silent);
				add(routes, "/resuming/silent", true, silent);
				add(routes, "/plain", false, remote);
				add(routes, "/resuming", true, remote);
			}
			return routes.build();
		}

		private static void add(RouteLocatorBuilder.Builder routes, String path, boolean resumes, String target) {
			routes.route(path, (route) -> route.path(path).filters((filters) -> filters.circuitBreaker((config) -> {
				config.setName("orders").setStatusCodes(Set.of("502"));
				config.setResumeWithoutError(resumes);
			})).uri(target));
		}

	}

}
