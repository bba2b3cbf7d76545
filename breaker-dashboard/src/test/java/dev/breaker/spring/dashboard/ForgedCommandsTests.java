package dev.breaker.spring.dashboard;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

import dev.breaker.State;
import dev.breaker.spring.dashboard.RunningDashboard.Answer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands where Spring Security refuses those that another site forges.
 */
class ForgedCommandsTests {

	private static final String USER = "Basic " + Base64.getEncoder().encodeToString("alice:secret".getBytes());

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, mode = Mode.EXCLUDE, names = "NONE")
	void aCommandNeedsTheTokenThatThePageIsTold(WebApplicationType type) {
		try (RunningDashboard application = RunningDashboard.start(type, "/actuator", List.of(), "test.security=true",
				"spring.security.user.name=alice", "spring.security.user.password=secret", DashboardTests.COMMANDS)) {
			application.breaker("payments");
			for (String path : new String[] { "/breakerdashboard", "/breakerdashboard/live" }) {
				assertThat(application.send(path, (request) -> request.header("Accept", "application/json")).status())
					.isEqualTo(401);
			}
			Answer live = application.send("/breakerdashboard/live", ForgedCommandsTests::asAlice);
			assertThat(live.status()).isEqualTo(200);
			assertThat(application.send("/breakerdashboard", ForgedCommandsTests::asAlice).header("X-Csrf-Token"))
				.isNull();
			String session = Objects.requireNonNull(live.header("Set-Cookie")).split(";", 2)[0];
			String header = Objects.requireNonNull(live.header("X-Csrf-Header-Name"));
			String token = Objects.requireNonNull(live.header("X-Csrf-Token"));
			assertThat(live.header("Cache-Control")).contains("no-cache");
			// In a servlet container the error page of a 403 asks for the login again.
			assertThat(application.send("/circuitbreakers/payments", (request) -> command(request, session)).status())
				.isEqualTo((type == WebApplicationType.SERVLET) ? 401 : 403);
			assertThat(application.breaker("payments").state()).isEqualTo(State.CLOSED);
			assertThat(application
				.send("/circuitbreakers/payments", (request) -> command(request, session).header(header, token))
				.status()).isEqualTo(204);
			assertThat(application.breaker("payments").state()).isEqualTo(State.FORCED_OPEN);
		}
	}

	private static HttpRequest.Builder asAlice(HttpRequest.Builder request) {
		return request.header("Authorization", USER);
	}

	private static HttpRequest.Builder command(HttpRequest.Builder request, String session) {
		return asAlice(request).header("Cookie", session)
			.header("Content-Type", "application/json")
			.POST(BodyPublishers.ofString("{\"state\": \"FORCED_OPEN\"}"));
	}

}
