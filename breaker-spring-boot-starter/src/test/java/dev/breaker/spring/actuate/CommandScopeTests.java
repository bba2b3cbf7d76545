package dev.breaker.spring.actuate;

import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.State;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The scope of commands where no breaker is shared.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandScopeTests {

	private static final String PATH = "/actuator/circuitbreakers/payments";

	private RunningApplication application;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=unrestricted",
				"breaker.instances.payments.record-outcomes=10");
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void reset() {
		this.application.bean(CircuitBreakerRegistry.class).get("payments").reset();
	}

	@ParameterizedTest
	@CsvSource({ "node", "NODE", "' Node '" })
	void scopeOfThisInstanceIsWhatThereIsWithoutAFleet(String scope) {
		assertThat(this.application.post(PATH, "{\"state\": \"FORCED_OPEN\", \"scope\": \"" + scope + "\"}").status())
			.isEqualTo(204);
		assertThat(state()).isEqualTo(State.FORCED_OPEN);
	}

	@Test
	void nothingIsSaidOfAFleetThatIsNotThere() {
		Answer answer = this.application.get(PATH);
		assertThat(answer.at("/localOnly")).isNull();
		assertThat(answer.at("/fleet")).isNull();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					{"state": "OPEN", "scope": "fleet"}    | There is no fleet for the scope 'fleet': it needs the artifact breaker-fleet-redis and breaker.cluster.enabled=true. Leave 'scope' out, or give "node", for this instance alone
					{"reset": true, "scope": "fleet"}      | There is no fleet for the scope 'fleet': it needs the artifact breaker-fleet-redis and breaker.cluster.enabled=true. Leave 'scope' out, or give "node", for this instance alone
					{"state": "OPEN", "scope": "flet"}     | Invalid scope 'flet'. Valid scopes: fleet, node
					{"state": "OPEN", "scope": ""}         | Invalid scope ''. Valid scopes: fleet, node
					{"scope": "node"}                      | Give a 'state', 'reset': true, a 'config', 'enforce': true or false, a 'signal' with its 'ttl', or a 'clearSignal'. Valid states: CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY
					{"config": {}, "scope": "node"}        | A 'config' takes no 'scope': it is changed on this instance alone
					{"enforce": false, "scope": "node"}    | 'enforce' takes no 'scope': give it in a command of its own
					{"signal": "a", "ttl": "5m", "scope": "node"} | A 'signal' takes no field but 'ttl' and 'reason': give the others in a command of their own
					{"clearSignal": "a", "scope": "node"}  | A 'clearSignal' takes no field but 'reason': give the others in a command of their own
					""")
	void aScopeThatMeansNothingIs400(String body, String message) {
		Answer answer = this.application.post(PATH, body);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).isEqualTo(message);
		assertThat(state()).isEqualTo(State.CLOSED);
	}

	@Test
	void aScopeForABreakerThatIsNotThereIs404() {
		assertThat(this.application.post("/actuator/circuitbreakers/unknown", "{\"reset\": true, \"scope\": \"node\"}")
			.status()).isEqualTo(404);
	}

	@Test
	void aWhatIfHasNoScope() {
		Answer answer = this.application.post(PATH + "/whatif",
				"{\"config\": {\"failure-rate-threshold\": 40}, \"scope\": \"node\"}");
		assertThat(answer.status()).isEqualTo(400);
	}

	private State state() {
		return this.application.bean(CircuitBreakerRegistry.class).get("payments").state();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
