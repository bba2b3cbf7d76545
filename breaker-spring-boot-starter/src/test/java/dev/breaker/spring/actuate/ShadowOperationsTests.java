package dev.breaker.spring.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Reason;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.CircuitBreakerStateChangedEvent;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import dev.breaker.test.ManualClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Breakers that are not enforced, as operators see and switch them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShadowOperationsTests {

	private static final String PATH = "/actuator/circuitbreakers/";

	private RunningApplication application;

	private CircuitBreakerRegistry registry;

	private CircuitBreaker payments;

	private ManualClock clock;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=unrestricted",
				"management.endpoint.health.show-details=always", "breaker.health.down-when-open=payments,stock",
				"breaker.configs.trial.enforce=false", "breaker.configs.trial.consecutive-failure-threshold=3",
				"breaker.configs.trial.wait-duration-in-open-state=10s", "breaker.instances.payments.base-config=trial",
				"breaker.instances.stock.base-config=trial", "breaker.instances.orders.base-config=trial",
				"breaker.instances.orders.enforce=true");
		this.registry = this.application.bean(CircuitBreakerRegistry.class);
		this.payments = this.registry.get("payments");
		this.clock = this.application.bean(ManualClock.class);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void restore() {
		this.application.bean(BreakerConfigs.class).restore("payments");
		this.application.bean(BreakerConfigs.class).restore("stock");
		this.registry.all().forEach(CircuitBreaker::reset);
		this.application.bean(Application.class).events.clear();
	}

	@Test
	void theValueIsInheritedAndOverridden() {
		assertThat(this.payments.config().enforce()).isFalse();
		assertThat(this.registry.get("orders").config().enforce()).isTrue();
		assertThat(this.registry.get("other").config().enforce()).isTrue();
	}

	@Test
	void theEndpointShowsThatItIsNotEnforced() {
		Calls.fail(this.payments, 3);
		Calls.succeed(this.payments);
		Answer shown = this.application.get(PATH + "payments");
		assertThat(shown.text("/state")).isEqualTo("OPEN");
		assertThat(shown.at("/enforced").asBoolean(true)).isFalse();
		assertThat(shown.at("/wouldRefuseTotal").asLong()).isOne();
		assertThat(shown.at("/notPermittedCallsTotal").asLong()).isZero();
		assertThat(shown.text("/explanation")).endsWith("; not enforced, no call is refused");
		assertThat(shown.at("/lastChange/enforced").asBoolean(true)).isFalse();
		assertThat(this.application.get(PATH + "orders").at("/enforced").asBoolean()).isTrue();
	}

	@Test
	void aCommandSwitchesItWhileItIsOpen() {
		Calls.fail(this.payments, 3);
		this.clock.advance(Duration.ofSeconds(4));
		assertThat(Calls.refused(this.payments, 2)).isZero();
		command("payments", "{\"enforce\": true, \"reason\": \"it was right for a week\"}");
		assertThat(Calls.refused(this.payments, 2)).isEqualTo(2);
		assertThat(this.payments.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(6));
		Answer shown = this.application.get(PATH + "payments");
		assertThat(shown.at("/enforced").asBoolean()).isTrue();
		assertThat(shown.text("/changed/reason")).isEqualTo("it was right for a week");
		assertThat(shown.at("/changed/properties/enforce/to").asBoolean()).isTrue();
		command("payments", "{\"enforce\": false}");
		assertThat(Calls.refused(this.payments, 2)).isZero();
		command("payments", "{\"config\": {\"enforce\": true}}");
		assertThat(Calls.refused(this.payments, 1)).isOne();
		command("payments", "{\"config\": {}}");
		assertThat(this.payments.config().enforce()).isFalse();
		assertThat(this.payments.snapshot().wouldRefuseTotal()).isEqualTo(4);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{"enforce": "yes"}                      | Invalid 'enforce' ('yes'): must be true or false, without quotes
			{"enforce": null}                       | Invalid 'enforce' (null): leave it out, or give a value
			{"enforce": true, "state": "OPEN"}      | 'enforce' takes no 'state': give it in a command of its own
			{"enforce": true, "hold": "10m"}        | 'enforce' takes no 'hold': give it in a command of its own
			{"enforce": true, "reset": true}        | 'enforce' takes no 'reset': give it in a command of its own
			{"enforce": true, "config": {}}         | 'enforce' takes no 'config': give it in a command of its own
			{"enforce": true, "signal": "backlog"}  | 'enforce' takes no 'signal': give it in a command of its own
			{"enforce": true, "clearSignal": "db"}  | 'enforce' takes no 'clearSignal': give it in a command of its own
			""")
	void aBodyThatSwitchesNothingIs400(String body, String message) {
		Answer answer = this.application.post(PATH + "payments", body);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.text("/message")).isEqualTo(message);
		assertThat(this.payments.config().enforce()).isFalse();
	}

	@Test
	void aForcedStateRefusesNobody() {
		command("payments", "{\"state\": \"FORCED_OPEN\", \"hold\": \"10m\"}");
		assertThat(Calls.refused(this.payments, 3)).isZero();
		assertThat(this.application.get(PATH + "payments").text("/explanation")).startsWith("Held open by")
			.endsWith("; not enforced, no call is refused");
	}

	@Test
	void theNameOfKeyedBreakersIsForAllKeysThoseToComeToo() {
		CircuitBreakerGroup stock = this.registry.group("stock",
				this.application.bean(BreakerConfigs.class).get("stock"), 5);
		Calls.fail(stock.get("berlin"), 3);
		assertThat(Calls.refused(stock.get("berlin"), 1)).isZero();
		Answer shown = this.application.get(PATH + "stock?keys=all");
		assertThat(shown.at("/enforced").asBoolean(true)).isFalse();
		assertThat(shown.text("/keys/0/state")).isEqualTo("OPEN");
		assertThat(shown.at("/keys/0/enforced").asBoolean(true)).isFalse();
		assertThat(health("stock")).isEqualTo(Map.of("CLOSED (not enforced)", 1, "OPEN (not enforced)", 1));
		command("stock", "{\"enforce\": true}");
		assertThat(Calls.refused(stock.get("berlin"), 1)).isOne();
		assertThat(stock.get("lyon").config().enforce()).isTrue();
		assertThat(this.application.get("/actuator/health").status()).isEqualTo(503);
		this.registry.removeGroup("stock");
	}

	@SuppressWarnings("unchecked")
	private Map<String, Object> health(String name) {
		Answer health = this.application.get("/actuator/health");
		assertThat(health.status()).isEqualTo(200);
		return new JsonMapper().treeToValue(health.at("/components/circuitBreakers/details/" + name), Map.class);
	}

	@Test
	void healthShowsTheStateAndStaysUp() {
		this.payments.open();
		Answer health = this.application.get("/actuator/health");
		assertThat(health.status()).isEqualTo(200);
		assertThat(health.text("/components/circuitBreakers/details/payments")).isEqualTo("OPEN (not enforced)");
		command("payments", "{\"enforce\": true}");
		health = this.application.get("/actuator/health");
		assertThat(health.status()).isEqualTo(503);
		assertThat(health.text("/components/circuitBreakers/details/payments")).isEqualTo("OPEN");
	}

	@Test
	void eventsSayThatAChangeIsNotEnforced() {
		Calls.fail(this.payments, 3);
		Calls.succeed(this.payments);
		List<JsonNode> events = StreamSupport
			.stream(this.application.get("/actuator/circuitbreakerevents/payments").at("/events").spliterator(), false)
			.toList();
		JsonNode last = events.get(events.size() - 1);
		assertThat(last.get("type").asString()).isEqualTo("WOULD_REFUSE");
		assertThat(last.has("enforced")).isFalse();
		JsonNode opened = events.stream()
			.filter((event) -> event.has("to") && event.get("to").asString().equals("OPEN"))
			.reduce((one, other) -> other)
			.orElseThrow();
		assertThat(opened.get("enforced").asBoolean(true)).isFalse();
		List<CircuitBreakerStateChangedEvent> published = this.application.bean(Application.class).events;
		assertThat(published).singleElement()
			.satisfies((event) -> assertThat(event.getStateChange().enforced()).isFalse())
			.satisfies((event) -> assertThat(event.getStateChange().reason()).isEqualTo(Reason.CONSECUTIVE_FAILURES))
			.satisfies((event) -> assertThat(event.toString()).endsWith("(CONSECUTIVE_FAILURES, not enforced)]"));
	}

	@Test
	void metersCountWhatItWouldRefuse() {
		double before = meter("breaker_calls_would_refuse_total{name=\"payments\"}");
		double refused = meter("breaker_calls_not_permitted_total{name=\"payments\"}");
		Calls.fail(this.payments, 3);
		Calls.refused(this.payments, 4);
		assertThat(meter("breaker_calls_would_refuse_total{name=\"payments\"}")).isEqualTo(before + 4);
		assertThat(meter("breaker_calls_not_permitted_total{name=\"payments\"}")).isEqualTo(refused);
		assertThat(meter("breaker_state{name=\"payments\",state=\"open\"}")).isOne();
		assertThat(meter("breaker_enforced{name=\"payments\"}")).isZero();
		assertThat(meter("breaker_enforced{name=\"orders\"}")).isOne();
	}

	private double meter(String series) {
		return this.application.get("/actuator/prometheus")
			.body()
			.lines()
			.filter((line) -> line.startsWith(series))
			.mapToDouble((line) -> Double.parseDouble(line.substring(series.length())))
			.sum();
	}

	@Test
	void itClosesAsIfItHadRefused() {
		Calls.fail(this.payments, 3);
		Calls.fail(this.payments, 50);
		this.clock.advance(Duration.ofSeconds(10));
		Calls.succeed(this.payments);
		assertThat(this.payments.state()).isEqualTo(State.CLOSED);
		Answer shown = this.application.get(PATH + "payments");
		assertThat(shown.at("/wouldRefuseTotal").asLong()).isEqualTo(50);
		assertThat(shown.text("/explanation")).startsWith("Closed after its probes succeeded")
			.endsWith("; not enforced, no call is refused");
	}

	private void command(String name, String body) {
		Answer answer = this.application.post(PATH + name, body);
		assertThat(answer.status()).as(answer.body()).isEqualTo(204);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		private final List<CircuitBreakerStateChangedEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void changed(CircuitBreakerStateChangedEvent event) {
			this.events.add(event);
		}

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock clockOfAllBreakers(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

	}

}
