package dev.breaker.compatibility.security;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With Spring Security on the class path, and nothing configured: as for any endpoint, a
 * login is needed, and writing is off.
 */
@SpringBootTest(classes = BootDefaultsTests.Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=*", "spring.security.user.name=olga",
				"spring.security.user.password=secret" })
class BootDefaultsTests {

	private static final String PATH = "/actuator/circuitbreakers/payments";

	@Autowired
	private CircuitBreakerRegistry registry;

	@Value("${local.server.port}")
	private int port;

	@Test
	void nothingIsWritableByDefault() {
		this.registry.get("payments");
		Browser olga = new Browser(this.port).login("olga");
		assertThat(olga.get(PATH).statusCode()).isEqualTo(200);
		for (String body : new String[] { "{\"state\": \"FORCED_OPEN\"}", "{\"reset\": true}",
				"{\"config\": {\"failure-rate-threshold\": 1}}" }) {
			assertThat(olga.post(PATH, body, "X-CSRF-TOKEN", olga.token()).statusCode()).isEqualTo(405);
		}
		assertThat(this.registry.get("payments").state()).isEqualTo(State.CLOSED);
		assertThat(this.registry.get("payments").config().failureRateThreshold()).isEqualTo(50);
	}

	@Test
	void everyEndpointNeedsALogin() {
		Browser anonymous = new Browser(this.port);
		for (String path : new String[] { "/actuator/circuitbreakers", PATH, "/actuator/circuitbreakerevents" }) {
			assertThat(anonymous.get(path).statusCode()).as(path).isEqualTo(401);
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
