package dev.breaker.spring.actuate;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

import dev.breaker.spring.actuate.EndpointRequestGuard.Target;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.http.MediaType;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.UriUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The guard by itself; {@link EndpointRequestsTests} is about requests to real servers.
 */
class EndpointRequestGuardTests {

	private static final EndpointId BREAKERS = EndpointId.of("circuitbreakers");

	private static final EndpointId EVENTS = EndpointId.of("circuitbreakerevents");

	private final EndpointRequestGuard guard = GuardedPaths.guard(Access.UNRESTRICTED);

	@ParameterizedTest
	@CsvSource({ "/actuator/circuitbreakers, ''", "/actuator/circuitbreakers/x, x",
			"/actuator/circuitbreakers/x/y, x/y", "/actuator/circuitbreakers/caf%C3%A9, caf\u00e9",
			"/actuator/circuitbreakers/semi%3Bcolon, semi;colon" })
	void thePathSaysWhichBreaker(String path, String name) throws RefusedRequestException {
		assertThat(target(this.guard, path)).isEqualTo(new Target(BREAKERS, name));
		assertThat(target(this.guard, path.replace("circuitbreakers", "circuitbreakerevents")))
			.isEqualTo(new Target(EVENTS, name));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/actuator", "/actuator/health", "/actuator/circuitbreakersx", "/circuitbreakers" })
	void otherPathsAreLeftAlone(String path) throws RefusedRequestException {
		assertThat(target(this.guard, path)).isNull();
	}

	@Test
	void whatIsNotServedIsLeftAlone() throws RefusedRequestException {
		EndpointRequestGuard noBeans = GuardedPaths.guard(Access.UNRESTRICTED, false, "circuitbreakers");
		assertThat(target(noBeans, "/actuator/circuitbreakers/x")).isNull();
		EndpointRequestGuard noPath = GuardedPaths.guard(Access.UNRESTRICTED, true, "circuitbreakers");
		assertThat(target(noPath, "/actuator/circuitbreakers/x")).isEqualTo(new Target(BREAKERS, "x"));
		assertThat(target(noPath, "/actuator/circuitbreakerevents/x")).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "x//y", "x/y/", "/x/y", "x/", "/x", "/", "x%2Fy", "./x", "x/%2e%2e", "x/./y", "x;a=b",
			"x;/y", ";a=b", "%2Fx" })
	void aPathOfAnotherSpellingReachesNoBreaker(String name) {
		assertThatExceptionOfType(RefusedRequestException.class)
			.isThrownBy(() -> target(this.guard, "/actuator/circuitbreakers/" + name))
			.satisfies((ex) -> {
				assertThat(ex.answer().status()).isEqualTo(404);
				assertThat(ex.answer().error()).isEqualTo("Not Found");
				assertThat(ex.answer().message()).startsWith("The path '"
						+ UriUtils.decode(name, StandardCharsets.UTF_8) + "' is that of no circuit breaker");
			});
	}

	@Test
	void aPostToABreakerIsACommand() throws RefusedRequestException {
		assertThat(this.guard.isCommand(new Target(BREAKERS, "x"), "POST", Set.of())).isTrue();
		assertThat(this.guard.isCommand(new Target(BREAKERS, "x"), "PUT", Set.of("state"))).isFalse();
		assertThat(this.guard.isCommand(new Target(EVENTS, "x"), "POST", Set.of("name"))).isFalse();
	}

	@Test
	void aPathThatAsksForAWhatIfTakesAConfigAlone() throws RefusedRequestException {
		byte[] body = "{\"state\": \"OPEN\"}".getBytes(StandardCharsets.UTF_8);
		for (String command : List.of("x", "whatif", "xwhatif", "whatif/x", "x/advice")) {
			assertThat(this.guard.command(new Target(BREAKERS, command), MediaType.APPLICATION_JSON, body))
				.isEqualTo("{\"state\":\"OPEN\"}".getBytes(StandardCharsets.UTF_8));
		}
		Target whatIf = new Target(BREAKERS, "x/whatif");
		byte[] config = "{\"enforce\": false}".getBytes(StandardCharsets.UTF_8);
		assertThat(this.guard.command(whatIf, MediaType.APPLICATION_JSON, config))
			.isEqualTo("{\"config\":\"{\\\"enforce\\\":false}\"}".getBytes(StandardCharsets.UTF_8));
		assertThatExceptionOfType(RefusedRequestException.class)
			.isThrownBy(() -> this.guard.command(whatIf, MediaType.APPLICATION_JSON, body))
			.withMessageStartingWith("Unknown field 'state', which is one of a command. A what-if is");
	}

