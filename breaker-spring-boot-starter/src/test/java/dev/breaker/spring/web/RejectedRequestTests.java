package dev.breaker.spring.web;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.breaker.CircuitBreaker;
import dev.breaker.CircuitBreakerGroup;
import dev.breaker.CircuitBreakerRegistry;
import dev.breaker.Permit;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.web.RunningWeb.Answer;
import dev.breaker.test.ManualClock;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that are answered before their handlers run, whatever the web framework.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RejectedRequestTests {

	RunningWeb web;

	ManualClock clock;

	CircuitBreaker payments;

	CircuitBreaker shop;

	private CircuitBreakerGroup inventory;

	private AtomicInteger handled;

	abstract WebApplicationType type();

	abstract Class<?> more();

	@BeforeAll
	void start() {
		this.web = RunningWeb.start(type(), List.of(Application.class, more()),
				"breaker.http.server.reject[0].paths=/orders/**, /my items/*",
				"breaker.http.server.reject[0].methods=get, POST", "breaker.http.server.reject[0].breaker=payments",
				"breaker.http.server.reject[1].paths=/stock/**", "breaker.http.server.reject[1].breaker=inventory:lyon",
				"breaker.http.server.reject[2].paths=/stock/**", "breaker.http.server.reject[2].breaker=inventory",
				"breaker.http.server.reject[3].paths=/**", "breaker.http.server.reject[3].breaker=shop");
		this.clock = this.web.bean(ManualClock.class);
		CircuitBreakerRegistry breakers = this.web.bean(CircuitBreakerRegistry.class);
		this.payments = breakers.get("payments");
		this.shop = breakers.get("shop");
		this.inventory = breakers.group("inventory", breakers.defaults(), 10);
		this.handled = this.web.bean(AnyController.class).handled;
	}

	@AfterAll
	void stop() {
		this.web.close();
	}

	@BeforeEach
	void reset() {
		this.payments.reset();
		this.shop.reset();
		this.inventory.apply(StateCommand.reset());
		this.handled.set(0);
	}

	private void assertRejected(Answer answer, String breaker) {
		RefusalAnswerTests.assertRefused(answer);
		assertThat(answer.json().get("circuitBreaker").asString()).isEqualTo(breaker);
		assertThat(this.handled).hasValue(0);
	}

	private void assertHandled(Answer answer) {
		assertThat(answer.status()).isEqualTo(200);
		assertThat(this.handled.getAndSet(0)).isOne();
	}

	@Test
	void anOpenBreakerAnswersBeforeTheHandlerRuns() {
		assertHandled(this.web.get("/orders/1"));
		this.payments.open(Duration.ofMillis(4500));
		Answer answer = this.web.get("/orders/a%20b?card=secret");
		assertRejected(answer, "payments");
		assertThat(answer.header("Retry-After")).isEqualTo("5");
		assertThat(answer.json()).hasToString("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\","
				+ "\"status\":503,\"detail\":\"Circuit breaker 'payments' is OPEN and refuses calls; "
				+ "try again in 5 s\",\"instance\":\"/orders/a%20b\",\"circuitBreaker\":\"payments\","
				+ "\"state\":\"OPEN\"}");
		assertThat(this.payments.snapshot().notPermittedCallsTotal()).isZero();
	}

	@Test
	void requestsPassAsSoonAsAProbeMay() {
		this.payments.open(Duration.ofSeconds(30));
		this.clock.advance(Duration.ofSeconds(30).minusNanos(1));
		assertRejected(this.web.get("/orders/1"), "payments");
		this.clock.advance(Duration.ofNanos(1));
		assertHandled(this.web.get("/orders/1"));
		Permit probe = this.payments.acquire();
		Answer answer = this.web.get("/orders/1");
		assertRejected(answer, "payments");
		assertThat(answer.header("Retry-After")).isEqualTo("1");
		probe.release();
		assertHandled(this.web.get("/orders/1"));
	}

	@ParameterizedTest
	@CsvSource({ "DISABLED", "METRICS_ONLY", "HALF_OPEN" })
	void aBreakerThatPermitsCallsRejectsNothing(State state) {
		this.payments.apply(StateCommand.to(state));
		assertHandled(this.web.get("/orders/1"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/orders", "/orders/", "/orders/1/items/2", "/my%20items/1" })
	void pathsAreMatchedAsTheyAreDecoded(String path) {
		this.payments.forceOpen();
		assertRejected(this.web.get(path), "payments");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/order", "/ordersets/1", "/my%20items/1/2", "/" })
	void otherPathsPass(String path) {
		this.payments.forceOpen();
		assertHandled(this.web.get(path));
	}

	@Test
	void otherMethodsPass() {
		this.payments.forceOpen();
		assertHandled(this.web.send("DELETE", "/orders/1", null));
		assertRejected(this.web.send("POST", "/orders/1", null), "payments");
	}

	@Test
	void getStandsForHeadToo() {
		this.payments.forceOpen();
		Answer answer = this.web.send("HEAD", "/orders/1", null);
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.header("Retry-After")).isEqualTo("1");
		assertThat(answer.body()).isEmpty();
		assertThat(this.handled).hasValue(0);
	}

	@Test
	void aBodyThatIsNotReadHarmsNoAnswer() {
		this.payments.forceOpen();
		for (int i = 0; i < 3; i++) {
			assertRejected(
					this.web.send(this.web.request("/orders/1").POST(BodyPublishers.ofString("x".repeat(300_000)))),
					"payments");
		}
	}

	@Test
	void aPreflightRequestPasses() {
		this.shop.forceOpen();
		Answer answer = this.web.send(this.web.request("/orders/1")
			.header("Origin", "https://shop.example")
			.header("Access-Control-Request-Method", "GET")
			.method("OPTIONS", BodyPublishers.noBody()));
		assertThat(answer.status()).isEqualTo(200);
	}

	@Test
	void aScriptOfAnAllowedOriginCanReadTheAnswer() {
		this.shop.forceOpen();
		Answer answer = this.web.send(this.web.request("/shared").header("Origin", "https://shop.example"));
		assertRejected(answer, "shop");
		assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://shop.example");
		Answer other = this.web.send(this.web.request("/shared").header("Origin", "https://evil.example"));
		assertThat(other.status()).isEqualTo(403);
		assertThat(other.header("Access-Control-Allow-Origin")).isNull();
		Answer own = this.web.send(this.web.request("/other").header("Origin", "https://shop.example"));
		assertRejected(own, "shop");
		assertThat(own.header("Access-Control-Allow-Origin")).isNull();
	}

	@Test
	void allEntriesThatMatchAreAsked() {
		this.shop.forceOpen();
		assertRejected(this.web.get("/orders/1"), "shop");
		this.payments.forceOpen();
		assertRejected(this.web.get("/orders/1"), "payments");
	}

	@Test
	void theBreakerOfASingleKeyRejects() {
		assertHandled(this.web.get("/stock/1"));
		this.inventory.get("paris").forceOpen();
		assertHandled(this.web.get("/stock/1"));
		this.inventory.get("lyon").forceOpen();
		assertRejected(this.web.get("/stock/1"), "inventory:lyon");
	}

	@Test
	void ofAllKeysACommandToAllRejects() {
		this.inventory.apply(StateCommand.to(State.FORCED_OPEN).hold(Duration.ofMillis(4500)));
		this.inventory.find("lyon").ifPresent(CircuitBreaker::close);
		Answer answer = this.web.get("/stock/1");
		assertRejected(answer, "inventory");
		assertThat(answer.header("Retry-After")).isEqualTo("5");
		assertThat(answer.json().get("state").asString()).isEqualTo("FORCED_OPEN");
		this.clock.advance(Duration.ofMillis(4500));
		assertHandled(this.web.get("/stock/1"));
		this.inventory.apply(StateCommand.to(State.DISABLED));
		assertHandled(this.web.get("/stock/1"));
	}

	@Test
	void ofAllKeysASignalToAllRejects() {
		this.web.bean(CircuitBreakerRegistry.class).remove("inventory:lyon");
		this.inventory.signal("backlog", "12,000 wait", Duration.ofMillis(4500));
		Answer answer = this.web.get("/stock/1");
		assertRejected(answer, "inventory");
		assertThat(answer.header("Retry-After")).isEqualTo("5");
		assertThat(answer.json().get("state").asString()).isEqualTo("OPEN");
		this.inventory.apply(StateCommand.to(State.DISABLED));
		assertHandled(this.web.get("/stock/1"));
		this.inventory.apply(StateCommand.to(State.OPEN).hold(Duration.ofSeconds(1)));
		assertThat(this.web.get("/stock/1").header("Retry-After")).isEqualTo("5");
		this.inventory.apply(StateCommand.to(State.CLOSED));
		assertHandled(this.web.get("/stock/1"));
		this.inventory.signal("backlog", null, Duration.ofMillis(4500));
		this.clock.advance(Duration.ofMillis(4500));
		assertHandled(this.web.get("/stock/1"));
	}

	@Test
	void endpointsAreNeverRejected() {
		this.shop.forceOpen();
		assertRejected(this.web.get("/health"), "shop");
		assertThat(this.web.get("/actuator/health").status()).isEqualTo(200);
		assertThat(this.web.get("/actuator").status()).isEqualTo(200);
	}

	@Test
	void whatIsRejectedIsCountedForItsBreaker() {
		double before = rejected("payments");
		double others = rejected("shop");
		this.payments.forceOpen();
		for (int i = 0; i < 3; i++) {
			this.web.get("/orders/" + i);
		}
		this.web.get("/other");
		assertThat(rejected("payments")).isEqualTo(before + 3);
		assertThat(rejected("shop")).isEqualTo(others);
		assertThat(rejected("inventory")).isNotNegative();
	}

	private double rejected(String name) {
		return this.web.bean(MeterRegistry.class)
			.get("breaker.http.server.rejected")
			.tag("name", name)
			.functionCounter()
			.count();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ManualClock clock() {
			return new ManualClock();
		}

		@Bean
		CircuitBreakerRegistry registry(ManualClock clock) {
			return CircuitBreakerRegistry.of(clock.config()
				.minimumNumberOfCalls(1)
				.waitDurationInOpenState(Duration.ofSeconds(30))
				.permittedNumberOfCallsInHalfOpenState(1)
				.build());
		}

		@Bean
		AnyController anyController() {
			return new AnyController();
		}

	}

	@RestController
	static class AnyController {

		private final AtomicInteger handled = new AtomicInteger();

		@CrossOrigin("https://shop.example")
		@RequestMapping("/shared")
		String shared() {
			return any();
		}

		@RequestMapping("/**")
		String any() {
			this.handled.incrementAndGet();
			return "handled";
		}

	}

}
