package dev.breaker.spring.event;

import java.util.List;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.OwnJvm;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application with structured logging writes to its console, in a JVM of its own,
 * whose logging it sets up.
 */
class StructuredLogTests {

	private final JsonMapper mapper = new JsonMapper();

	@Test
	void theFactsOfAChangeAreFields() throws Exception {
		List<JsonNode> lines = OwnJvm
			.run(Application.class, (library) -> true, 0, "--logging.structured.format.console=ecs",
					"--spring.main.banner-mode=off", "--breaker.instances.payments.minimum-number-of-calls=4")
			.lines()
			.filter((line) -> line.startsWith("{"))
			.map((line) -> this.mapper.readTree(line))
			.filter((line) -> line.at("/log/logger").asString().equals("dev.breaker.CircuitBreaker"))
			.toList();
		assertThat(lines).map((line) -> line.at("/breaker/from").asString() + " " + line.at("/breaker/to").asString())
			.containsExactly("CLOSED OPEN", "OPEN FORCED_OPEN", "FORCED_OPEN CLOSED");
		assertThat(lines).allMatch((line) -> line.at("/breaker/name").asString().equals("payments"));

		JsonNode opened = lines.get(0);
		assertThat(opened.at("/log/level").asString()).isEqualTo("WARN");
		assertThat(opened.at("/message").asString()).contains("Open: 3 of the last 4 calls failed (75 %");
		assertThat(opened.at("/breaker/reason").asString()).isEqualTo("FAILURE_RATE");
		assertThat(opened.at("/breaker/exception").asString()).isEqualTo("java.lang.IllegalStateException");
		assertThat(opened.at("/breaker/failure/rate").asDouble()).isEqualTo(75);
		assertThat(opened.at("/breaker/slow/call/rate").asDouble()).isZero();
		assertThat(opened.at("/breaker/openings").asInt()).isOne();

		JsonNode held = lines.get(1);
		assertThat(held.at("/log/level").asString()).isEqualTo("WARN");
		assertThat(held.at("/breaker/reason").asString()).isEqualTo("COMMAND");
		assertThat(held.at("/breaker/actor").asString()).isEqualTo("alice");
		assertThat(held.at("/breaker/comment").asString()).isEqualTo("partner asked");
		assertThat(held.at("/breaker/refused").asInt()).isEqualTo(3);
		assertThat(lines.get(2).at("/log/level").asString()).isEqualTo("INFO");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		public static void main(String[] args) {
			try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
				.web(WebApplicationType.NONE)
				.run(args)) {
				CircuitBreaker payments = context.getBean(CircuitBreakerRegistry.class).get("payments");
				Calls.succeed(payments);
				Calls.fail(payments, 3);
				Calls.refused(payments, 3);
				payments.apply(StateCommand.to(State.FORCED_OPEN).actor("alice").comment("partner asked"));
				payments.close();
			}
		}

	}

}