	@Test
	void whereCommandsAreNotAllowedBootAnswersThem() throws RefusedRequestException {
		EndpointRequestGuard readOnly = GuardedPaths.guard(Access.READ_ONLY);
		assertThat(readOnly.isCommand(new Target(BREAKERS, "x"), "POST", Set.of("name"))).isFalse();
		assertThat(readOnly.isCommand(new Target(BREAKERS, ""), "POST", Set.of())).isFalse();
	}

	@Test
	void readingTakesAQueryWithoutAName() throws RefusedRequestException {
		for (EndpointId endpoint : List.of(BREAKERS, EVENTS)) {
			assertThat(this.guard.isCommand(new Target(endpoint, "x"), "GET", Set.of("t"))).isFalse();
			assertThat(this.guard.isCommand(new Target(endpoint, ""), "GET", Set.of("name"))).isFalse();
			assertBadRequest("The path alone says which circuit breaker. Leave 'name' out of the query",
					() -> this.guard.isCommand(new Target(endpoint, "x"), "GET", Set.of("name")));
		}
	}

	@Test
	void thePathOfTheDashboardSaysWhatIsRead() throws RefusedRequestException {
		EndpointRequestGuard page = GuardedPaths.guard(Access.READ_ONLY, true, "circuitbreakers", "breakerdashboard");
		Target target = target(page, "/actuator/breakerdashboard/page.css");
		assertThat(target).isEqualTo(new Target(EndpointId.of("breakerdashboard"), ""));
		assertThat(page.isCommand(new Target(EndpointId.of("breakerdashboard"), ""), "GET", Set.of("name"))).isFalse();
		for (String method : List.of("GET", "HEAD", "POST")) {
			assertBadRequest("The path alone says what is read. Leave 'resource' out of the query", () -> page
				.isCommand(new Target(EndpointId.of("breakerdashboard"), ""), method, Set.of("resource")));
		}
	}

	@Test
	void aCommandNeedsABreakerAndTakesNoQuery() {
		assertBadRequest("The path names no circuit breaker. Add the name of one to it",
				() -> this.guard.isCommand(new Target(BREAKERS, ""), "POST", Set.of()));
		assertBadRequest(
				"A command is given in the body, as JSON with the header 'Content-Type: application/json'. Leave out the parameters (state)",
				() -> this.guard.isCommand(new Target(BREAKERS, "x"), "POST", List.of("state", "state")));
	}

	@ParameterizedTest
	@CsvSource({ "application/json, true", "application/json;charset=UTF-8, true",
			"application/vnd.spring-boot.actuator.v3+json, true", "text/plain, false", "application/xml, false",
			", false" })
	void whatIsJsonIsRead(@Nullable String type, boolean json) {
		assertThat(this.guard.isJson((type != null) ? MediaType.parseMediaType(type) : null)).isEqualTo(json);
	}

	@Test
	void aBodyIsReadByItsCharset() throws RefusedRequestException {
		String json = "{\"reason\":\"m\u00fcde\"}";
		assertThat(command(MediaType.APPLICATION_JSON, json.getBytes(StandardCharsets.UTF_8)))
			.isEqualTo(json.getBytes(StandardCharsets.UTF_8));
		assertThat(command(MediaType.parseMediaType("application/json;charset=ISO-8859-1"),
				json.getBytes(StandardCharsets.ISO_8859_1)))
			.isEqualTo(json.getBytes(StandardCharsets.ISO_8859_1));
	}

	@Test
	void aBodyHasAtMost64KiB() throws RefusedRequestException {
		String json = "{\"state\":\"OPEN\"}";
		byte[] longest = (json + " ".repeat(65_536 - json.length())).getBytes(StandardCharsets.UTF_8);
		assertThat(command(MediaType.APPLICATION_JSON, longest)).isEqualTo(json.getBytes(StandardCharsets.UTF_8));
		assertBadRequest("The body is longer than 65536 bytes",
				() -> command(MediaType.APPLICATION_JSON, new byte[65_537]));
	}

	private byte[] command(MediaType type, byte[] body) throws RefusedRequestException {
		return this.guard.command(new Target(BREAKERS, "x"), type, body);
	}

	private static @Nullable Target target(EndpointRequestGuard guard, String path) throws RefusedRequestException {
		return guard.target(PathContainer.parsePath(path));
	}

	private static void assertBadRequest(String message, ThrowingCallable request) {
		assertThatExceptionOfType(RefusedRequestException.class).isThrownBy(request).satisfies((ex) -> {
			assertThat(ex.answer().status()).isEqualTo(400);
			assertThat(ex.answer().error()).isEqualTo("Bad Request");
			assertThat(ex.answer().message()).isEqualTo(message);
		});
	}

}
