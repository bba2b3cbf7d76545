package dev.breaker.spring.actuate;

import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Snapshot;
import dev.breaker.State;
import dev.breaker.spring.BreakerClock;
import dev.breaker.spring.config.BreakerConfigs;
import dev.breaker.spring.support.Calls;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import dev.breaker.test.ManualClock;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
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
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.web.filter.OncePerRequestFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Configs that are changed over HTTP.
 */
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigCommandsTests {

	private static final String PATH = "/actuator/circuitbreakers/";

	private RunningApplication application;

	private Application beans;

	private CircuitBreakerRegistry registry;

	private ManualClock clock;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class,
				"management.endpoint.circuitbreakers.access=unrestricted",
				"breaker.instances.payments.consecutive-failure-threshold=3",
				"breaker.instances.payments.wait-duration-in-open-state=10s",
				"breaker.instances[GET /orders].sliding-window-size=50");
		this.beans = this.application.bean(Application.class);
		this.registry = this.application.bean(CircuitBreakerRegistry.class);
		this.clock = this.application.bean(ManualClock.class);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@BeforeEach
	void restore() {
		BreakerConfigs configs = this.application.bean(BreakerConfigs.class);
		configs.restore("payments");
		configs.restore("stock");
		this.registry.all().forEach(CircuitBreaker::reset);
		this.beans.principal = () -> "alice";
		this.beans.audited.clear();
	}

	@Test
	void anOpenBreakerGoesOnUnderTheNewConfig() {
		CircuitBreaker payments = this.registry.get("payments");
		Calls.fail(payments, 3);
		this.clock.advance(Duration.ofSeconds(3));
		Snapshot before = payments.snapshot();
		change("payments", "{\"config\": {\"wait-duration-in-open-state\": \"30s\", \"waitDurationMultiplier\": 2}}");
		assertThat(this.registry.get("payments")).isSameAs(payments);
		assertThat(payments.snapshot()).isEqualTo(before);
		this.clock.advance(Duration.ofSeconds(7));
		assertThat(payments.state()).isEqualTo(State.HALF_OPEN);
		Calls.fail(payments, 1);
		assertThat(payments.snapshot().retryAfter()).isEqualTo(Duration.ofSeconds(60));
	}

	@Test
	void whatWasChangedIsShownWithWhenAndByWhom() {
		assertThat(this.application.get(PATH + "payments").at("/changed")).isNull();
		change("payments", "{\"config\": {\"failure-rate-threshold\": 40, \"ignore-exceptions\": "
				+ "[\"java.lang.IllegalArgumentException\"]}, \"reason\": \"bank is flaky\"}");
		JsonNode changed = this.application.get(PATH + "payments").at("/changed");
		assertThat(changed).isNotNull();
		String now = this.clock.instant().toString();
		assertThat(changed.propertyNames()).containsExactlyInAnyOrder("at", "by", "reason", "properties");
		assertThat(changed.get("at").asString()).isEqualTo(now);
		assertThat(changed.get("by").asString()).isEqualTo("alice");
		assertThat(changed.get("reason").asString()).isEqualTo("bank is flaky");
		assertThat(changed.get("properties").propertyNames()).contains("failureRateThreshold", "ignoreExceptions");
		JsonNode threshold = changed.get("properties").get("failureRateThreshold");
		assertThat(threshold.get("from").isNull()).isTrue();
		assertThat(threshold.get("to").asDouble()).isEqualTo(40);
		assertThat(threshold.get("by").asString()).isEqualTo("alice");
		assertThat(threshold.get("at").asString()).isEqualTo(now);
		assertThat(changed.at("/properties/ignoreExceptions/to/0").asString())
			.isEqualTo("java.lang.IllegalArgumentException");
		assertThat(this.application.get("/actuator/circuitbreakers").at("/circuitBreakers/payments/changed"))
			.isEqualTo(changed);
		assertThat(this.application.get(PATH + "payments").at("/failureRateThreshold").asDouble()).isEqualTo(40);
	}

	@Test
	void anEmptyConfigTakesAllChangesBack(CapturedOutput output) {
		change("payments", "{\"config\": {\"failure-rate-threshold\": 40}}");
		change("payments", "{\"config\": {\"sliding-window-size\": 40}}");
		change("payments", "{\"config\": {}, \"reason\": \"all well\"}");
		assertThat(this.registry.get("payments").config().failureRateThreshold()).isNull();
		assertThat(this.registry.get("payments").config().slidingWindowSize()).isEqualTo(100);
		assertThat(this.application.get(PATH + "payments").at("/changed")).isNull();
		assertThat(output).contains("Circuit breaker 'payments': config changed by alice (all well): ");
	}

	@Test
	void theNameOfKeyedBreakersIsForAllKeysThoseToComeToo() {
		CircuitBreakerGroup stock = this.registry.findGroup("stock").orElseThrow();
		CircuitBreaker berlin = stock.get("berlin");
		change("stock", "{\"config\": {\"failure-rate-threshold\": 40}}");
		assertThat(List.of(berlin, stock.get("lyon")))
			.allMatch((breaker) -> breaker.config().failureRateThreshold() == 40f);
		assertThat(this.application.get(PATH + "stock").text("/changed/by")).isEqualTo("alice");
		assertThat(this.application.get(PATH + "stock:berlin").text("/changed/by")).isEqualTo("alice");
		assertThat(refused("stock:berlin", "{\"config\": {\"failure-rate-threshold\": 40}}"))
			.isEqualTo("Circuit breaker 'stock:berlin' is that of a key, and has the config of its group."
					+ " Change 'stock'");
	}

	@Test
	void aNameWithSlashesIsTheRestOfThePath() {
		change("GET%20/orders", "{\"name\": \"GET /orders\", \"config\": {\"sliding-window-size\": 70}}");
		assertThat(this.registry.get("GET /orders").config().slidingWindowSize()).isEqualTo(70);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					{"failure-rate-treshold": 40}          | did you mean "config.failure-rate-threshold"?
					{"failure-rate-threshold": 140}        | "config.failure-rate-threshold" (140) must be above 0 and at most 100 percent
					{"failure-rate-threshold": null}       | "config.failure-rate-threshold" has no value
					{"wait-duration-in-open-state": 30}    | "30s" is seconds
					{"minimum-number-of-calls": 20.5}      | must be a whole number
					{"record-exceptions": ["no.Such"]}     | there is no class no.Such
					{"success-threshold-in-half-open-state": 5} | must be at most permitted-number-of-calls-in-half-open-state (1)
					{"initial-state": "OPEN"}              | command a state
					""")
	void aBadValueIs400AndNothingIsChanged(String config, String message) {
		String body = "{\"config\": " + config.replace("{", "{\"wait-duration-jitter\": 0.5, ") + "}";
		assertThat(refused("payments", body)).startsWith("Nothing is changed. ").contains(message);
		assertThat(this.registry.get("payments").config().waitDurationJitter()).isZero();
		assertThat(this.application.get(PATH + "payments").at("/changed")).isNull();
		assertThat(this.beans.audited).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					{"config": {"sliding-window-size": 5}, "state": "OPEN"}  | A 'config' takes no 'state', 'hold' or 'reset'
					{"config": {"sliding-window-size": 5}, "hold": "10m"}    | A 'config' takes no 'state', 'hold' or 'reset'
					{"config": {"sliding-window-size": 5}, "reset": true}    | A 'config' takes no 'state', 'hold' or 'reset'
					{"config": null}                                         | Invalid 'config' (null): leave it out, or give a value
					{"config": 5}                                            | Invalid 'config' (5): must be an object
					{"config": {}, "name": "stock"}                          | the path alone says which circuit breaker
					{"conf": {}}                                             | Valid fields: state, hold, reason, reset, config
					{"reason": "none"}                                       | Give a 'state', 'reset': true, a 'config', 'enforce': true or false, a 'signal' with its 'ttl', or a 'clearSignal'
					""")
	void aBodyThatIsNoChangeIs400(String body, String message) {
		assertThat(refused("payments", body)).contains(message);
		assertThat(this.registry.get("payments").config().slidingWindowSize()).isEqualTo(100);
		assertThat(this.registry.get("payments").state()).isEqualTo(State.CLOSED);
	}

	@Test
	void anUnknownBreakerIs404() {
		Answer answer = this.application.post(PATH + "unknown", "{\"config\": {\"sliding-window-size\": 5}}");
		assertThat(answer.status()).isEqualTo(404);
		assertThat(answer.text("/message")).isEqualTo("There is no circuit breaker 'unknown'");
		assertThat(this.application.post(PATH + "unknown", "{\"config\": {}}").status()).isEqualTo(404);
		assertThat(this.registry.find("unknown")).isEmpty();
	}

	@Test
	void aTimeLimitOfAPlainValueIsRefusedWithTheRemedy() {
		assertThat(refused("stock", "{\"config\": {\"time-limit\": \"1s\"}}")).contains("config.time-limit",
				"ConfigCommandsTests$Stock.count(String)", "cannot be ended from outside", "timeouts of the client");
		change("payments", "{\"config\": {\"time-limit\": \"1s\"}}");
	}

	@Test
	void anUnknownKeyHasNoSuggestionThatIsNotNear() {
		assertThat(refused("payments", "{\"config\": {\"nope\": 1}}")).contains("\"config.nope\" (1) is not a property")
			.contains("Valid for a config or an instance are")
			.doesNotContain("did you mean");
	}

	@Test
	void aNumberBeyondAllNumbersIsRefusedByItsProperty() {
		assertThat(refused("payments", "{\"config\": {\"failure-rate-threshold\": 1e400}}"))
			.contains("\"config.failure-rate-threshold\" (Infinity) must be above 0 and at most 100 percent");
	}

	@Test
	void aChangeIsAudited() {
		change("payments", "{\"config\": {\"sliding-window-size\": 70}, \"reason\": \"drill\"}");
		this.beans.principal = null;
		change("payments", "{\"config\": {}}");
		assertThat(this.beans.audited).extracting(AuditEvent::getType).containsOnly("CIRCUIT_BREAKER_COMMAND");
		assertThat(this.beans.audited).extracting(AuditEvent::getPrincipal).containsExactly("alice", "anonymous");
		assertThat(this.beans.audited.get(0).getData()).isEqualTo(
				Map.of("circuitBreaker", "payments", "config", Map.of("sliding-window-size", 70), "reason", "drill"));
	}

	@Test
	void anEndpointWithoutConfigsChangesNone() {
		CircuitBreakersEndpoint endpoint = new CircuitBreakersEndpoint(this.registry);
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> endpoint.command("payments", null, null, null, null, "{}"));
		CircuitBreakersEndpoint served = this.application.bean(CircuitBreakersEndpoint.class);
		assertThat(served.command("payments", null, null, null, null, "{\"sliding-window-size\": 70}"))
			.isEqualTo(served.circuitBreaker("payments"));
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> served.command("payments", null, null, null, null, "no JSON"))
			.withMessageContaining("Invalid 'config': must be a JSON object");
	}

	private void change(String name, String body) {
		Answer answer = this.application.post(PATH + name, body);
		assertThat(answer.status()).as(answer.body()).isEqualTo(204);
	}

	private String refused(String name, String body) {
		Answer answer = this.application.post(PATH + name, body);
		assertThat(answer.status()).isEqualTo(400);
		return answer.text("/message");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

		private volatile Principal principal;

		@EventListener
		void audit(AuditApplicationEvent event) {
			this.audited.add(event.getAuditEvent());
		}

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		BreakerClock clockOfAllBreakers(ManualClock clock) {
			return new BreakerClock(clock::nanos, clock.clock());
		}

		@Bean
		Stock stock() {
			return new Stock();
		}

		@Bean
		OncePerRequestFilter login() {
			return new OncePerRequestFilter() {
				@Override
				protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response,
						FilterChain chain) throws ServletException, IOException {
					chain.doFilter(new HttpServletRequestWrapper(request) {
						@Override
						public Principal getUserPrincipal() {
							return Application.this.principal;
						}
					}, response);
				}
			};
		}

	}

	static class Stock {

		@dev.breaker.annotation.CircuitBreaker(name = "stock", key = "#warehouse")
		public int count(String warehouse) {
			return warehouse.length();
		}

	}

}
