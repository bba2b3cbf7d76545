package dev.breaker.spring.actuate;

import dev.breaker.CallNotPermittedException;
import dev.breaker.annotation.CircuitBreaker;
import dev.breaker.annotation.Unguarded;
import dev.breaker.spring.support.RunningApplication;
import dev.breaker.spring.support.RunningApplication.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the endpoint {@code circuitbreakerbindings} says of annotated methods.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CircuitBreakerBindingsEndpointTests {

	private static final String PATH = "/actuator/circuitbreakerbindings";

	private RunningApplication application;

	private Answer answer;

	@BeforeAll
	void start() {
		this.application = RunningApplication.start(Application.class, "shop.breaker=payments");
		this.answer = this.application.get(PATH);
	}

	@AfterAll
	void stop() {
		this.application.close();
	}

	@Test
	void aGuardedMethodHasBreakerKeyAndKind() {
		assertThat(this.answer.status()).isEqualTo(200);
		JsonNode binding = binding(".Payments.refund(String)");
		assertThat(binding.propertyNames()).containsExactlyInAnyOrder("method", "breaker", "key", "fallbacks",
				"refusalFallback", "kind", "intercepted", "reason");
		assertThat(binding.get("method").asString()).isEqualTo(Payments.class.getName() + ".refund(String)");
		assertThat(binding.get("breaker").asString()).isEqualTo("refunds");
		assertThat(binding.get("key").asString()).isEqualTo("#a0");
		assertThat(binding.get("fallbacks")).isEmpty();
		assertThat(binding.get("kind").asString()).contains("Mono");
		assertThat(binding.get("intercepted").asBoolean()).isTrue();
		assertThat(binding.get("reason").isNull()).isTrue();
	}

	@Test
	void fallbacksStandInTheOrderInWhichTheyAreTried() {
		JsonNode binding = binding(".Payments.pay(String)");
		assertThat(binding.get("breaker").asString()).isEqualTo("payments");
		assertThat(binding.get("key").isNull()).isTrue();
		assertThat(binding.get("fallbacks").valueStream().map(JsonNode::asString)).containsExactly(
				"payLater(String, CallNotPermittedException)", "payLater(String, RuntimeException)",
				"payLater(String)");
	}

	@Test
	void aFallbackOfAnotherBeanBearsItsName() {
		assertThat(binding(".Payments.check()").get("fallbacks").valueStream().map(JsonNode::asString))
			.containsExactly("backup::check()");
	}

	@Test
	void theFallbackThatRunsWhereACallIsRefusedIsNamed() {
		assertThat(binding(".Payments.pay(String)").get("refusalFallback").asString())
			.isEqualTo("payLater(String, CallNotPermittedException)");
		assertThat(binding(".Payments.check()").get("refusalFallback").asString()).isEqualTo("backup::check()");
		assertThat(binding(".Payments.refund(String)").get("refusalFallback").isNull()).isTrue();
		JsonNode reserve = binding(".Stock.reserve()");
		assertThat(reserve.get("fallbacks").get(0).asString()).isEqualTo("guess(IllegalStateException)");
		assertThat(reserve.get("refusalFallback").isNull()).isTrue();
	}

	@Test
	void aSelfInvokedMethodIsNamedWithTheCallThatPassesBy() {
		JsonNode binding = binding(".Payments.check()");
		assertThat(binding.get("intercepted").asBoolean()).isFalse();
		assertThat(binding.get("reason").asString())
			.startsWith("self-invoked: " + Payments.class.getName() + ".checkTwice() calls it")
			.contains("(CircuitBreakerBindingsEndpointTests.java:");
	}

	@Test
	void aMethodThatIsLeftOutIsNamedUnguarded() {
		JsonNode binding = binding(".Stock.count()");
		assertThat(binding.get("breaker").asString()).isEqualTo("stock");
		assertThat(binding.get("intercepted").asBoolean()).isFalse();
		assertThat(binding.get("reason").asString()).isEqualTo("@Unguarded");
		assertThat(binding(".Stock.reserve()").get("intercepted").asBoolean()).isTrue();
	}

	@Test
	void aRegisteredObjectIsNamedNotProxied() {
		JsonNode binding = binding(".Registered.call()");
		assertThat(binding.get("intercepted").asBoolean()).isFalse();
		assertThat(binding.get("reason").asString()).startsWith("not proxied: ")
			.contains("'byHand'", "registerSingleton");
	}

	@Test
	void methodsAreSorted() {
		assertThat(this.answer.at("/bindings").valueStream().map((binding) -> binding.get("method").asString()))
			.hasSize(6)
			.isSorted();
	}

	@Test
	void nothingCanBeWritten() {
		assertThat(this.application.post(PATH, "{}").status()).isEqualTo(405);
	}

	private JsonNode binding(String method) {
		return this.answer.at("/bindings")
			.valueStream()
			.filter((binding) -> binding.get("method").asString().replace('$', '.').endsWith(method))
			.findFirst()
			.orElseThrow(() -> new AssertionError(method + " is not in " + this.answer.body()));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		Application(ConfigurableApplicationContext context) {
			context.getBeanFactory().registerSingleton("byHand", new Registered());
		}

		@Bean
		Payments payments() {
			return new Payments();
		}

		@Bean
		Stock stock() {
			return new Stock();
		}

		@Bean
		Backup backup() {
			return new Backup();
		}

	}

	static class Payments {

		@CircuitBreaker(name = "${shop.breaker}", fallbackMethod = "payLater")
		public String pay(String order) {
			return order;
		}

		String payLater(String order) {
			return order;
		}

		String payLater(String order, CallNotPermittedException refusal) {
			return order;
		}

		String payLater(String order, RuntimeException failure) {
			return order;
		}

		@CircuitBreaker(name = "refunds", key = "#a0")
		public Mono<String> refund(String order) {
			return Mono.just(order);
		}

		@CircuitBreaker(name = "checks", fallbackMethod = "backup::check")
		public boolean check() {
			return true;
		}

		public boolean checkTwice() {
			return check() && check();
		}

	}

	@CircuitBreaker(name = "stock")
	static class Stock {

		@CircuitBreaker(name = "stock", fallbackMethod = "guess")
		public void reserve() {
		}

		private void guess(IllegalStateException failure) {
		}

		@Unguarded
		public int count() {
			return 0;
		}

	}

	static class Backup {

		public boolean check() {
			return false;
		}

	}

	static class Registered {

		@CircuitBreaker(name = "byHand")
		public void call() {
		}

	}

}
