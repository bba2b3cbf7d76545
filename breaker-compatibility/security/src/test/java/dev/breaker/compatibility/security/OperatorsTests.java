package dev.breaker.compatibility.security;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which users may look at breakers, and which may command them.
 */
@SpringBootTest(classes = OperatedShop.class, webEnvironment = WebEnvironment.RANDOM_PORT, properties = {
		"management.endpoints.web.exposure.include=*", "management.endpoint.circuitbreakers.access=unrestricted" })
class OperatorsTests {

	private static final String PATH = "/actuator/circuitbreakers/payments";

	private static final String COMMAND = "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\", \"reason\": \"bank moves\"}";

	@Autowired
	private CircuitBreakerRegistry registry;

	@Autowired
	private AuditEventRepository auditEvents;

	@Value("${local.server.port}")
	private int port;

	@BeforeEach
	void make() {
		this.registry.remove("payments");
		this.registry.get("payments");
	}

	private Browser browser() {
		return new Browser(this.port);
	}

	private void assertNothingIsCommanded() {
		assertThat(this.registry.get("payments").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void withoutLoginNothingIsSeenAndNothingIsCommanded() {
		Browser anonymous = browser();
		for (String path : new String[] { "/actuator/circuitbreakers", PATH, "/actuator/circuitbreakerevents",
				"/actuator/circuitbreakerbindings" }) {
			assertThat(anonymous.get(path).statusCode()).as(path).isEqualTo(401);
		}
		assertThat(anonymous.stream("/actuator/circuitbreakerevents", BodyHandlers.discarding()).statusCode())
			.isNotEqualTo(200);
		assertThat(anonymous.post(PATH, COMMAND, "X-CSRF-TOKEN", anonymous.token()).statusCode()).isEqualTo(401);
		assertThat(anonymous.get("/actuator/health").statusCode()).isEqualTo(200);
		assertNothingIsCommanded();
	}

	@Test
	void aCommandWithoutTheTokenIsRefused() {
		assertThat(browser().login("olga").post(PATH, COMMAND).statusCode()).isEqualTo(403);
		String credentials = Base64.getEncoder().encodeToString("olga:secret".getBytes(StandardCharsets.UTF_8));
		// The error page of a 403 asks for the login, which is not looked at again.
		assertThat(browser().post(PATH, COMMAND, "Authorization", "Basic " + credentials).statusCode()).isEqualTo(401);
		assertThat(browser().login("olga").post(PATH, COMMAND, "X-CSRF-TOKEN", "forged").statusCode()).isEqualTo(403);
		assertNothingIsCommanded();
	}

	@Test
	void anOperatorsCommandWithTheTokenIsObeyedAndAudited() {
		Browser olga = browser().login("olga");
		assertThat(olga.post(PATH, COMMAND, "X-CSRF-TOKEN", olga.token()).statusCode()).isEqualTo(204);
		assertThat(this.registry.get("payments").state()).isEqualTo(State.FORCED_OPEN);
		assertThat(olga.get(PATH).body()).contains("\"actor\":\"olga\"", "\"comment\":\"bank moves\"");
		AuditEvent event = this.auditEvents.find("olga", null, "CIRCUIT_BREAKER_COMMAND")
			.stream()
			.reduce((first, second) -> second)
			.orElseThrow();
		assertThat(event.getData()).containsEntry("circuitBreaker", "payments")
			.containsEntry("state", "FORCED_OPEN")
			.containsEntry("hold", "PT10M")
			.containsEntry("reason", "bank moves");
	}

	@Test
	void aViewerLooksAndCommandsNothing() throws Exception {
		Browser victor = browser().login("victor");
		assertThat(victor.get(PATH).statusCode()).isEqualTo(200);
		assertThat(victor.post(PATH, COMMAND, "X-CSRF-TOKEN", victor.token()).statusCode()).isEqualTo(403);
		assertNothingIsCommanded();
		HttpResponse<InputStream> stream = victor.stream("/actuator/circuitbreakerevents",
				BodyHandlers.ofInputStream());
		assertThat(stream.statusCode()).isEqualTo(200);
		try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
			assertThat(lines.readLine()).startsWith("id:");
			this.registry.get("payments").open();
			assertThat(lines.lines().filter((line) -> line.startsWith("data:")).findFirst()).get()
				.asString()
				.contains("\"circuitBreaker\":\"payments\"", "\"to\":\"OPEN\"");
		}
	}

}
