package dev.breaker.spring.actuate;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerConfig;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Signals through the endpoint.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignalCommandsTests {

	private static final String PATH = "/actuator/circuitbreakers/";

	private RunningApplication application;

	private CircuitBreakerRegistry registry;

	private CircuitBreaker payments;

	private List<AuditEvent> audited;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=unrestricted");
		this.registry = this.application.bean(CircuitBreakerRegistry.class);
		this.audited = this.application.bean(Application.class).audited;
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void forget() {
		this.registry.remove("payments");
		this.payments = this.registry.get("payments");
		this.audited.clear();
	}

	private Answer post(String json) {
		return this.application.post(PATH + "payments", json);
	}

	@Test
	void aSignalOpensTheBreakerAndIsShown() {
		assertThat(post("{\"signal\": \"backlog\", \"reason\": \"12,000 wait\", \"ttl\": \"5m\"}").status())
			.isEqualTo(204);
		assertThat(this.payments.state()).isEqualTo(State.OPEN);
		assertThat(this.payments.snapshot().lastChange()).isNotNull().extracting("reason").isEqualTo(Reason.SIGNAL);
		JsonNode shown = this.application.get(PATH + "payments").at("");
		assertThat(shown.at("/signals/0/source").asString()).isEqualTo("backlog");
		assertThat(shown.at("/signals/0/reason").asString()).isEqualTo("12,000 wait");
		assertThat(shown.at("/signals/0/remaining").asString()).startsWith("PT");
		assertThat(shown.at("/signals").size()).isEqualTo(1);
		assertThat(shown.get("explanation").asString()).contains("signal of backlog (", ": 12,000 wait; ");
		assertThat(shown.at("/lastChange/actor").asString()).isEqualTo("backlog");
	}

	@Test
	void aSignalIsClearedByItsSource() {
		assertThat(post("{\"signal\": \"backlog\", \"ttl\": \"PT5M\"}").status()).isEqualTo(204);
		assertThat(post("{\"clearSignal\": \"other\"}").status()).isEqualTo(204);
		assertThat(this.payments.snapshot().signals()).hasSize(1);
		assertThat(post("{\"clearSignal\": \"backlog\", \"reason\": \"done\"}").status()).isEqualTo(204);
		assertThat(this.payments.snapshot().signals()).isEmpty();
		assertThat(this.application.get(PATH + "payments").at("/signals").size()).isZero();
	}

	@Test
	void theNameOfKeyedBreakersSignalsAllKeys() {
		CircuitBreaker berlin = this.registry.group("stores", CircuitBreakerConfig.ofDefaults(), 10).get("berlin");
		assertThat(this.application.post(PATH + "stores", "{\"signal\": \"backlog\", \"ttl\": \"5m\"}").status())
			.isEqualTo(204);
		assertThat(berlin.state()).isEqualTo(State.OPEN);
		JsonNode group = this.application.get(PATH + "stores").at("");
		assertThat(group.at("/signals/0/source").asString()).isEqualTo("backlog");
		assertThat(group.at("/keys/0/signals/0/source").asString()).isEqualTo("backlog");
		assertThat(this.application.post(PATH + "stores", "{\"clearSignal\": \"backlog\"}").status()).isEqualTo(204);
		assertThat(berlin.snapshot().signals()).isEmpty();
		this.registry.removeGroup("stores");
	}

	@Test
	void signalsAreAuditedAndLoggedWithEscapes(CapturedOutput output) {
		post("{\"signal\": \"back\\nlog\", \"reason\": \"first\\nsecond\", \"ttl\": \"5m\"}");
		post("{\"clearSignal\": \"back\\nlog\"}");
		assertThat(this.audited).extracting(AuditEvent::getType).containsOnly("CIRCUIT_BREAKER_COMMAND");
		assertThat(this.audited).extracting(AuditEvent::getData)
			.containsExactly(
					Map.of("circuitBreaker", "payments", "signal", "back\\u000alog", "ttl", "PT5M", "reason",
							"first\\u000asecond"),
					Map.of("circuitBreaker", "payments", "clearSignal", "back\\u000alog"));
		assertThat(output).contains(
				"Circuit breaker 'payments': operator signals 'back log' for PT5M; reason: first second",
				"Circuit breaker 'payments': operator clears the signal of 'back log'");
	}

	@Test
	void anUnknownBreakerIs404AndNoneIsMade() {
		for (String json : List.of("{\"signal\": \"backlog\", \"ttl\": \"5m\"}", "{\"clearSignal\": \"backlog\"}")) {
			Answer answer = this.application.post(PATH + "unknown", json);
			assertThat(answer.status()).isEqualTo(404);
		}
		assertThat(this.registry.find("unknown")).isEmpty();
		assertThat(this.audited).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					{"signal": "backlog"}                                      | A 'signal' needs a 'ttl', such as "5m"
					{"signal": "backlog", "ttl": "5"}                          | Invalid ttl '5': must be a duration above zero with its unit
					{"signal": "backlog", "ttl": "0s"}                         | Invalid ttl '0s': must be a duration above zero
					{"signal": "backlog", "ttl": "-5m"}                        | Invalid ttl '-5m': must be a duration above zero
					{"signal": "backlog", "ttl": 5}                            | Invalid 'ttl' (5): must be a string with a unit
					{"signal": " ", "ttl": "5m"}                               | Invalid 'signal': must not be empty
					{"signal": 7, "ttl": "5m"}                                 | Invalid 'signal' (7): must be a string
					{"signal": null, "ttl": "5m"}                              | Invalid 'signal' (null): leave it out, or give a value
					{"signal": "backlog", "ttl": "5m", "state": "OPEN"}        | A 'signal' takes no field but 'ttl' and 'reason'
					{"signal": "backlog", "ttl": "5m", "hold": "5m"}           | A 'signal' takes no field but 'ttl' and 'reason'
					{"signal": "backlog", "ttl": "5m", "reset": true}          | A 'signal' takes no field but 'ttl' and 'reason'
					{"signal": "backlog", "ttl": "5m", "config": {}}           | A 'signal' takes no field but 'ttl' and 'reason'
					{"signal": "backlog", "ttl": "5m", "clearSignal": "other"} | A 'signal' takes no field but 'ttl' and 'reason'
					{"clearSignal": "backlog", "ttl": "5m"}                    | A 'clearSignal' takes no field but 'reason'
					{"clearSignal": "backlog", "state": "OPEN"}                | A 'clearSignal' takes no field but 'reason'
					{"clearSignal": ""}                                        | Invalid 'clearSignal': must not be empty
					{"ttl": "5m"}                                              | A 'ttl' is that of a 'signal'
					{"state": "OPEN", "ttl": "5m"}                             | A 'ttl' is that of a 'signal'
					""")
	void whatMakesNoSenseIs400AndSaysWhatIsValid(String json, String message) {
		Answer answer = post(json);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).contains(message);
		assertThat(this.payments.state()).isEqualTo(State.CLOSED);
		assertThat(this.audited).isEmpty();
	}

	@Test
	void longTextsAre400() {
		assertThat(post("{\"signal\": \"" + "x".repeat(257) + "\", \"ttl\": \"5m\"}").text("/message"))
			.isEqualTo("Invalid 'signal': has 257 characters, may have 256");
		assertThat(
				post("{\"signal\": \"x\", \"ttl\": \"5m\", \"reason\": \"" + "x".repeat(501) + "\"}").text("/message"))
			.isEqualTo("Invalid 'reason': has 501 characters, may have 500");
	}

	@Test
	void whereWritingIsNotAllowedNoSignalIsHeard() {
		try (RunningApplication readOnly = RunningApplication.start(Application.class)) {
			readOnly.bean(CircuitBreakerRegistry.class).get("payments");
			assertThat(readOnly.post(PATH + "payments", "{\"signal\": \"backlog\", \"ttl\": \"5m\"}").status())
				.isEqualTo(405);
			assertThat(readOnly.bean(CircuitBreakerRegistry.class).get("payments").state()).isEqualTo(State.CLOSED);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

		@EventListener
		void audit(AuditApplicationEvent event) {
			this.audited.add(event.getAuditEvent());
		}

	}

}
