package dev.breaker.spring.dashboard.docs;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of docs/dashboard.md work.
 */
class DocumentationTests {

	@TempDir
	Path folder;

	private final HttpClient client = HttpClient.newHttpClient();

	@Test
	void theYamlAndTheRolesDoWhatThePageSays() throws Exception {
		try (ConfigurableApplicationContext context = start()) {
			CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			String base = "http://localhost:" + port + "/actuator/";
			assertThat(status(request(base + "health", null))).isEqualTo(200);
			assertThat(status(request(base + "breakerdashboard", null))).isEqualTo(401);
			assertThat(status(request(base + "breakerdashboard", "viewer"))).isEqualTo(200);
			assertThat(status(request(base + "circuitbreakerhistory", "viewer"))).isEqualTo(200);
			assertThat(status(request(base + "circuitbreakers", "customer"))).isEqualTo(403);
			var live = this.client.send(request(base + "breakerdashboard/live", "operator").build(),
					BodyHandlers.ofString());
			assertThat(new JsonMapper().readTree(live.body()).get("writable").asBoolean()).isTrue();
			String[] session = { "Cookie", live.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0],
					live.headers().firstValue("X-Csrf-Header-Name").orElseThrow(),
					live.headers().firstValue("X-Csrf-Token").orElseThrow(), "Content-Type", "application/json" };
			String command = "{\"state\": \"FORCED_OPEN\"}";
			assertThat(status(request(base + "circuitbreakers/payments", "viewer").headers(session)
				.POST(BodyPublishers.ofString(command)))).isEqualTo(403);
			assertThat(payments.state()).isEqualTo(State.CLOSED);
			assertThat(status(request(base + "circuitbreakers/payments", "operator").headers(session)
				.POST(BodyPublishers.ofString(command)))).isEqualTo(204);
			assertThat(payments.state()).isEqualTo(State.FORCED_OPEN);
			assertThat(payments.snapshot().lastChange())
				.satisfies((change) -> assertThat(change.actor()).isEqualTo("operator"));
		}
	}

	private ConfigurableApplicationContext start() throws IOException {
		Path yaml = Files.writeString(this.folder.resolve("application.yml"), block("yaml"));
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET)
			.run("--server.port=0", "--test.security=true", "--spring.config.location=" + yaml.toUri());
	}

	private static HttpRequest.Builder request(String uri, @Nullable String user) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri));
		return (user == null) ? request : request.header("Authorization",
				"Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8)));
	}

	private int status(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.build(), BodyHandlers.discarding()).statusCode();
	}

	@Test
	void theJsonOfTheHistoryHasTheFieldsOfTheEndpoint() throws Exception {
		JsonNode shown = new JsonMapper().readTree(block("json"));
		try (ConfigurableApplicationContext context = start()) {
			context.getBean(CircuitBreakerRegistry.class).get("payments");
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			JsonNode real = new JsonMapper().readTree(
					this.client
						.send(request("http://localhost:" + port + "/actuator/circuitbreakerhistory", "viewer").build(),
								BodyHandlers.ofString())
						.body());
			assertThat(shown.propertyNames()).containsExactlyElementsOf(real.propertyNames());
		}
		JsonNode seconds = shown.at("/circuitBreakers/payments");
		assertThat(seconds.propertyNames()).containsExactly("since", "succeeded", "failed", "slow", "ignored",
				"refused", "states");
		assertThat(seconds.get("states").asString()).hasSize(seconds.get("succeeded").size());
	}

	@Test
	void theExampleInJavaIsTheOneOfThisTest() throws IOException {
		assertThat(plain(
				Files.readString(Path.of("src/test/java/dev/breaker/spring/dashboard/docs/DocumentationTests.java"))))
			.contains(plain(block("java")));
	}

	@Test
	void dependencyIsTheOneThatIsBuilt() throws IOException {
		String version = Files.readString(Path.of("pom.xml"))
			.replaceAll("(?s).*<artifactId>breaker[a-z-]+parent</artifactId>\\s*<version>([^<]+)<.*", "$1");
		assertThat(block("xml")).contains("<artifactId>breaker-dashboard</artifactId>",
				"<version>" + version + "</version>");
	}

	private static String block(String language) throws IOException {
		List<String> blocks = Pattern.compile("(?ms)^```" + language + "\\R(.*?)^```")
			.matcher(Files.readString(Path.of("../docs/dashboard.md")))
			.results()
			.map((block) -> block.group(1))
			.toList();
		assertThat(blocks).hasSize(1);
		return blocks.get(0);
	}

	private static String plain(String code) {
		return code.replaceAll("\\s", "");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		SecurityFilterChain actuator(HttpSecurity http) throws Exception {
			return http.securityMatcher(EndpointRequest.toAnyEndpoint())
				.authorizeHttpRequests((requests) -> requests.requestMatchers(EndpointRequest.to("health"))
					.permitAll()
					.requestMatchers(EndpointRequest.toAnyEndpoint().withHttpMethod(HttpMethod.GET))
					.hasAnyRole("VIEWER", "OPERATOR")
					.anyRequest()
					.hasRole("OPERATOR"))
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(user("viewer", "VIEWER"), user("operator", "OPERATOR"),
					user("customer", "CUSTOMER"));
		}

		private static UserDetails user(String name, String role) {
			return User.withUsername(name).password("{noop}secret").roles(role).build();
		}

	}

}
